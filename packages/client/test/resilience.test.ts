import { describe, expect, it } from 'vitest';
import { ClientError } from 'attestkit-client';
import { clientOf } from './support/client.js';
import { networkOf } from './support/network.js';
import { phones } from './support/phones.js';
import { AUDIENCE, clock, testServer } from './support/server.js';

const [iPhone, android] = phones as [(typeof phones)[number], (typeof phones)[number]];

describe('a request', () => {
  it('a name with an apostrophe is signed as it is sent', async () => {
    for (const phone of [iPhone, android]) {
      const { client } = clientOf(testServer(), phone.make().attester);
      const init = { method: 'POST', body: 'x', signed: true } as const;
      expect((await client.fetch("/transfers?name=O'Brien&a[]=1", init)).status).toBe(200);
    }
  });

  it('an answer 201 with a field `Attest` is the answer', async () => {
    const server = testServer();
    const network = networkOf((request) =>
      request.url.endsWith('/created')
        ? Response.json({}, { status: 201, headers: { 'www-authenticate': 'Attest need="session"' } })
        : server.fetch(request),
    );
    const { client } = clientOf(network, iPhone.make().attester);
    expect((await client.fetch('/created', { method: 'POST' })).status).toBe(201);
    expect(network.sent.filter(({ url }) => url.endsWith('/created'))).toHaveLength(1);
  });

  it('a fetch that follows redirects is noticed', async () => {
    const server = testServer();
    const network = networkOf(async (request) => {
      const answer = await server.fetch(request);
      Object.defineProperty(answer, 'url', { value: 'https://evil.example/' });
      return answer;
    });
    const { client } = clientOf(network, iPhone.make().attester);
    await expect(client.fetch('/balance')).rejects.toMatchObject({ type: 'misconfigured' });
    await expect(client.ready()).rejects.toMatchObject({ type: 'misconfigured' });
  });

  it('a refused challenge is replaced once, also if the app asked for one', async () => {
    const server = testServer();
    let isFirst = true;
    const network = networkOf((request) => {
      if (!request.url.endsWith('/limits') || !isFirst) return server.fetch(request);
      isFirst = false;
      return new Response('{}', {
        status: 401,
        headers: { 'www-authenticate': 'Attest realm="x", need="challenge"' },
      });
    });
    const { client } = clientOf(network, iPhone.make().attester);
    expect((await client.fetch('/limits', { method: 'POST', signed: 'challenge' })).status).toBe(200);
  });

  it('one signed request without an answer does not stop the app’s own signal', async () => {
    const server = testServer();
    const network = networkOf((request) =>
      request.url.endsWith('/transfers') ? new Promise<Response>(() => undefined) : server.fetch(request),
    );
    const { client } = clientOf(network, iPhone.make().attester);
    const sign = { method: 'POST', signed: true } as const;
    client.fetch('/transfers', sign).catch(() => undefined);
    const controller = new AbortController();
    const second = client.fetch('/transfers', { ...sign, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('a route that always asks for a session does not cost an episode each time', async () => {
    const server = testServer();
    const network = networkOf((request) =>
      request.url.endsWith('/strange')
        ? new Response('{}', { status: 401, headers: { 'www-authenticate': 'Attest need="session"' } })
        : server.fetch(request),
    );
    const { client, steps } = clientOf(network, iPhone.make().attester);
    for (let call = 0; call < 60; call += 1)
      await expect(client.fetch('/strange')).rejects.toBeInstanceOf(ClientError);
    expect(steps().length).toBeLessThan(5);
  });

  it('a request under way during `forget` does not enroll again', async () => {
    const server = testServer();
    const { client, steps, storage } = clientOf(server, iPhone.make().attester);
    await client.ready();
    const call = client.fetch('/balance');
    await client.forget();
    await call.catch(() => undefined);
    expect(storage.values.size).toBe(0);
    expect(steps()).toEqual(['begin ok done']);
  });

  it('a login header of any spelling does not break the content type', async () => {
    const { client } = clientOf(testServer(), iPhone.make().attester, {
      headers: () => ({ 'Content-Type': 'application/json', 'X-Login': 'anna' }),
    });
    await client.ready();
    expect((await client.fetch('/balance')).status).toBe(200);
  });
});

describe('what a fresh reader met', () => {
  const [, , play] = phones as [unknown, unknown, (typeof phones)[number]];

  it('a first answer that is lost costs an app without a key a moment, not its acceptance', async () => {
    const server = testServer();
    let isLost = false;
    const network = networkOf(async (request) => {
      const answer = await server.fetch(request);
      if (isLost || !request.url.endsWith('/attest')) return answer;
      isLost = true;
      throw new TypeError('the answer is lost');
    });
    const { client, steps } = clientOf(network, play.make().attester);
    await expect(client.fetch('/balance')).rejects.toMatchObject({ type: 'throttled' });
    expect(steps()).toEqual(['begin silent attest', 'attest conflict reset']);
    clock.now += 2000;
    expect((await client.fetch('/balance')).status).toBe(200);
  });

  it('a login that fails is not taken for a missing network', async () => {
    const failing = () => Promise.reject(new Error('no login'));
    for (const headers of [failing, () => failing() as never]) {
      const network = networkOf(testServer().fetch);
      const { client } = clientOf(network, iPhone.make().attester, { headers });
      await expect(client.ready()).rejects.toMatchObject({
        type: 'throttled',
        message: expect.stringContaining('no login') as unknown,
      });
      expect(network.sent).toEqual([]);
    }
  });

  it('another audience than the server’s is named', async () => {
    const { client } = clientOf(testServer(), android.make().attester, {
      audience: 'https://api.example.com/',
    });
    await client.ready();
    const call = client.fetch('/transfers', { method: 'POST', body: 'x', signed: true });
    await expect(call).rejects.toMatchObject({
      type: 'misconfigured',
      message: `the audience of the server is ${AUDIENCE}`,
    });
  });

  it('an assertion for a session waits for the signed request before it', async () => {
    const server = testServer();
    let release: (() => void) | undefined;
    const arrived: string[] = [];
    const network = networkOf(async (request) => {
      const path = new URL(request.url).pathname;
      if (path === '/transfers' && release === undefined)
        await new Promise<void>((resolve) => (release = resolve));
      if (path === '/device/refresh') return Response.json({}, { status: 401 });
      arrived.push(path);
      return await server.fetch(request);
    });
    const { client, steps } = clientOf(network, iPhone.make().attester);
    await client.ready();
    const transfer = client.fetch('/transfers', { method: 'POST', body: 'x', signed: true });
    await expect.poll(() => release).toBeDefined();
    const renewed = client.ready({ renew: true });
    await expect.poll(() => steps().at(-1)).toBe('refresh unproven climb');
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(arrived).not.toContain('/device/assert');
    release?.();
    expect((await transfer).status).toBe(200);
    await renewed;
    expect(steps().at(-1)).toBe('assertKey ok done');
    expect(arrived.indexOf('/transfers')).toBeLessThan(arrived.indexOf('/device/assert'));
  });
});
