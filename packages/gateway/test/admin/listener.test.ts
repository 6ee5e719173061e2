import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore } from 'attestkit/stores/memory';
import { expect, it } from 'vitest';
import { isOwnHost } from '../../src/admin/hosts.js';
import { Condition } from '../../src/admin/readiness.js';
import { gateway, raw, upstream } from '../support/gateway.js';
import { seriesOf } from '../support/exposition.js';
import { SECRET } from '../support/tokens.js';

const api = await upstream();
const base = (admin: string, more = ''): string => `
traffic: { listen: '127.0.0.1:0' }
admin: ${admin}
upstreams: { api: '${api.url}' }
evidence: { approov: { secretBase64: '\${S}' } }
default: {}
${more}`;
const env = { S: SECRET, J: 'k'.repeat(8) + SECRET };
const { url, adminUrl, openUrl } = await gateway(
  base(`{ listen: '127.0.0.1:0', hosts: [gateway.internal], open: { listen: '127.0.0.1:0' } }`),
  env,
);

it.each([
  ['the admin listener', adminUrl],
  ['its open address', openUrl],
])('%s answers for health and metrics', async (_, at) => {
  const alive = await fetch(`${at}/healthz`);
  expect([alive.status, await alive.json()]).toEqual([200, { alive: true }]);
  const ready = await fetch(`${at}/readyz?verbose`);
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { ready: true, components: { listeners: 'ready', configuration: 'loaded', store: 'ready' } },
  ]);
  const metrics = await fetch(`${at}/metrics`);
  expect(metrics.status).toBe(200);
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(metrics.headers.get('cache-control')).toBe('no-store');
  expect(seriesOf(await metrics.text())).toMatchObject({ attestkit_config_last_reload_successful: 1 });
});

it.each([
  '/health',
  '/metrics/',
  '/METRICS',
  '//metrics',
  '/metrics%00',
  '/./metrics',
  '/device/challenge',
  '/healthz/x',
])('answers %s by 404', async (path) => {
  const text = await raw(adminUrl, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(text).toMatch(/^HTTP\/1\.1 404 [^]*\r\n\r\n\{\}$/);
});

it('does not answer for them where the traffic is', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect((await fetch(`${url}${path}`, { headers: { 'user-agent': 'kube-probe/1.30' } })).status).toBe(401);
});

it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('refuses %s', async (method) => {
  const text = await raw(
    adminUrl,
    `${method} /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  );
  expect(text).toMatch(/^HTTP\/1\.1 405 /);
  expect(text).toMatch(/^allow: GET, HEAD\r$/im);
  // The connection ends, so nothing behind it is taken for a request.
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

it('answers HEAD without the body', async () => {
  const text = await raw(adminUrl, 'HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(text).toMatch(/^HTTP\/1\.1 200 [^]*content-length: [1-9]\d+\r\n[^]*\r\n\r\n$/i);
});

it.each([
  'evil.example',
  'evil.example:8003',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'gateway.internal.evil.example',
  'user@localhost',
  'localhost@evil.example',
  '',
  'localhost evil.example',
  '127.1',
  '0x7f000001',
])('refuses a page of the web whose name leads here: Host %j', async (host) => {
  for (const path of ['/metrics', '/healthz', '/readyz', '/x']) {
    const text = await raw(adminUrl, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 421 [^]*\r\n\r\n\{\}$/);
  }
});

it.each(['Host: localhost\r\nHost: evil.example', 'Host: evil.example\r\nHost: localhost'])(
  'refuses two names: %j',
  async (lines) => {
    expect(await raw(adminUrl, `GET /metrics HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 4/,
    );
  },
);

it('refuses a request without a name, of HTTP/1.0, and one in absolute form', async () => {
  expect(await raw(adminUrl, 'GET /metrics HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
  const absolute = 'GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  expect(await raw(adminUrl, absolute)).toMatch(/^HTTP\/1\.1 404 /);
});

it.each([
  'localhost',
  'LocalHost:8003',
  'localhost.',
  '127.0.0.1:1',
  '[::1]:8003',
  '10.1.2.3:8003',
  'gateway.internal:8003',
  'Gateway.Internal',
])('knows its own names and addresses: %s', (host) =>
  expect(isOwnHost(host, new Set(['gateway.internal']))).toBe(true),
);

it('knows the name that it listens on', async () => {
  const { adminUrl: named } = await gateway(base(`{ listen: 'localhost:0' }`), env);
  const { port } = new URL(named);
  expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200);
});

it('is ready only while it takes requests, and alive until it has ended', async () => {
  let finish: () => void = () => undefined;
  const slow = await upstream((_, res) => {
    finish = () => res.end('late');
  });
  const started = await gateway(
    `
traffic: { listen: '127.0.0.1:0' }
admin: { listen: '127.0.0.1:0' }
upstreams: { api: '${slow.url}' }
evidence: { approov: { secretBase64: '\${S}' } }
routes: [{ path: /slow, open: true }]
default: {}`,
    env,
  );
  const states = (): string[] =>
    started.events.flatMap((event) => (event.type === 'state' ? [event.state] : []));
  expect(states()).toEqual(['ready']);
  const answer = fetch(`${started.url}/slow`);
  await expect.poll(() => slow.got.length).toBe(1);
  const closed = started.close();
  const ready = await fetch(`${started.adminUrl}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { ready: false, components: { listeners: 'draining', configuration: 'loaded', store: 'ready' } },
  ]);
  expect((await fetch(`${started.adminUrl}/healthz`)).status).toBe(200);
  expect((await fetch(`${started.adminUrl}/metrics`)).status).toBe(200);
  finish();
  expect(await (await answer).text()).toBe('late');
  await closed;
  expect(states()).toEqual(['ready', 'draining', 'stopped']);
  await expect(fetch(`${started.adminUrl}/healthz`)).rejects.toThrow();
});

it('is not ready before all listeners take connections', () => {
  const condition = new Condition();
  condition.hear({ type: 'listening', at: 0, listener: 'admin', url: 'http://127.0.0.1:8003' });
  expect(condition.read({ healthy: true, down: [] })).toMatchObject({
    ready: false,
    components: { listeners: 'starting' },
  });
});

const devices = `
devices:
  evidence: { appAttest: { appIds: [TEAMID1234.com.example.app] } }
  secret: '\${J}'
  audience: https://api.example.com
accept: [approov, session]`;

it('is not ready while the store does not answer, and says nothing of its address', async () => {
  const broken = {
    ...memoryStore(),
    get: () => Promise.reject(new Error('redis://:password@10.0.0.7 refused')),
  };
  const { adminUrl: at } = await gateway(base(`{ listen: '127.0.0.1:0' }`, devices), env, { store: broken });
  const ready = await fetch(`${at}/readyz`);
  expect(ready.status).toBe(503);
  const text = await ready.text();
  expect(JSON.parse(text)).toMatchObject({ ready: false, components: { listeners: 'ready' } });
  expect(text).not.toContain('"store":"ready"');
  expect(text).not.toMatch(/password|10\.0\.0\.7/);
  expect((await fetch(`${at}/healthz`)).status).toBe(200);
});

it('says that a configuration was rejected, and stays ready with the one before', async () => {
  const yaml = base(`{ listen: '127.0.0.1:0' }`);
  const started = await gateway(yaml, env);
  expect(() => started.reload(`${yaml}routes: [{ path: no-slash }]\n`)).toThrow(/routes/);
  expect(() => started.reload('this: [is no yaml')).toThrow(/YAML/);
  const ready = await fetch(`${started.adminUrl}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    { components: { configuration: 'the last one was rejected' } },
  ]);
  const metrics = async () => seriesOf(await (await fetch(`${started.adminUrl}/metrics`)).text());
  expect(await metrics()).toMatchObject({ attestkit_config_last_reload_successful: 0 });
  started.reload(yaml.replace('api:', 'other:'));
  expect(await metrics()).toMatchObject({
    attestkit_config_last_reload_successful: 1,
    'attestkit_upstream_seconds_count{upstream="other"}': 0,
  });
  expect(started.events.flatMap((event) => (event.type === 'reload' ? [event.outcome] : []))).toEqual([
    'rejected',
    'rejected',
    'taken',
  ]);
});

it('listens on a socket of the file system', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-admin-'));
  const socketPath = join(folder, 'admin.sock');
  await gateway(base(`{ listen: 'unix:${socketPath}' }`), env);
  const status = await new Promise((resolve, reject) => {
    request({ socketPath, path: '/healthz', headers: { host: 'localhost' } }, (res) =>
      resolve(res.statusCode),
    )
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
  rmSync(folder, { recursive: true });
});

it('is on 127.0.0.1:8003 unless the configuration says otherwise, and not there without admin', async () => {
  const { loadConfig } = await import('attestkit-gateway');
  const read = (admin: string): unknown => loadConfig('gateway.yaml', base(admin), env).settings.admin;
  expect(read('{}')).toEqual({ listen: '127.0.0.1:8003' });
  expect(() => read("{ hosts: ['gateway:8003'] }")).toThrow(/admin\.hosts\[0\] is not the name of a host/);
  const { adminUrl: none } = await gateway(base('{}').replace('admin: {}', ''), env);
  expect(none).toBe('');
});

it('counts the connections of each listener', async () => {
  const started = await gateway(base(`{ listen: '127.0.0.1:0' }`), env);
  const held = connect(Number(new URL(started.url).port), '127.0.0.1');
  await new Promise((resolve) => held.once('connect', resolve));
  const open = async () => {
    const series = seriesOf(await (await fetch(`${started.adminUrl}/metrics`)).text());
    return series['attestkit_open_connections{listener="traffic"}'];
  };
  await expect.poll(open).toBe(1);
  held.destroy();
  await expect.poll(open).toBe(0);
});

it.each([
  ['waits for the answer', 'GET /slow HTTP/1.1\r\nHost: api\r\n\r\n'],
  ['reads the answer', 'GET /half HTTP/1.1\r\nHost: api\r\n\r\n'],
  ['sends its body', 'POST /slow HTTP/1.1\r\nHost: api\r\nContent-Length: 9\r\n\r\nhalf'],
])('does not blame the upstream for a client that goes away while it %s', async (_, bytes) => {
  const slow = await upstream((req, res) => {
    if (req.url === '/half') res.write('half');
  });
  const started = await gateway(
    `
traffic: { listen: '127.0.0.1:0' }
admin: { listen: '127.0.0.1:0' }
upstreams: { api: '${slow.url}' }
evidence: { approov: { secretBase64: '\${S}' } }
routes: [{ path: /*, open: true }]
default: {}`,
    env,
  );
  await raw(started.url, bytes);
  const failures = async (): Promise<string[]> => {
    const series = seriesOf(await (await fetch(`${started.adminUrl}/metrics`)).text());
    return Object.keys(series).filter(
      (each) => each.startsWith('attestkit_upstream_failures_total') && series[each] !== 0,
    );
  };
  await expect.poll(failures).toEqual(['attestkit_upstream_failures_total{upstream="api",cause="client"}']);
});
