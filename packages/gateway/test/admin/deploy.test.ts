import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { memoryStore } from 'attestkit/stores/memory';
import { METRICS } from '../../src/admin/metrics/catalog.js';
import { gateway, raw, upstream, type TestGateway } from '../support/gateway.js';
import { areInstalled } from '../support/installed.js';
import { ownPort } from '../support/own-port.js';
import { prometheus, type Prometheus, type Sample } from '../support/prometheus.js';
import { approovToken, SECRET } from '../support/tokens.js';

const fileOf = (name: string): string => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly Target[];
}
interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
const { panels } = JSON.parse(readFileSync(fileOf('grafana-dashboard.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};
const { groups } = parse(readFileSync(fileOf('prometheus-rules.yaml'), 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const queries = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));
const rules = groups.flatMap((group) => group.rules);

describe('the dashboard and the rules', () => {
  it('name no metric that the gateway does not have', () => {
    const names = new Set<string>(
      Object.values(METRICS).flatMap(({ name, type }) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    );
    const expressions = [...queries, ...rules].map(({ expr }) => expr);
    const named = expressions.flatMap((expr) => expr.match(/\b(?:attestkit|process)_[a-z_]+\b/g) ?? []);
    expect(named.length).toBeGreaterThan(25);
    expect([...new Set(named)].filter((name) => !names.has(name))).toEqual([]);
  });

  it('have panels with names and numbers of their own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(queries.length).toBeGreaterThan(15);
  });

  it('have alerts that say how urgent they are, and what is wrong', () => {
    for (const { alert, labels, annotations } of rules.filter((rule) => rule.record === undefined)) {
      expect(alert).toMatch(/^Attestkit[A-Z]\w+$/);
      expect(labels?.['severity'], alert).toMatch(/^(?:page|ticket)$/);
      expect(annotations?.['summary'], alert).toMatch(/\w{3}/);
    }
  });
});

/** Cannot be provoked from outside; `promtool` shows in another test that they fire. Here what they compare has to be there. */
const QUIET = ['AttestkitOwnErrors', 'AttestkitServiceGone'];
/** A name of a route, as awkward as a configuration can have it. */
const ODD = 'a "quoted" \\ name\nof\rtwo lines, {ä}="1"';
/** Fires when the gateway has gone. */
const LAST = 'AttestkitGatewayMissing';

describe.skipIf(!areInstalled('prometheus'))(
  'Prometheus, which scrapes a gateway with every kind of trouble',
  () => {
    let started: TestGateway;
    let monitor: Prometheus;
    let traffic: Promise<void>;
    const over = new AbortController();

    beforeAll(async () => {
      const api = await upstream();
      const keys = createServer((_, res) => res.writeHead(500).end()).listen(0, '127.0.0.1');
      await new Promise((resolve) => keys.once('listening', resolve));
      afterAll(() => void keys.close());
      const { port } = keys.address() as { readonly port: number };
      // Still asked when the gateway has gone: no other test may get this port then.
      const admin = await ownPort();
      const store = { ...memoryStore(), get: () => Promise.reject(new Error('down')) };
      const yaml = `
traffic: { listen: '127.0.0.1:0' }
authorization: { listen: '127.0.0.1:0' }
admin: { listen: '127.0.0.1:${admin}' }
upstreams: { api: '${api.url}', down: 'http://127.0.0.1:1' }
evidence:
  approov: { secretBase64: '\${S}' }
  appCheck: { projectNumber: '123456789012', appIds: ['1:123456789012:android:0a1b2c3d4e5f'], keys: { url: 'http://127.0.0.1:${port}/keys', algorithm: RS256 } }
devices:
  evidence: { appAttest: { appIds: [TEAMID1234.com.example.app] } }
  secret: '\${J}'
  audience: https://api.example.com
accept: [approov, appCheck, session]
routes:
  - { path: /down, open: true, upstream: down }
  - { path: /report, enforcement: report, upstream: api }
  - { path: /odd, upstream: api, name: ${JSON.stringify(ODD)} }
default: { upstream: api }
`;
      started = await gateway(yaml, { S: SECRET, J: randomBytes(48).toString('base64') }, { store });
      expect(() => started.reload('no configuration')).toThrow();
      monitor = await prometheus(new URL(started.adminUrl).host, fileOf('prometheus-rules.yaml'));
      // A step from 0 is seen only if 0 was.
      const scraped = async (): Promise<void> =>
        expect(await monitor.query('attestkit_build_info')).toHaveLength(1);
      await vi.waitFor(scraped, { timeout: 30_000, interval: 100 });
      traffic = busy(started.url);
    });
    afterAll(async () => {
      over.abort();
      await traffic;
    });

    async function busy(url: string): Promise<void> {
      const get = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
        await (await fetch(`${url}${path}`, { headers })).text();
      const firebase = [{ alg: 'RS256', typ: 'JWT', kid: 'x' }, { exp: 4e9 }, 'x'.repeat(256)]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      while (!over.signal.aborted) {
        await get('/shapes', { 'approov-token': approovToken() });
        for (let each = 0; each < 3; each += 1)
          await get('/shapes', { 'approov-token': approovToken({ exp: 1 }) });
        await get('/shapes', { 'x-firebase-appcheck': firebase });
        await get('/shapes');
        await get('/odd');
        await get('/report');
        await get('/down');
        await raw(url, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 20);
        const { challenge } = JSON.parse(await get('/device/challenge?device_id=d-1&purpose=assert')) as {
          challenge: string;
        };
        const body = JSON.stringify({
          challenge,
          device_id: 'd-1',
          key_id: 'A'.repeat(43),
          assertion: 'AAAA',
        });
        await fetch(`${url}/device/assert`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
      }
    }

    /** Until there are numbers: a rate needs two scrapes. */
    async function answered(expression: string): Promise<readonly Sample[]> {
      let samples: readonly Sample[] = [];
      await expect
        .poll(
          async () => {
            samples = await monitor.query(expression);
            return samples.some(({ value }) => Number.isFinite(value));
          },
          { timeout: 40_000, interval: 250, message: expression },
        )
        .toBe(true);
      return samples;
    }

    it.each(queries)('answers $title: $expr', async ({ expr, legendFormat }) => {
      const samples = await answered(expr.replaceAll('$__rate_interval', '1m'));
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        for (const { metric } of samples) expect(metric, legendFormat).toHaveProperty(label);
    });

    const named = rules.map((rule) => ({ ...rule, name: rule.alert ?? rule.record ?? '' }));

    it.each(named.filter(({ name }) => name !== LAST))(
      'has a series for the rule $name',
      async ({ name, expr, annotations = {} }) => {
        const compared = QUIET.includes(name) ? expr.replace(/ (?:> 0|== 1)\s*$/, '') : expr;
        expect(compared === expr).toBe(!QUIET.includes(name));
        const samples = await answered(compared);
        for (const [, label = ''] of Object.values(annotations)
          .join()
          .matchAll(/\$labels\.(\w+)/g))
          for (const { metric } of samples) expect(metric, name).toHaveProperty(label);
      },
    );

    it('reads every name as it is in the configuration', async () => {
      const samples = await answered('count by (route) (attestkit_decisions_total)');
      expect(samples.map(({ metric }) => metric['route'])).toContain(ODD);
    });

    it.skipIf(!areInstalled('promtool'))('gives metrics that promtool does not object to', async () => {
      const input = await (await fetch(`${started.adminUrl}/metrics`)).text();
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      });
      expect([status, stdout, stderr]).toEqual([0, '', '']);
    });

    it('evaluates every rule without a mistake', async () => {
      const health = async (): Promise<readonly string[]> =>
        (await monitor.rules()).map((rule) => `${rule.name} ${rule.health}`);
      await expect.poll(health, { timeout: 20_000 }).toEqual(named.map(({ name }) => `${name} ok`));
    });

    it('notices that the gateway has gone', async () => {
      const { expr = '' } = rules.find(({ alert }) => alert === LAST) ?? {};
      expect(await monitor.query(expr)).toEqual([]);
      over.abort();
      await traffic;
      await started.close();
      await answered(expr);
    });
  },
);
