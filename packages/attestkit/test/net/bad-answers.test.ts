import type { RequestListener } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { expect, describe, it, onTestFinished } from 'vitest';
import { jwksServer, keyPair, keys, kids, source, text, unavailable } from './support/jwks-server.js';

const [good, other, rsa] = await Promise.all([keyPair('a'), keyPair('b'), keyPair('a', 'RS256')]);
const p384 = await keyPair('a', 'ES384');
const secret = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey);
const a: JWK = good.jwk;

const MEBIBYTE = 1_048_576;
/** A usable set of exactly this many bytes. */
function padded(bytes: number): string {
  const set = JSON.stringify({ keys: [a], pad: '' });
  return set.replace('"pad":""', `"pad":"${'x'.repeat(bytes - set.length)}"`);
}

const large = padded(10 * MEBIBYTE);
const squeezed = gzipSync(large);

const never: RequestListener = () => undefined;
const trickle: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 10);
  response.on('close', () => clearInterval(timer));
};
const redirect: RequestListener = (request, response) => {
  if (request.url === '/moved') return keys(a)(request, response);
  response.writeHead(302, { location: '/moved' }).end();
};
const announced: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': MEBIBYTE + 1 }).flushHeaders();
};
const bomb: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(squeezed);
};
const torn: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': 1000 }).write('{"keys":[');
  setTimeout(() => response.destroy(), 10);
};
const unset = { kty: undefined, crv: undefined } as unknown as JWK;

/** Every answer that cannot be used, and what the operator is told. */
const BAD: readonly (readonly [string, RequestListener, string])[] = [
  ['no answer', never, 'there was no complete answer within 500 ms'],
  ['a body that trickles', trickle, 'there was no complete answer within 500 ms'],
  ['a connection that breaks', torn, 'the request failed (UND_ERR_SOCKET)'],
  [
    'a connection that is reset',
    (request) => void request.socket.destroy(),
    'the request failed (UND_ERR_SOCKET)',
  ],
  ['a redirect', redirect, 'the answer is a redirect'],
  ['status 500 with keys', text(JSON.stringify({ keys: [a] }), 500), 'the answer has the HTTP status 500'],
  ['status 201 with keys', text(JSON.stringify({ keys: [a] }), 201), 'the answer has the HTTP status 201'],
  ['status 403', text('{"error":"secret-of-theirs"}', 403), 'the answer has the HTTP status 403'],
  [
    'status 204',
    (_request, response) => void response.writeHead(204).end(),
    'the answer has the HTTP status 204',
  ],
  ['HTML', text('<!doctype html><p>secret-of-theirs'), 'the answer is not a JSON object in UTF-8'],
  ['nothing', text(''), 'the answer is not a JSON object in UTF-8'],
  ['a list', text(JSON.stringify([a])), 'the answer is not a JSON object in UTF-8'],
  ['two documents', text(JSON.stringify({ keys: [a] }) + '{}'), 'the answer is not a JSON object in UTF-8'],
  [
    'a byte order mark',
    text(`\uFEFF${JSON.stringify({ keys: [a] })}`),
    'the answer is not a JSON object in UTF-8',
  ],
  [
    'latin-1',
    text(Buffer.from(JSON.stringify({ keys: [a], name: 'é' }), 'latin1')),
    'the answer is not a JSON object in UTF-8',
  ],
  ['10 MB', text(large), 'the answer is over 1 MiB'],
  ['a content-length over 1 MiB and no body', announced, 'the answer is over 1 MiB'],
  ['10 MB in a small gzip', bomb, 'the answer is over 1 MiB'],
  [
    'no list of keys',
    text('{"keys":{}}'),
    'the answer cannot be used: it is not a JWK Set: there is no list `keys`',
  ],
  ['an empty set', keys(), 'the answer cannot be used: none of its keys is for ES256'],
  [
    'two keys with one kid',
    keys(a, { ...other.jwk, kid: 'a' }),
    'the answer cannot be used: different keys have the same `kid`, and no others are left',
  ],
  ['a private key', keys(a, secret), 'the answer cannot be used: it has a private or symmetric key'],
  [
    'a symmetric key',
    keys(a, { kty: 'oct', k: 'c2VjcmV0' }),
    'the answer cannot be used: it has a private or symmetric key',
  ],
  ['another kty', keys(rsa.jwk), 'the answer cannot be used: none of its keys is for ES256'],
  ['another crv', keys(p384.jwk), 'the answer cannot be used: none of its keys is for ES256'],
  ['another alg', keys({ ...a, alg: 'ES384' }), 'the answer cannot be used: none of its keys is for ES256'],
  ['another use', keys({ ...a, use: 'enc' }), 'the answer cannot be used: none of its keys is for ES256'],
  [
    'other key_ops',
    keys({ ...a, key_ops: ['sign'] }),
    'the answer cannot be used: none of its keys is for ES256',
  ],
  ['a key without kty', keys({ ...a, ...unset }), 'the answer cannot be used: none of its keys is for ES256'],
  [
    'a point that is not on the curve',
    keys({ ...a, y: a.x as string }),
    'the answer cannot be used: none of its keys is for ES256',
  ],
  [
    'a crv that breaks the reader',
    keys({ ...a, crv: { toString: 1, valueOf: 1 } as unknown as string }),
    'the answer cannot be used: none of its keys is for ES256',
  ],
];

describe.each(BAD)('%s', (_name, answer, why) => {
  const timeoutMs = why.includes('500 ms') ? 500 : 5000;

  it('makes the first keys unavailable, until the cooldown is over', async () => {
    const server = await jwksServer(answer);
    const { jwks, pass, fetches } = source(server.url, { timeoutMs });
    const first = await unavailable(jwks);
    expect(first.cause.message).toBe(why);
    expect(first.retryAfter).toBe(30);
    expect(`${first.message} ${first.cause.stack} ${JSON.stringify(first.cause)}`).not.toContain(
      'secret-of-theirs',
    );
    server.answer = keys(a);
    pass(29.5);
    expect(() => jwks.candidates('a')).toThrow(
      expect.objectContaining({
        code: 'ERR_JWKS_UNAVAILABLE',
        stage: 'unavailable',
        retryAfter: 1,
        cause: first.cause,
      }),
    );
    expect(fetches()).toBe(1);
    pass(0.5);
    expect(await kids(jwks, 'a')).toEqual(['a']);
    expect(fetches()).toBe(2);
  });

  it('never replaces good keys, and is not asked for again before the cooldown is over', async () => {
    const server = await jwksServer(keys(a));
    const { jwks, pass, fetches, landed } = source(server.url, { timeoutMs });
    const [key] = await jwks.candidates('a');
    server.answer = answer;
    pass(601);
    expect(jwks.candidates('a')).toEqual([key]);
    await landed();
    pass(29);
    expect(jwks.candidates('a')).toEqual([key]);
    expect(fetches()).toBe(2);
    server.answer = keys(other.jwk);
    pass(1);
    expect(jwks.candidates('a')).toEqual([key]);
    await landed();
    expect(fetches()).toBe(3);
    expect(await kids(jwks, 'b')).toEqual(['b']);
    expect(key !== undefined && jwks.includes(key)).toBe(false);
  });
});

it.each([
  ['no answer', never],
  ['a body that trickles', trickle],
  ['a content-length over 1 MiB', announced],
  [
    'an endless body',
    ((_request, response) =>
      void response.writeHead(200).write(padded(2 * MEBIBYTE))) satisfies RequestListener,
  ],
  [
    'status 500 and an endless body',
    ((_request, response) => void response.writeHead(500).write('x')) satisfies RequestListener,
  ],
])('hangs up on %s', async (_name, answer) => {
  const server = await jwksServer(answer);
  await unavailable(source(server.url, { timeoutMs: 500 }).jwks);
  expect(server.requests).toBe(1);
  await expect.poll(() => server.pending, { timeout: 4000 }).toBe(0);
});

it('hangs up on a body that stops, even when fetch has lost the signal to the garbage collector', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const server = await jwksServer((_request, response) => void response.writeHead(200).write(' '));
  const failed = unavailable(source(server.url, { timeoutMs: 1000 }).jwks);
  await expect.poll(() => server.pending, { timeout: 4000 }).toBe(1);
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  await failed;
  await expect.poll(() => server.pending, { timeout: 4000 }).toBe(0);
});

it('reads a body of exactly 1 MiB, and not of one byte more', async () => {
  const server = await jwksServer(text(padded(MEBIBYTE)));
  expect(await kids(source(server.url).jwks, 'a')).toEqual(['a']);
  server.answer = (_request, response) => {
    response.writeHead(200, { 'content-length': MEBIBYTE }).end(padded(MEBIBYTE));
  };
  expect(await kids(source(server.url).jwks, 'a')).toEqual(['a']);
  server.answer = (_request, response) => void response.writeHead(200).end(padded(MEBIBYTE + 1));
  expect((await unavailable(source(server.url).jwks)).cause.message).toBe('the answer is over 1 MiB');
});

it('passes over the keys of a set that do not fit', async () => {
  const server = await jwksServer(keys(rsa.jwk, { ...other.jwk, use: 'enc' }, p384.jwk, a));
  const { jwks } = source(server.url);
  expect(await kids(jwks, undefined)).toEqual(['a']);
});

it('says that nobody listens', async () => {
  const server = await jwksServer(never);
  await server.stop();
  const { cause } = await unavailable(source(server.url).jwks);
  expect(cause.message).toBe('the request failed (ECONNREFUSED)');
});

describe('a fetch that was given', () => {
  const url = 'https://keys.example/jwks?key=query-secret';
  const set = (): Response => Response.json({ keys: [a] });

  it('gets the URL and a request that follows no redirect and can be aborted', async () => {
    const seen: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (...request) => (seen.push(...request), set());
    expect(await kids(source(url, { fetch }).jwks, 'a')).toEqual(['a']);
    expect(seen).toMatchObject([url, { redirect: 'manual', signal: expect.any(AbortSignal) as AbortSignal }]);
  });

  it.each<readonly [string, typeof globalThis.fetch, string]>([
    [
      'never settles and ignores its signal',
      () => new Promise(() => undefined),
      'there was no complete answer within 200 ms',
    ],
    [
      'gives a body that never ends',
      async () => new Response(new ReadableStream()),
      'there was no complete answer within 200 ms',
    ],
    [
      'followed a redirect all the same',
      async () => Object.defineProperty(set(), 'redirected', { value: true }),
      'the answer came from a redirect',
    ],
    [
      'rejects with what it was told',
      () => Promise.reject(new TypeError('query-secret', { cause: new Error('body text') })),
      'the request failed',
    ],
    [
      'rejects with a code that is a sentence',
      () => Promise.reject(Object.assign(new Error('x'), { code: 'query-secret body' })),
      'the request failed',
    ],
    ['rejects with no error', () => Promise.reject('query-secret' as unknown as Error), 'the request failed'],
    [
      'throws',
      () => {
        throw new TypeError('query-secret');
      },
      'the request failed',
    ],
  ])('and %s is a failure', async (_name, fetch, why) => {
    const { cause } = await unavailable(source(url, { fetch, timeoutMs: 200 }).jwks);
    expect(cause.message).toBe(why);
    expect(cause.cause).toBeUndefined();
  });
});

it('leaves no rejection without a handler', async () => {
  const loose: unknown[] = [];
  const note = (reason: unknown): void => void loose.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const server = await jwksServer(keys(a));
  const { jwks, pass, landed } = source(server.url, { timeoutMs: 500 });
  const [key] = await jwks.candidates('a');
  for (const answer of [never, trickle, torn, redirect, text('', 500)]) {
    server.answer = answer;
    pass(1000);
    expect(key !== undefined && jwks.includes(key)).toBe(true);
    await landed();
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(loose).toEqual([]);
});
