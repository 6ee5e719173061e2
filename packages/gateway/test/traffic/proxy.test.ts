import { expect, it } from 'vitest';
import { gateway, pairs, raw, upstream } from '../support/gateway.js';
import { approovToken as token, SECRET } from '../support/tokens.js';

const api = await upstream();
const yaml = `
traffic: { listen: '127.0.0.1:0' }
upstreams: { api: ${api.url} }
evidence:
  approov:
    secretBase64: \${APPROOV_BASE64_SECRET}
routes:
  - { path: /health, open: true }
  - { path: /v1/*, enforcement: report }
default: {}
`;
const { url, events } = await gateway(yaml, { APPROOV_BASE64_SECRET: SECRET });

it('passes on a request with a genuine token, without the token', async () => {
  api.got.length = 0;
  const answer = await fetch(`${url}/v2/forms?a=1&b=%2f`, {
    headers: { 'approov-token': token(), authorization: 'Bearer of-the-api' },
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ from: 'the API' });
  const [got] = api.got;
  expect(got?.target).toBe('/v2/forms?a=1&b=%2f');
  const fields = Object.fromEntries(pairs(got?.raw ?? []));
  expect(fields).not.toHaveProperty('approov-token');
  expect(fields).toMatchObject({
    authorization: 'Bearer of-the-api',
    'x-attest-outcome': 'accepted',
    'x-attest-evidence': '"approov"',
    'x-attest-device': 'none',
    'x-attest-user': 'none',
    'x-attest-key': 'none',
    'x-forwarded-for': '127.0.0.1',
  });
});

it.each([
  ['/v2/forms', 401],
  ['/v2/../health', 401],
  ['/HEALTH', 401],
  ['/health/', 401],
])('answers %s without a token by %i', async (path, status) => {
  api.got.length = 0;
  const text = await raw(url, `GET ${path} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n`);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 (${path.includes('..') ? 400 : status}) `));
  expect(api.got).toEqual([]);
});

it('reports on a route that reports', async () => {
  api.got.length = 0;
  const answer = await fetch(`${url}/v1/shapes`, {
    headers: { 'approov-token': 'junk', 'x-attest-device': 'forged', 'x-attest-outcome': 'accepted' },
  });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(pairs(api.got[0]?.raw ?? []))).toMatchObject({
    'x-attest-outcome': 'reported',
    'x-attest-evidence': 'none',
    'x-attest-device': 'none',
  });
  expect(pairs(api.got[0]?.raw ?? []).filter(([name]) => name === 'x-attest-device')).toHaveLength(1);
});

it('lets open routes through as open', async () => {
  api.got.length = 0;
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(Object.fromEntries(pairs(api.got[0]?.raw ?? []))).toMatchObject({ 'x-attest-outcome': 'open' });
  expect(events.map(({ type }) => type)).toContain('upstream');
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'decision', outcome: 'open', route: '/health', path: '/health' }),
  );
});
