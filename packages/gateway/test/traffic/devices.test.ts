import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { randomBytes, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createClient } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { fakeExpoAppAttest, memoryStorage } from 'attestkit-client/testing';
import { loadConfig, startGateway } from 'attestkit-gateway';
import { createVirtualApple } from 'attestkit-testing';
import { afterAll, expect, it } from 'vitest';
import { pairs, upstream } from '../support/gateway.js';

const AUDIENCE = 'https://api.example.com';
const APP_ID = 'TEAMID1234.com.example.app';
const apple = createVirtualApple();
const pem = (root: Uint8Array | string): string =>
  typeof root === 'string' ? root : new X509Certificate(root).toString();

const api = await upstream((req, res, body) => res.end(JSON.stringify({ path: req.url, body })));
const env = { JWT_SECRET: randomBytes(48).toString('base64') };
const settings = (more: object = {}) => ({
  traffic: { listen: '127.0.0.1:0' },
  upstreams: { api: api.url },
  devices: {
    evidence: { appAttest: { appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot].map(pem) } },
    secret: '${JWT_SECRET}',
    audience: AUDIENCE,
  },
  store: 'memory',
  shutdown: { deadlineMs: 500 },
  routes: [{ path: '/transfers', signedRequest: true }],
  default: {},
  ...more,
});
const config = (more?: object) => loadConfig('gateway.json', JSON.stringify(settings(more)), env);
const gateway = await startGateway(config());
afterAll(() => gateway.close());

function client() {
  const phone = fakeExpoAppAttest(apple.createIPhone({ appId: APP_ID }));
  return createClient({
    baseUrl: gateway.trafficUrl ?? '',
    audience: AUDIENCE,
    attester: expoAppAttest(phone),
    storage: memoryStorage(),
  });
}

it('a phone enrolls at the gateway, gets a session, and signs a request', async () => {
  api.got.length = 0;
  const phone = client();
  expect((await phone.fetch('/balance')).status).toBe(200);
  const fields = Object.fromEntries(pairs(api.got[0]?.raw ?? []));
  expect(fields).not.toHaveProperty('authorization');
  expect(fields).toMatchObject({
    'x-attest-outcome': 'accepted',
    'x-attest-evidence': '"session"',
    'x-attest-user': 'none',
  });
  expect(fields['x-attest-device']).toMatch(/^"[A-Za-z0-9_-]{16,}"$/);
  expect(fields['x-attest-key']).toMatch(/^"[A-Za-z0-9_-]{43}"$/);

  const answer = await phone.fetch('/transfers', { method: 'POST', body: '{"ä":1}', signed: true });
  expect(await answer.json()).toEqual({ path: '/transfers', body: '{"ä":1}' });
  const signed = Object.fromEntries(pairs(api.got[1]?.raw ?? []));
  expect(signed).not.toHaveProperty('x-app-attest');
  expect(signed['x-attest-evidence']).toBe('"session", "signedRequest"');
  expect(signed['x-attest-device']).toBe(fields['x-attest-device']);
  expect(answer.headers.get('cache-control')).toBe('private');
});

it('a signed body is checked before the first byte goes on', async () => {
  api.got.length = 0;
  const phone = client();
  await phone.ready();
  const sent: string[] = [];
  const passed = async (
    { method = 'GET', url }: IncomingMessage,
    body: string,
    headers: Record<string, string>,
    res: ServerResponse,
  ): Promise<void> => {
    const answer = await fetch(`${gateway.trafficUrl}${url}`, {
      method,
      headers,
      ...(body !== '' && { body }),
    });
    sent.push(String(answer.status));
    res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  };
  const meddling = createServer((req, res) => {
    // One who stands between phone and gateway, and changes an amount.
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(req.headers).filter(
          ([name]) => !['host', 'connection', 'content-length'].includes(name),
        ),
      );
      const body = Buffer.concat(chunks).toString().replace('"1"', '"9"');
      void passed(req, body, headers as Record<string, string>, res);
    });
  });
  await new Promise<void>((resolve) => meddling.listen(0, '127.0.0.1', resolve));
  afterAll(() => void meddling.close());
  const victim = createClient({
    baseUrl: `http://127.0.0.1:${(meddling.address() as AddressInfo).port}`,
    audience: AUDIENCE,
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: APP_ID }))),
    storage: memoryStorage(),
  });
  await expect(
    victim.fetch('/transfers', { method: 'POST', body: '{"amount":"1"}', signed: true }),
  ).rejects.toMatchObject({ type: 'refused' });
  expect(sent).toContain('401');
  expect(api.got).toEqual([]);
});

it('a body above the cap is 413, and none of it goes on', async () => {
  api.got.length = 0;
  const phone = client();
  const answer = await phone.fetch('/transfers', {
    method: 'POST',
    body: 'x'.repeat(1_100_000),
    signed: true,
  });
  expect(answer.status).toBe(413);
  expect(api.got).toEqual([]);
});

it('publishes the keys of sessions, and knows the endpoints before the routes', async () => {
  expect((await fetch(`${gateway.trafficUrl}/.well-known/attestkit/jwks.json`)).status).toBe(200);
  expect(
    (await fetch(`${gateway.trafficUrl}/device/challenge?device_id=0123456789abcdef&purpose=attest`)).status,
  ).toBe(200);
  expect((await fetch(`${gateway.trafficUrl}/device/none`)).status).toBe(404);
});

it('takes a new configuration whole, and keeps sessions', async () => {
  const phone = client();
  await phone.ready();
  gateway.reload(() => config({ routes: [{ path: '/balance', open: true }] }));
  expect((await fetch(`${gateway.trafficUrl}/balance`)).status).toBe(200);
  expect((await phone.fetch('/elsewhere')).status).toBe(200);
  expect(() => gateway.reload(() => config({ store: 'sqlite:x.db' }))).toThrow(
    /store changed, which a running gateway cannot do/,
  );
  expect(() => gateway.reload(() => config({ routes: [{ path: 'x' }] }))).toThrow(/routes\[0\]\.path/);
  expect((await fetch(`${gateway.trafficUrl}/balance`)).status).toBe(200);
  gateway.reload(() => config());
  expect((await fetch(`${gateway.trafficUrl}/balance`)).status).toBe(401);
});

it('a request that has begun ends under its own configuration', async () => {
  let answerNow: () => void = () => undefined;
  const slow = await upstream((_, res) => void (answerNow = () => res.end('late')));
  const open = { routes: [{ path: '/*', open: true }] };
  gateway.reload(() => config({ ...open, upstreams: { api: slow.url } }));
  const answer = fetch(`${gateway.trafficUrl}/x`);
  await expect.poll(() => slow.got.length).toBe(1);
  gateway.reload(() => config(open));
  expect(await (await fetch(`${gateway.trafficUrl}/y`)).json()).toMatchObject({ path: '/y' });
  answerNow();
  expect(await (await answer).text()).toBe('late');
});
