import { describe, expect, it } from 'vitest';
import {
  AttesterError,
  ClientError,
  createClient,
  type Attester,
  type TokenAttester,
} from 'attestkit-client';
import { memoryStorage } from 'attestkit-client/testing';
import { clientOf } from './support/client.js';
import { networkOf } from './support/network.js';
import { phones } from './support/phones.js';
import { AUDIENCE, clock, testServer } from './support/server.js';

const [iPhone, android] = phones as [(typeof phones)[number], (typeof phones)[number]];

const CREDENTIALS = ['authorization', 'x-app-attest', 'x-session', 'x-login'];

describe('other origins', () => {
  it.each([
    'https://api.example.com.evil.example/',
    'https://api.example.com:8443/',
    'http://api.example.com/',
    'https://evil.example/https://api.example.com/',
    'HTTPS://evil.example/',
  ])('%s gets nothing', async (url) => {
    const server = testServer();
    const network = networkOf((request) =>
      request.url.startsWith(`${AUDIENCE}/`) ? server.fetch(request) : Response.json({}),
    );
    const { client } = clientOf(network, iPhone.make().attester, { headers: () => ({ 'x-login': 'anna' }) });
    await client.ready();
    expect((await client.fetch(url)).status).toBe(200);
    for (const name of CREDENTIALS) expect(network.sent.at(-1)?.headers.has(name)).toBe(false);
    await expect(client.fetch(url, { signed: true })).rejects.toMatchObject({ type: 'misconfigured' });
  });

  it('of another scheme go on untouched, without credentials', async () => {
    const network = networkOf(() => Response.json({}));
    const { client } = clientOf(network, iPhone.make().attester);
    expect((await client.fetch('data:text/plain,x')).status).toBe(200);
    expect(network.sent.map(({ url }) => url)).toEqual(['data:text/plain,x']);
    await expect(client.fetch('data:,', { signed: true })).rejects.toMatchObject({ type: 'misconfigured' });
  });

  it.each([
    'https://user@api.example.com/balance',
    'https://api.example.com\\@evil.example/',
    'https:/api.example.com/',
    '//evil.example/',
  ])('%s is sent nowhere, or to the API alone', async (url) => {
    const server = testServer();
    const network = networkOf((request) => server.fetch(request));
    const { client } = clientOf(network, iPhone.make().attester);
    await client.fetch(url).catch((error: unknown) => expect(error).toBeInstanceOf(ClientError));
    for (const { url: went } of network.sent) expect(new URL(went).origin).toBe(AUDIENCE);
  });
});

describe('redirects', () => {
  it('are not followed with credentials, and come as they are', async () => {
    const server = testServer();
    const network = networkOf((request) =>
      request.url.endsWith('/moved')
        ? new Response('', { status: 302, headers: { location: 'https://evil.example/' } })
        : server.fetch(request),
    );
    const { client } = clientOf(network, iPhone.make().attester);
    expect((await client.fetch('/moved', { redirect: 'follow' })).status).toBe(302);
    expect(network.sent.every(({ redirect }) => redirect === 'manual')).toBe(true);
  });

  it('need a fetch that refuses them: that of React Native does not', () => {
    const had = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: { product: 'ReactNative' }, configurable: true });
    try {
      const options = {
        baseUrl: AUDIENCE,
        audience: AUDIENCE,
        attester: iPhone.make().attester,
        storage: memoryStorage(),
      };
      expect(() => createClient(options)).toThrow(/expo\/fetch/);
      expect(createClient({ ...options, allowRedirects: true })).toHaveProperty('fetch');
    } finally {
      if (had === undefined) delete (globalThis as { navigator?: unknown }).navigator;
      else Object.defineProperty(globalThis, 'navigator', had);
    }
  });
});

describe('answers of the API', () => {
  it('pass as they are: 403 and 404 start nothing', async () => {
    const { client, steps } = clientOf(testServer(), iPhone.make().attester);
    const response = await client.fetch('/forbidden');
    expect([response.status, await response.json()]).toEqual([403, { of: 'the API' }]);
    expect((await client.fetch('/nowhere')).status).toBe(404);
    expect(steps()).toEqual(['begin ok done']);
  });

  it('end in an error if the server asks for the same again and again', async () => {
    const server = testServer();
    const network = networkOf((request) =>
      request.url.endsWith('/balance')
        ? new Response('{}', {
            status: 401,
            headers: { 'www-authenticate': 'Attest realm="x", need="session"' },
          })
        : server.fetch(request),
    );
    const { client } = clientOf(network, iPhone.make().attester);
    await expect(client.fetch('/balance')).rejects.toMatchObject({ type: 'refused', status: 401 });
    expect(network.sent.filter(({ url }) => url.endsWith('/balance'))).toHaveLength(2);
  });

  it('say if a route wants what the app did not ask for', async () => {
    const { client } = clientOf(testServer(), iPhone.make().attester);
    await expect(client.fetch('/transfers', { method: 'POST' })).rejects.toMatchObject({
      type: 'misconfigured',
      message: expect.stringContaining('signed: true'),
    });
  });
});

describe('without a session', () => {
  const failing = (error: Error): Attester => {
    const reject = async (): Promise<never> => {
      throw error;
    };
    return { proof: 'assertion', createKey: reject, attest: reject, keyId: reject, sign: reject };
  };

  it.each([
    [new AttesterError('unsupported', 'a simulator'), 'unsupported'],
    [new AttesterError('userActionRequired', 'update', { action: 'Please update.' }), 'userActionRequired'],
    [new AttesterError('misconfigured', 'no entitlement'), 'misconfigured'],
    [new AttesterError('tryLater', 'busy', { code: 'SERVER_UNAVAILABLE' }), 'throttled'],
    [new Error('who knows'), 'throttled'],
  ])('a request goes, and the server decides: %s', async (error, type) => {
    const { client } = clientOf(testServer(), failing(error));
    expect((await client.fetch('/open')).status).toBe(200);
    await expect(client.fetch('/balance')).rejects.toMatchObject({ type });
    await expect(client.ready()).rejects.toMatchObject({ type });
    expect((await client.state()).pause).toMatchObject({ type });
  });

  it('the pauses of a failing platform grow, and end', async () => {
    const { client, steps } = clientOf(testServer(), failing(new AttesterError('tryLater', 'busy')));
    let episodes = 0;
    for (let second = 0; second < 600; second += 1) {
      await client.fetch('/open');
      episodes = steps().length;
      clock.now += 1000;
    }
    expect(episodes).toBeGreaterThan(5);
    expect(episodes).toBeLessThan(20);
  });

  it('no network is `offline`, and the app’s own signal is its own', async () => {
    const offline = { fetch: () => Promise.reject(new TypeError('fetch failed')) };
    const { client } = clientOf(offline, iPhone.make().attester);
    await expect(client.fetch('/balance')).rejects.toMatchObject({ type: 'offline' });
    const controller = new AbortController();
    const waiting = clientOf(
      {
        fetch: (request) =>
          new Promise((_, reject) =>
            // The network may end in the same moment.
            request.signal.addEventListener('abort', () => reject(new TypeError('fetch failed'))),
          ),
      },
      { tokens: { header: 'X-Token', token: async () => 'abc' } },
    );
    const call = waiting.client.fetch('/balance', { signal: controller.signal });
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 0));
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('bodies', () => {
  it.each([
    ['a FormData', new FormData()],
    ['a Blob', new Blob(['x'])],
    ['a stream', new ReadableStream()],
  ])('%s is not signed', async (_, body) => {
    const { client } = clientOf(testServer(), iPhone.make().attester);
    await expect(
      client.fetch('/transfers', { method: 'POST', body, signed: true, duplex: 'half' } as never),
    ).rejects.toMatchObject({
      type: 'misconfigured',
      message: expect.stringContaining('text or bytes'),
    });
  });

  it.each([
    ['URLSearchParams', new URLSearchParams({ a: 'b c' }), 'a=b+c'],
    ['a view of a buffer', new Uint8Array([1, 97, 98, 2]).subarray(1, 3), 'ab'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ])('%s is signed as it is sent', async (_, body, text) => {
    const { client } = clientOf(testServer(), android.make().attester);
    const response = await client.fetch('/transfers', { method: 'POST', body, signed: true });
    expect(await response.json()).toMatchObject({ body: text });
  });

  it('that change after the call are sent as they were', async () => {
    const { client } = clientOf(testServer(), iPhone.make().attester);
    const body = new Uint8Array([97, 98]);
    const call = client.fetch('/transfers', { method: 'POST', body, signed: true });
    body.fill(120);
    expect(await (await call).json()).toMatchObject({ body: 'ab' });
  });

  it.each(['/transfers?a=ä', '/transfers?a b', '/a/../transfers', '/transfers?"', '/%2e%2e/transfers'])(
    'are not signed for %s',
    async (path) => {
      const { client } = clientOf(testServer(), iPhone.make().attester);
      await expect(client.fetch(path, { method: 'POST', signed: true })).rejects.toMatchObject({
        type: 'misconfigured',
      });
    },
  );
});

describe('tokens', () => {
  it('go with each request, and a fresh one after a refusal', async () => {
    const asked: boolean[] = [];
    const attester: TokenAttester = {
      tokens: {
        header: 'X-Firebase-AppCheck',
        token: async (_, fresh) => (asked.push(fresh), fresh ? 'fresh' : 'old'),
      },
    };
    const network = networkOf((request) =>
      request.headers.get('x-firebase-appcheck') === 'fresh'
        ? Response.json({})
        : new Response('{}', {
            status: 401,
            headers: { 'www-authenticate': 'Attest realm="x", need="token", header="X-Firebase-AppCheck"' },
          }),
    );
    const { client } = clientOf(network, attester);
    expect((await client.fetch('/balance')).status).toBe(200);
    expect(asked).toEqual([false, true]);
    await expect(client.fetch('/balance', { signed: true })).rejects.toMatchObject({ type: 'misconfigured' });
  });
});

describe('the app’s own Authorization', () => {
  it('is not overwritten: the session wants another field', async () => {
    const { client } = clientOf(testServer(), iPhone.make().attester);
    await expect(
      client.fetch('/balance', { headers: { Authorization: 'Bearer mine' } }),
    ).rejects.toMatchObject({
      type: 'misconfigured',
      message: expect.stringContaining('sessionHeader'),
    });
    const server = testServer({ sessions: { header: 'x-session' } });
    const other = clientOf(server, iPhone.make().attester, { sessionHeader: 'X-Session' });
    expect((await other.client.fetch('/balance', { headers: { Authorization: 'Bearer mine' } })).status).toBe(
      200,
    );
  });
});
