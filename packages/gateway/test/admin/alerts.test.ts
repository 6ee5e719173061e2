import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { areInstalled } from '../support/installed.js';

const RULES = fileURLToPath(new URL('../../deploy/prometheus-rules.yaml', import.meta.url));

/** Some hours, minute by minute, and one more in which something may change: how much is added in a minute of each. */
type Rates = readonly [before: number, hour: number];
const BEFORE = 360;
const HOUR = 60;

const counted = ([before, hour]: Rates): string =>
  `0+${before}x${BEFORE} ${before * BEFORE + hour}+${hour}x${HOUR}`;
const decided = (outcome: string, stage: string, code: string, route = '/v2'): string =>
  `attestkit_decisions_total{instance="a",route="${route}",evidence="none",outcome="${outcome}",stage="${stage}",code="${code}"}`;
const ACCEPTED = decided('accepted', 'none', 'none');
const EXPIRED = decided('refused', 'untrusted', 'ERR_APPROOV_TOKEN_EXPIRED');
const FORGED = decided('refused', 'untrusted', 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID');
const ALIVE = { 'attestkit_build_info{instance="a"}': `1x${BEFORE + HOUR}` };
const failures = (cause: string): string =>
  `attestkit_upstream_failures_total{instance="a",upstream="api",cause="${cause}"}`;
const EXCHANGES = 'attestkit_upstream_seconds_count{instance="a",upstream="api"}';

/** The alerts that fire at the end of the last hour. */
const SCENARIOS: Readonly<
  Record<
    string,
    { readonly series: Readonly<Record<string, Rates | string>>; readonly fires: readonly string[] }
  >
> = {
  'a quiet day': { series: { [ACCEPTED]: [60, 60], [EXPIRED]: [1, 1] }, fires: [] },
  'the same share of expired tokens as ever': {
    series: { [ACCEPTED]: [60, 60], [EXPIRED]: [7, 7] },
    fires: [],
  },
  'an app whose tokens expire': {
    series: { [ACCEPTED]: [60, 50], [EXPIRED]: [1, 11] },
    fires: ['AttestkitGenuineRefused'],
  },
  'a new gateway that refuses genuine apps': {
    series: { [ACCEPTED]: [0, 50], [EXPIRED]: [0, 11] },
    fires: ['AttestkitGenuineRefused'],
  },
  'a few refusals at a quiet hour': { series: { [ACCEPTED]: [60, 1], [EXPIRED]: [1, 1] }, fires: [] },
  'a night without requests, then refusals': {
    series: { [ACCEPTED]: [0, 0], [EXPIRED]: [0, 20] },
    fires: ['AttestkitGenuineRefused'],
  },
  'an attack with forged tokens': {
    series: { [ACCEPTED]: [60, 60], [EXPIRED]: [1, 1], [FORGED]: [1, 6000] },
    fires: [],
  },
  'a store that does not answer': {
    series: {
      'attestkit_store_failures_total{instance="a",operation="get"}': [0, 5],
      [decided('refused', 'unavailable', 'ERR_STORE_TIMEOUT')]: [0, 5],
    },
    fires: ['AttestkitCannotDecide', 'AttestkitStoreFails'],
  },
  'an upstream that is down': {
    series: { [EXCHANGES]: [60, 60], [failures('refused')]: [0, 6] },
    fires: ['AttestkitUpstreamFails'],
  },
  'clients that go away': { series: { [EXCHANGES]: [60, 60], [failures('client')]: [0, 50] }, fires: [] },
  'mistakes of the gateway': {
    series: { 'attestkit_faults_total{instance="a",status="503"}': [0, 1] },
    fires: ['AttestkitOwnErrors'],
  },
  'requests that cannot be read': {
    series: { 'attestkit_faults_total{instance="a",status="400"}': [0, 1000] },
    fires: [],
  },
  'a configuration that was rejected': {
    series: { 'attestkit_config_last_reload_successful{instance="a"}': `1x${BEFORE} 0x${HOUR}` },
    fires: ['AttestkitReloadRejected'],
  },
  'a service that is not asked any more': {
    series: {
      'attestkit_remote_circuit_open{instance="a",host="oauth2.googleapis.com"}': `0x${BEFORE} 1x${HOUR}`,
    },
    fires: ['AttestkitServiceGone'],
  },
  'a gateway that has gone': {
    series: { 'attestkit_build_info{instance="a"}': `1x${BEFORE}` },
    fires: ['AttestkitGatewayMissing'],
  },
};

describe.skipIf(!areInstalled('promtool'))('by the alert rules', () => {
  it.each(Object.entries(SCENARIOS))('%s fires what it should, and nothing else', (_, { series, fires }) => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-alerts-'));
    const file = join(folder, 'test.yaml');
    const all = { ...ALIVE, ...series };
    const test = {
      rule_files: [RULES],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: Object.entries(all).map(([name, values]) => ({
            series: name,
            values: typeof values === 'string' ? values : counted(values),
          })),
          promql_expr_test: [
            {
              expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
              eval_time: `${BEFORE + HOUR - 1}m`,
              exp_samples: fires.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
            },
          ],
        },
      ],
    };
    writeFileSync(file, JSON.stringify(test));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});
