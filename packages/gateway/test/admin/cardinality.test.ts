import { randomBytes } from 'node:crypto';
import { CATALOG } from 'attestkit/catalog';
import { expect, it } from 'vitest';
import { Metrics } from '../../src/admin/metrics/metrics.js';
import { seriesOf } from '../support/exposition.js';
import { decision, endpoint, refusal, SAMPLES } from '../support/events.js';
import { gateway, raw, upstream } from '../support/gateway.js';
import { approovToken, SECRET } from '../support/tokens.js';

const api = await upstream((req, res) => {
  res.statusCode = Number(/\/(\d{3})$/.exec(req.url ?? '')?.[1] ?? 200);
  res.end();
});
const { url, adminUrl } = await gateway(
  `
traffic: { listen: '127.0.0.1:0' }
admin: { listen: '127.0.0.1:0' }
trustedProxies: [loopback]
upstreams: { api: '${api.url}', down: 'http://127.0.0.1:1' }
evidence: { approov: { secretBase64: '\${S}' } }
devices:
  evidence: { appAttest: { appIds: [TEAMID1234.com.example.app] } }
  secret: '\${J}'
  audience: https://api.example.com
accept: [approov, session]
store: memory
routes:
  - { path: /open/*, open: true, upstream: api }
  - { path: /down/*, open: true, upstream: down }
  - { path: /report/*, enforcement: report, upstream: api }
  - { path: /signed/*, signedRequest: true, upstream: api }
default: { upstream: api }
`,
  { S: SECRET, J: randomBytes(48).toString('base64') },
);

const series = async (): Promise<string[]> =>
  Object.keys(seriesOf(await (await fetch(`${adminUrl}/metrics`)).text()));
const odd = (): string => `x${randomBytes(6).toString('hex')}`;

/** One request of each hostile sort, with values that never come again. */
async function attack(): Promise<void> {
  const statuses = [200, 204, 301, 404, 418, 500, 503, 599];
  const paths = [
    ...statuses.map((status) => `/open/${odd()}/${status}`),
    `/down/${odd()}`,
    `/report/${odd()}`,
    `/signed/${odd()}`,
    `/${odd()}`,
    `/device/challenge?device_id=${odd()}`,
    `/device/${odd()}`,
    `/open/../${odd()}`,
    `/%2f${odd()}`,
  ];
  const evidence = [
    {},
    { 'approov-token': approovToken() },
    { 'approov-token': approovToken({ exp: 1, did: odd() }) },
    { 'approov-token': odd() },
    { authorization: `Bearer ${odd()}` },
    { authorization: `Attest v=1, key_id="${odd()}", assertion="${odd()}"` },
    { 'x-app-attest': `v=1; key_id=${odd()}; assertion=${odd()}` },
  ];
  for (const path of paths)
    for (const fields of evidence) {
      const headers = {
        ...fields,
        Host: `${odd()}.example`,
        'X-Forwarded-For': `203.0.113.${randomBytes(1)[0]}`,
        'X-Request-Id': odd(),
        'User-Agent': odd(),
        [`X-${odd()}`]: odd(),
        Connection: 'close',
      };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      await raw(url, `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    }
  for (const path of ['attest', 'assert', 'refresh', 'revoke', odd()])
    for (const body of [
      '',
      odd(),
      '{}',
      JSON.stringify({
        challenge: odd(),
        device_id: odd(),
        key_id: odd(),
        refresh_token: odd(),
        assertion: odd(),
        attestation: odd(),
        [odd()]: odd(),
      }),
    ])
      await fetch(`${url}/device/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
  const heads = [
    `${odd().toUpperCase()} / HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\nHost: ${odd()}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Attest-${odd()}\r\n\r\n`,
    `GET /open/x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${odd()}\r\n\r\n`,
    `CONNECT ${odd()}.example:443 HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET /${'x'.repeat(9000)}${odd()} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\n${'A: b\r\n'.repeat(120)}\r\n`,
    `${odd()}\r\n\r\n`,
  ];
  for (const head of heads) await raw(url, head);
}

it('has no more series after an attack than before the same one with other values', async () => {
  await attack();
  const first = await series();
  for (const metric of [
    'decisions_total',
    'reported_total',
    'endpoint_requests_total',
    'faults_total',
    'upstream_failures_total',
  ])
    expect(first.filter((each) => each.startsWith(`attestkit_${metric}{`)).length, metric).toBeGreaterThan(1);
  await attack();
  await attack();
  expect(await series()).toEqual(first);

  const codes = new Set<string>(
    Object.values(CATALOG).flatMap(({ checks }) => checks.map(({ code }) => code)),
  );
  const allowed: Readonly<Record<string, (value: string) => boolean>> = {
    route: (value) => ['/open/*', '/down/*', '/report/*', '/signed/*', 'default', 'none'].includes(value),
    code: (value) => codes.has(value) || value === 'none',
    endpoint: (value) => ['challenge', 'attest', 'assert', 'refresh', 'revoke', 'jwks.json'].includes(value),
    upstream: (value) => ['api', 'down'].includes(value),
    evidence: (value) =>
      value.split('+').every((kind) => ['none', 'approov', 'session', 'signedRequest'].includes(kind)),
  };
  for (const each of first)
    for (const [, label = '', value = ''] of each.matchAll(/([a-z]+)="([^"]*)"/g))
      expect(allowed[label]?.(value) ?? true, each).toBe(true);
});

it('has one word for every value that is on no list', () => {
  const metrics = new Metrics(0);
  const hear = (): void => {
    metrics.hear({
      ...refusal('ERR_APPROOV_TOKEN_EXPIRED'),
      code: odd(),
      path: odd(),
      requestId: odd(),
      address: odd(),
      device: odd(),
    });
    metrics.hear(
      decision({ app: { id: odd(), platform: odd(), version: odd() }, method: odd(), path: `/${odd()}` }),
    );
    metrics.hear(endpoint({ code: odd(), notes: [odd()], session: odd(), device: odd() }));
    metrics.hear({ ...SAMPLES.device, recordId: odd(), device: odd(), evidence: odd() });
    metrics.hear({ ...SAMPLES.session, recordId: odd(), session: odd() });
    metrics.hear({ ...SAMPLES.store, cause: odd(), code: odd() });
    metrics.hear({ ...SAMPLES.remote, cause: odd(), status: randomBytes(2).readUInt16BE() });
    metrics.hear({
      ...SAMPLES.fault,
      says: odd(),
      requestId: odd(),
      status: 1000 + randomBytes(1).readUInt8(),
    });
    metrics.hear({ ...SAMPLES.upstream, cause: odd(), status: randomBytes(2).readUInt16BE() });
    metrics.hear({ ...SAMPLES.reload, says: odd() });
  };
  for (let round = 0; round < 50; round += 1) hear();
  const count = Object.keys(seriesOf(metrics.text())).length;
  for (let round = 0; round < 500; round += 1) hear();
  const after = Object.keys(seriesOf(metrics.text()));
  // The classes of an answer: at most six.
  expect(after.length - count).toBeLessThanOrEqual(6);
  expect(after.filter((each) => each.includes('"other"')).length).toBeGreaterThanOrEqual(4);
  metrics.close();
});
