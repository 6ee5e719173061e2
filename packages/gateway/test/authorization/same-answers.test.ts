import { createGuard } from 'attestkit';
import { appAttest } from 'attestkit/app-attest';
import { devices } from 'attestkit/devices';
import { memoryStore } from 'attestkit/stores/memory';
import { describe, expect, it } from 'vitest';
import { gateway, upstream } from '../support/gateway.js';
import { PHONE_DEVICES, PHONE_ENV, phoneAt } from '../support/phone.js';
import { ask, question, type Asked, type RawAnswer } from '../support/questions.js';
import { approovToken, SECRET } from '../support/tokens.js';

const api = await upstream();
const shared = memoryStore();
let isDown = false;
const store = {
  ...shared,
  claim: shared.claim.bind(shared),
  advance: async (...given: Parameters<typeof shared.advance>) => {
    if (isDown) throw new Error('the store is down');
    return await shared.advance(...given);
  },
  get: shared.get.bind(shared),
  put: shared.put.bind(shared),
  delete: shared.delete.bind(shared),
};
const settings = {
  traffic: { listen: '127.0.0.1:0' },
  authorization: { listen: '127.0.0.1:0' },
  upstreams: { api: api.url },
  evidence: { approov: { secretBase64: '${APPROOV_SECRET}' } },
  devices: { ...PHONE_DEVICES, sessions: { revocation: 'immediate' } },
  accept: ['approov'],
  body: { error: 'ä"' },
  headers: { 'x-api': 'example' },
  shutdown: { deadlineMs: 500 },
  routes: [
    { path: '/transfers', signedRequest: true, accept: ['session'], statuses: { missing: 428 } },
    { path: '/session/*', accept: ['session'] },
    { path: '/limited', signedRequest: true, accept: ['session'], maxBodyBytes: 1000 },
  ],
  default: {},
};
const { url, authorizationUrl } = await gateway(
  JSON.stringify(settings),
  { ...PHONE_ENV, APPROOV_SECRET: SECRET },
  { store },
);
const phone = phoneAt(url);

/** All that reaches the client, but for what is of the one exchange. */
function seen({ status, lines, body }: RawAnswer) {
  const own = new Set(['date', 'x-request-id', 'connection', 'keep-alive']);
  return { status, lines: lines.filter(([name]) => !own.has(name)), body };
}

async function byTraffic({ method = 'GET', target = '/v1/x', lines = [], body = '' }: Asked) {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return await ask(url, `${method} ${target} HTTP/1.1`, ['Host: api.example.com', ...lines, ...length], body);
}

/** Traefik hands bodies over in chunks. */
async function byTraefik(asked: Asked) {
  if (asked.body === undefined) return await question(authorizationUrl, 'forward-auth', asked);
  const { body, lines = [] } = asked;
  const chunked = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const all = { ...asked, lines: [...lines, 'Transfer-Encoding: chunked'], body: chunked };
  return await question(authorizationUrl, 'forward-auth', all);
}

describe('a client sees the same by forward-auth and by the traffic itself', () => {
  const requests: readonly (readonly [string, number, Asked])[] = [
    ['missing', 401, {}],
    ['missing, of a session', 401, { target: '/session/x' }],
    ['missing, with a status of its own', 428, { target: '/transfers' }],
    ['malformed', 401, { lines: ['Approov-Token: junk'] }],
    ['malformed by repetition', 401, { lines: [`Approov-Token: ${approovToken()}`, 'Approov-Token: x'] }],
    ['untrusted', 401, { lines: [`Approov-Token: ${approovToken({ exp: 1 })}`] }],
    ['untrusted, of a session', 401, { target: '/session/x', lines: ['Authorization: Bearer x'] }],
    ['an ambiguous target', 400, { target: '/a/../b' }],
    ['a target that is none', 400, { target: '/a#b' }],
    ['a method that is not passed on', 405, { method: 'TRACE' }],
    ['a host that is none', 400, { lines: ['Host: other'] }],
    ['two fields of Authorization', 401, { lines: ['Authorization: Basic x', 'Authorization: Basic y'] }],
    [
      'two fields of Authorization, and a genuine token',
      400,
      { lines: [`Approov-Token: ${approovToken()}`, 'Authorization: Basic x', 'Authorization: Basic y'] },
    ],
    ['too many lines', 431, { lines: Array.from({ length: 110 }, (_, at) => `X-Filler-${at}: y`) }],
  ];
  it.each(requests)('%s: %i', async (name, status, asked) => {
    const direct = await byTraffic(asked);
    expect(direct.status).toBe(status);
    const asks = name === 'a host that is none' ? { ...asked, lines: [], host: 'a, b' } : asked;
    expect(seen(await byTraefik(asks))).toEqual(seen(direct));
  });

  it('a body above the cap: 413', async () => {
    const body = 'x'.repeat(1001);
    const lines = await phone.signed('/limited', { method: 'POST', body });
    const asked = { method: 'POST', target: '/limited', lines, body };
    const direct = await byTraffic(asked);
    expect(direct.status).toBe(413);
    expect(seen(await byTraefik(asked))).toEqual(seen(direct));
  });

  it('no store: 503, and when to come again', async () => {
    const asked = async () => ({
      method: 'POST',
      target: '/transfers',
      lines: await phone.signed('/transfers', { method: 'POST', body: '{}' }),
      body: '{}',
    });
    const [one, other] = [await asked(), await asked()];
    isDown = true;
    const direct = await byTraffic(one);
    expect(direct).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(seen(await byTraefik(other))).toEqual(seen(direct));
    isDown = false;
    expect((await byTraefik(await asked())).status).toBe(200);
  });

  it('a device that is blocked: 403', async () => {
    const { appIds, roots } = PHONE_DEVICES.evidence.appAttest;
    const { audience } = PHONE_DEVICES;
    const guard = createGuard({
      devices: devices({
        evidence: [appAttest({ appIds, roots } as never)],
        secret: PHONE_ENV.JWT_SECRET,
        audience,
        store: shared,
      }),
    });
    const asked = async () => ({
      method: 'POST',
      target: '/transfers',
      lines: await phone.signed('/transfers', { method: 'POST', body: '{}' }),
      body: '{}',
    });
    const [first, one, other] = [await asked(), await asked(), await asked()];
    const accepted = await byTraefik(first);
    const recordId = JSON.parse(accepted.headers['x-attest-device'] ?? '') as string;
    expect(await guard.devices.block({ recordId })).toBe(true);
    const direct = await byTraffic(one);
    expect(direct.status).toBe(403);
    expect(direct.headers).not.toHaveProperty('www-authenticate');
    expect(seen(await byTraefik(other))).toEqual(seen(direct));
  });
});

it('nothing of all this reached the API', () => {
  expect(api.got).toEqual([]);
});

it('nginx is told the same status, challenge, body and time', async () => {
  const direct = await byTraffic({ target: '/transfers' });
  const told = await question(authorizationUrl, 'auth-request', { target: '/transfers' });
  expect(told.headers).toMatchObject({
    'x-attest-status': '428',
    'x-attest-body': direct.body,
    'www-authenticate': direct.headers['www-authenticate'],
    'cache-control': direct.headers['cache-control'],
    'x-api': 'example',
  });
});
