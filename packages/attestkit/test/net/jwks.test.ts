import type { RequestListener } from 'node:http';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { approov } from '../../src/approov/index.js';
import { verifySignature } from '../../src/kernel/jose/jwa.js';
import type { VerificationKey } from '../../src/ports/keys.js';
import { jwksServer, keyPair, keys, kids, source, text, unavailable } from './support/jwks-server.js';

const [a, b, c] = await Promise.all([keyPair('a'), keyPair('b'), keyPair('c')]);

function only(candidates: readonly VerificationKey[]): VerificationKey {
  expect(candidates).toHaveLength(1);
  return candidates[0] as VerificationKey;
}

describe('remoteJwks', () => {
  it.each(['ES256', 'ES384', 'RS256', 'PS512', 'EdDSA'] as const)(
    'gives the %s key that a token of jose is signed with',
    async (alg) => {
      const { jwk, privateKey } = await keyPair('k', alg, { alg, use: 'sig' });
      const server = await jwksServer(keys(a.jwk, jwk));
      const { jwks } = source(server.url, { algorithm: alg });
      const token = await new SignJWT({ sub: 'x' }).setProtectedHeader({ alg, kid: 'k' }).sign(privateKey);
      const at = token.lastIndexOf('.');
      const key = only(await jwks.candidates('k'));
      expect(key).toMatchObject({ kid: 'k', algorithm: alg });
      expect(jwks.algorithms).toEqual([alg]);
      const signature = token.slice(at + 1);
      expect(verifySignature(key, token.slice(0, at), signature)).toBe(true);
      expect(verifySignature(key, `${token.slice(0, at)}x`, signature)).toBe(false);
    },
  );

  it('fetches nothing until a token needs it, then once, and answers at once from then on', async () => {
    const server = await jwksServer(keys(a.jwk, b.jwk));
    const { jwks, pass, fetches } = source(server.url);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fetches()).toBe(0);
    const first = jwks.candidates('a');
    expect(first).toBeInstanceOf(Promise);
    const key = only(await first);
    pass(600);
    expect(jwks.candidates('a')).toEqual([key]);
    expect(jwks.includes(key)).toBe(true);
    expect(fetches()).toBe(1);
    expect(server.headers[0]).toMatchObject({ accept: 'application/jwk-set+json, application/json' });
    expect(server.headers[0]).not.toHaveProperty('authorization');
  });

  it('gives a token without kid the key where there is one, and none where there are several', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass, fetches, landed } = source(server.url);
    expect(await kids(jwks, undefined)).toEqual(['a']);
    server.answer = keys(a.jwk, b.jwk);
    pass(601);
    await kids(jwks, undefined);
    await landed();
    expect(fetches()).toBe(2);
    pass(31);
    expect(jwks.candidates(undefined)).toEqual([]);
    expect(fetches()).toBe(2);
  });

  it('serves keys older than maxAgeSeconds at once and refreshes them behind', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass, fetches, landed } = source(server.url, { maxAgeSeconds: 100 });
    const old = only(await jwks.candidates('a'));
    server.answer = keys(b.jwk);
    pass(101);
    expect(jwks.candidates('a')).toEqual([old]);
    await landed();
    expect(fetches()).toBe(2);
    expect(jwks.includes(old)).toBe(false);
    expect(jwks.candidates('b')).toMatchObject([{ kid: 'b' }]);
    expect(jwks.candidates('a')).toEqual([]);
    await landed();
    expect(fetches()).toBe(2);
  });

  it('refreshes behind when a cache alone asks whether a key is still included', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass, fetches, landed } = source(server.url);
    const key = only(await jwks.candidates('a'));
    server.answer = keys(b.jwk);
    pass(601);
    expect(jwks.includes(key)).toBe(true);
    await landed();
    expect(fetches()).toBe(2);
    expect(jwks.includes(key)).toBe(false);
  });

  it('keeps the object of a key that comes again, drops one that does not, and takes no other key with its kid', async () => {
    const impostor = await keyPair('b');
    const server = await jwksServer(keys(a.jwk, b.jwk));
    const { jwks, pass, fetches, landed } = source(server.url);
    const [first, second] = [only(await jwks.candidates('a')), only(await jwks.candidates('b'))];
    server.answer = keys(c.jwk, impostor.jwk, a.jwk);
    pass(601);
    await kids(jwks, 'a');
    await landed();
    expect(fetches()).toBe(2);
    expect(only(await jwks.candidates('a'))).toBe(first);
    expect(only(await jwks.candidates('b'))).not.toBe(second);
    expect([jwks.includes(first), jwks.includes(second)]).toEqual([true, false]);
    expect(jwks.includes({ ...first })).toBe(false);
  });

  it('takes the same key under another kid for another key', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass, fetches, landed } = source(server.url);
    const first = only(await jwks.candidates('a'));
    server.answer = keys({ ...a.jwk, kid: 'z' });
    pass(601);
    await kids(jwks, 'a');
    await landed();
    expect(fetches()).toBe(2);
    expect(await kids(jwks, 'z')).toEqual(['z']);
    expect(jwks.includes(first)).toBe(false);
  });

  it('takes a clock that was set back for keys that are due', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass, fetches, landed } = source(server.url);
    await kids(jwks, 'a');
    pass(-3600);
    expect(jwks.candidates('a')).toHaveLength(1);
    expect(fetches()).toBe(2);
    await landed();
    expect(fetches()).toBe(2);
    expect(jwks.candidates('a')).toHaveLength(1);
    await landed();
    expect(fetches()).toBe(2);
  });
});

describe('a kid that is unknown', () => {
  it('has the keys fetched again at once after the cooldown', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass } = source(server.url);
    await kids(jwks, 'a');
    server.answer = keys(a.jwk, b.jwk);
    pass(29.999);
    expect(jwks.candidates('b')).toEqual([]);
    pass(0.001);
    const second = jwks.candidates('b');
    expect(second).toBeInstanceOf(Promise);
    expect(await second).toMatchObject([{ kid: 'b' }]);
    expect(server.requests).toBe(2);
  });

  it('costs one fetch per cooldown however many tokens name one', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass } = source(server.url, { cooldownSeconds: 10 });
    const flood = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 500 }, () => jwks.candidates(`x${Math.random()}`)));
    for (let second = 0; second < 30; second += 1) {
      expect(await flood()).toEqual(Array.from({ length: 500 }, () => []));
      pass(1);
    }
    expect(server.requests).toBe(3);
    expect(jwks.candidates('a')).toHaveLength(1);
  });

  it('stays unknown, rather than unavailable, when the refetch fails and there are keys', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass } = source(server.url);
    await kids(jwks, 'a');
    server.answer = text('', 500);
    pass(30);
    const refetched = jwks.candidates('b');
    expect(refetched).toBeInstanceOf(Promise);
    expect(await refetched).toEqual([]);
    expect(jwks.candidates('b')).toEqual([]);
    expect(jwks.candidates('a')).toMatchObject([{ kid: 'a' }]);
    expect(server.requests).toBe(2);
  });

  it('waits for a refresh that is under way', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass } = source(server.url);
    await kids(jwks, 'a');
    server.answer = keys(b.jwk);
    pass(601);
    jwks.candidates('a');
    expect(await kids(jwks, 'b')).toEqual(['b']);
    expect(server.requests).toBe(2);
  });

  it('is the first thing a server hears of: one fetch', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks } = source(server.url);
    expect(await kids(jwks, 'x')).toEqual([]);
    expect(jwks.candidates('y')).toEqual([]);
    expect(server.requests).toBe(1);
  });
});

describe('concurrent callers', () => {
  it('share one flight, and its keys', async () => {
    const server = await jwksServer(
      (request, response) => void setTimeout(() => keys(a.jwk)(request, response), 50),
    );
    const { jwks } = source(server.url);
    const all = await Promise.all(Array.from({ length: 100 }, () => jwks.candidates('a')));
    expect(new Set(all.map(only)).size).toBe(1);
    expect(server.requests).toBe(1);
  });

  it('share one flight, and its failure', async () => {
    const server = await jwksServer(text('', 503));
    const { jwks } = source(server.url);
    const all = await Promise.all(Array.from({ length: 100 }, () => unavailable(jwks)));
    expect(new Set(all.map((error) => error.cause)).size).toBe(1);
    expect(server.requests).toBe(1);
  });

  it('share one background refresh', async () => {
    const slow: RequestListener = (request, response) =>
      void setTimeout(() => keys(a.jwk)(request, response), 50);
    const server = await jwksServer(slow);
    const { jwks, pass, fetches, landed } = source(server.url);
    await kids(jwks, 'a');
    pass(601);
    for (let call = 0; call < 100; call += 1) expect(jwks.candidates('a')).toHaveLength(1);
    await landed();
    expect(fetches()).toBe(2);
  });
});

it('feeds the Approov room: a remembered token does not outlive its key', async () => {
  const server = await jwksServer(keys(a.jwk));
  const { jwks, pass, clock, landed } = source(server.url);
  const evidence = approov({ keys: jwks });
  const exp = clock.ms / 1000 + 86_400;
  const token = await new SignJWT({ exp }).setProtectedHeader({ alg: 'ES256', kid: 'a' }).sign(a.privateKey);
  const request = { method: 'GET', target: '/', fields: () => [] };
  const body = (): Promise<never> => Promise.reject(new Error('there is none'));
  const verify = () =>
    evidence.verify(token, {
      request,
      demand: undefined,
      enforcement: 'enforce',
      now: clock.ms,
      clock: () => clock.ms,
      body,
      results: {},
    });
  expect(await verify()).toMatchObject({ result: { bound: false } });
  server.answer = keys(b.jwk);
  pass(601);
  expect(verify()).toMatchObject({ result: { bound: false } });
  await landed();
  const unknown = { code: 'ERR_APPROOV_TOKEN_KEY_UNKNOWN', stage: 'untrusted' };
  expect(verify).toThrow(expect.objectContaining(unknown));
});
