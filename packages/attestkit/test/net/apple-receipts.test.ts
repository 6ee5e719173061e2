import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { appleReceipts, type AppleReceiptsOptions } from '../../src/net/apple/index.js';
import type { ReceiptExchange } from '../../src/ports/receipts.js';
import * as apple from './support/apple-server.js';

const { appleServer, KEY, NEW_RECEIPT, PEM, privateKey, publicKey, RECEIPT, renewed, status, TEAM } = apple;

afterEach(() => {
  vi.unstubAllEnvs();
});

const options = { teamId: TEAM, keyId: KEY, privateKey: PEM };

/** The public exchange with a fake of Apple's service, and one attempt only. */
async function served(answer: RequestListener, more: Partial<AppleReceiptsOptions> = {}) {
  const server = await appleServer(answer);
  const endpoints = { production: `${server.url}/production`, development: `${server.url}/development` };
  return { server, receipts: appleReceipts({ ...options, endpoints, attempts: 1, timeoutMs: 400, ...more }) };
}

describe('a request', () => {
  it('is the receipt in base64, with a bare ES256 token of the team', async () => {
    const { server, receipts } = await served(renewed);
    expect(await receipts.exchange(RECEIPT, 'production')).toEqual({
      outcome: 'renewed',
      receipt: NEW_RECEIPT,
    });
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', url: '/keys/production', body: RECEIPT.toString('base64') });
    const token = seen?.headers.authorization ?? '';
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: KEY });
    const { payload } = await jwtVerify(token, publicKey, { algorithms: ['ES256'] });
    expect(Object.keys(payload).toSorted()).toEqual(['iat', 'iss']);
    expect(payload.iss).toBe(TEAM);
    expect(Math.abs((payload.iat as number) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('goes to the endpoint of its environment', async () => {
    const { server, receipts } = await served(renewed);
    await receipts.exchange(RECEIPT, 'development');
    await receipts.exchange(RECEIPT, 'production');
    expect(server.seen.map(({ url }) => url)).toEqual(['/keys/development', '/keys/production']);
  });

  it('goes to Apple unless told otherwise', async () => {
    const asked: string[] = [];
    const fetch = (async (url: string) => {
      asked.push(url);
      return new Response('', { status: 404 });
    }) as typeof globalThis.fetch;
    const receipts = appleReceipts({ ...options, fetch });
    await receipts.exchange(RECEIPT, 'production');
    await receipts.exchange(RECEIPT, 'development');
    expect(asked).toEqual([
      'https://data.appattest.apple.com/v1/attestationData',
      'https://data-development.appattest.apple.com/v1/attestationData',
    ]);
  });

  it('may be signed by a KeyObject', async () => {
    const { server, receipts } = await served(renewed, { privateKey });
    await receipts.exchange(RECEIPT, 'production');
    await jwtVerify(server.seen[0]?.headers.authorization ?? '', publicKey);
  });
});

describe('the token', () => {
  it('is used for 20 minutes, and made anew after that or when the clock was set back', async () => {
    const clock = { ms: Date.UTC(2026, 0, 1) };
    const { server, receipts } = await served(renewed, { now: () => clock.ms });
    for (const step of [0, 1_199_999, 1, -60_000]) {
      clock.ms += step;
      await receipts.exchange(RECEIPT, 'production');
    }
    const [first, second, third, fourth] = server.seen.map(({ headers }) => headers.authorization ?? '');
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect([first, third, fourth].map((token) => decodeJwt(token ?? '').iat)).toEqual([
      Date.UTC(2026, 0, 1) / 1000,
      Date.UTC(2026, 0, 1, 0, 20) / 1000,
      Date.UTC(2026, 0, 1, 0, 19) / 1000,
    ]);
  });

  it('is forgotten when it was refused', async () => {
    const { server, receipts } = await served(status(401));
    await receipts.exchange(RECEIPT, 'production');
    await receipts.exchange(RECEIPT, 'production');
    const [first, second] = server.seen.map(({ headers }) => headers.authorization);
    // Signatures are made with a random number: only a token that was kept is the same text.
    expect(second).not.toBe(first);
  });
});

/** Every status of Apple's table, and some that are not in it. */
const OUTCOMES: readonly (readonly [number, ReceiptExchange])[] = [
  [304, { outcome: 'too-early' }],
  [400, { outcome: 'rejected' }],
  [401, { outcome: 'unauthorized' }],
  [404, { outcome: 'no-data' }],
  [429, { outcome: 'throttled', problem: 'there were too many requests', retryAfter: 30 }],
  [500, { outcome: 'unavailable', problem: 'the answer has the HTTP status 500', retryAfter: 30 }],
  [503, { outcome: 'unavailable', problem: 'the answer has the HTTP status 503', retryAfter: 30 }],
  [502, { outcome: 'unavailable', problem: 'the answer has the HTTP status 502', retryAfter: 30 }],
  [204, { outcome: 'unexpected', status: 204 }],
  [201, { outcome: 'unexpected', status: 201 }],
  [403, { outcome: 'unexpected', status: 403 }],
  [418, { outcome: 'unexpected', status: 418 }],
];

describe('the outcome', () => {
  it.each(OUTCOMES)('of status %i', async (code, outcome) => {
    const { receipts } = await served(
      status(code, {}, code === 304 || code === 204 ? '' : 'secret-of-theirs'),
    );
    expect(await receipts.exchange(RECEIPT, 'production')).toEqual(outcome);
  });

  const base64 = NEW_RECEIPT.toString('base64');
  it.each([`${base64}\n`, `\r\n ${base64}\r\n`])(
    'is a new receipt with white space around it',
    async (body) => {
      const { receipts } = await served(status(200, {}, body));
      expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ receipt: NEW_RECEIPT });
    },
  );

  it.each([
    ['nothing', status(200), 'the answer is not base64'],
    ['white space', status(200, {}, ' \n'), 'the answer is not base64'],
    ['JSON', status(200, {}, '{"a":1}'), 'the answer is not base64'],
    [
      'a receipt that is not encoded',
      status(200, {}, NEW_RECEIPT.toString('latin1')),
      'the answer is not base64',
    ],
    ['base64url', status(200, {}, '-_-_'), 'the answer is not base64'],
    ['base64 without padding', status(200, {}, base64.replace(/=+$/, '')), 'the answer is not base64'],
    [
      'base64 in lines',
      status(200, {}, `${base64.slice(0, 8)}\n${base64.slice(8)}`),
      'the answer is not base64',
    ],
    ['33 KB', status(200, {}, 'A'.repeat(33_000)), 'the answer is over 32 KiB'],
    ['a redirect', status(302, { location: '/elsewhere' }), 'the answer is a redirect'],
    ['no answer', () => undefined, 'there was no complete answer within 400 ms'],
    ['a reset', (request) => void request.socket.destroy(), 'the request failed (UND_ERR_SOCKET)'],
    [
      'a body that stops',
      (_request, response) => void response.writeHead(200).write('AAAA'),
      'there was no complete answer within 400 ms',
    ],
  ] satisfies [string, RequestListener, string][])('of %s is an outage', async (_, answer, problem) => {
    const { receipts } = await served(answer);
    const exchange = await receipts.exchange(RECEIPT, 'production');
    expect(exchange).toEqual({ outcome: 'unavailable', problem, retryAfter: 30 });
  });

  it('of nobody there is an outage, which names no URL and no token', async () => {
    const { server, receipts } = await served(renewed);
    await server.stop();
    const exchange = await receipts.exchange(RECEIPT, 'production');
    expect(exchange).toEqual({
      outcome: 'unavailable',
      problem: 'the request failed (ECONNREFUSED)',
      retryAfter: 30,
    });
  });

  it.each([
    () => Promise.reject(new Error('with a secret')),
    () => {
      throw new Error('with a secret');
    },
    () => Promise.resolve(undefined),
  ])('of a fetch that fails in its own way is an outage', async (fetch) => {
    const receipts = appleReceipts({
      ...options,
      attempts: 1,
      fetch: fetch as unknown as typeof globalThis.fetch,
    });
    expect(await receipts.exchange(RECEIPT, 'production')).toEqual({
      outcome: 'unavailable',
      problem: 'the request failed',
      retryAfter: 30,
    });
  });
});

describe('an observer', () => {
  it('hears of each outcome, and changes none', async () => {
    const heard: unknown[] = [];
    const { receipts } = await served(status(401), {
      observe: (...told) => {
        heard.push(told);
        throw new Error('in the observer');
      },
    });
    expect(await receipts.exchange(RECEIPT, 'development')).toEqual({ outcome: 'unauthorized' });
    expect(heard).toEqual([[{ outcome: 'unauthorized' }, 'development']]);
  });
});

describe('the options', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const endpoints = (production: unknown): object => ({ endpoints: { production } });
  it.each([
    ['teamId', { teamId: undefined }, 'is not an identifier from Apple'],
    ['teamId', { teamId: 'teamid1234' }, 'is not an identifier from Apple'],
    ['teamId', { teamId: `${TEAM}5` }, 'is not an identifier from Apple'],
    ['keyId', { keyId: '' }, 'is not an identifier from Apple'],
    ['keyId', { keyId: `${KEY}\n` }, 'is not an identifier from Apple'],
    ['privateKey', { privateKey: undefined }, 'is neither a PEM nor a KeyObject'],
    ['privateKey', { privateKey: Buffer.from(PEM) }, 'is neither a PEM nor a KeyObject'],
    ['privateKey', { privateKey: '' }, 'is not a private key that can be read'],
    ['privateKey', { privateKey: PEM.replaceAll('\n', '') }, 'is not a private key that can be read'],
    [
      'privateKey',
      { privateKey: publicKey.export({ type: 'spki', format: 'pem' }) },
      'is not a private key that can be read',
    ],
    ['privateKey', { privateKey: createPublicKey(privateKey) }, 'is not a private key'],
    ['privateKey', { privateKey: rsa }, 'is not a key on P-256'],
    ['privateKey', { privateKey: p384.export({ type: 'pkcs8', format: 'pem' }) }, 'is not a key on P-256'],
    ['timeoutMs', { timeoutMs: 0 }, 'is out of its range'],
    ['deadlineMs', { deadlineMs: 60_001 }, 'is out of its range'],
    ['attempts', { attempts: 11 }, 'is out of its range'],
    ['attempts', { attempts: 1.5 }, 'is out of its range'],
    ['endpoints', { endpoints: 'https://a.example' }, 'is not an object'],
    [
      'endpoints.sandbox',
      { endpoints: { sandbox: 'https://a.example' } },
      'is not an option of appleReceipts',
    ],
    ['endpoints.production', endpoints('http://a.example/'), 'is http to another machine'],
    ['endpoints.production', endpoints('https://u:p@a.example/'), 'has credentials'],
    ['endpoints.production', endpoints('/v1'), 'is not an absolute URL'],
    ['observe', { observe: true }, 'is not a function'],
    ['retries', { retries: 3 }, 'is not an option of appleReceipts'],
  ])('are refused with a wrong %s', (variable, more, problem) => {
    const run = (): unknown => appleReceipts({ ...options, ...more } as AppleReceiptsOptions);
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }));
    expect(run).toThrow(`${variable} ${problem}`);
    expect(run).not.toThrow(/u:p|MIG|a\.example/);
  });

  it('allow http to this machine in development only', () => {
    vi.stubEnv('NODE_ENV', 'production');
    const run = (): unknown => appleReceipts({ ...options, ...endpoints('http://127.0.0.1:1/') });
    expect(run).toThrow('endpoints.production is http outside of development');
    vi.stubEnv('NODE_ENV', 'development');
    expect(run).not.toThrow();
  });
});
