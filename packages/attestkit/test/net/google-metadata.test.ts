import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Watchers } from '../../src/net/watchers.js';
import { AccessTokens } from '../../src/net/google/credentials/access.js';
import { googleAppCheck, googlePlayIntegrity } from '../../src/net/google/index.js';
import { metadataTokens } from '../../src/net/google/credentials/metadata.js';
import { json, raw, refused, silent } from './support/google-server.js';
import { jwksServer } from './support/jwks-server.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

const PATH = '/computeMetadata/v1/instance/service-accounts/default/token';
const FLAVOR = { 'metadata-flavor': 'Google' };

function granting(): RequestListener {
  let count = 0;
  return (request, response) => {
    count += 1;
    const body = { access_token: `access-${count}`, expires_in: 3599, token_type: 'Bearer' };
    json(body, 200, FLAVOR)(request, response);
  };
}

/** A metadata server on this machine, and access tokens of it. */
async function metadata(answer: RequestListener = granting(), timeoutMs = 3000) {
  const paths: (string | undefined)[] = [];
  const server = await jwksServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  vi.stubEnv('GCE_METADATA_HOST', new URL(server.url).host);
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const settings = {
    scope: 'https://scope/a b',
    timeoutMs,
    fetch: undefined,
    now: () => clock.ms,
    watchers: new Watchers(),
  };
  return { server, paths, clock, tokens: new AccessTokens({ source: metadataTokens(), ...settings }) };
}

describe('the metadata server', () => {
  it('is asked as Google documents it', async () => {
    const { server, paths, tokens } = await metadata();
    expect(await tokens.current()).toEqual({ outcome: 'access', token: 'access-1' });
    expect(paths).toEqual([`GET ${PATH}?scopes=https%3A%2F%2Fscope%2Fa%20b`]);
    expect(server.headers[0]).toMatchObject(FLAVOR);
    expect(server.headers[0]).not.toHaveProperty('x-forwarded-for');
  });

  it('is asked once, by however many, and again shortly before the end', async () => {
    const { paths, clock, tokens } = await metadata();
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.current()));
    expect(new Set(all).size).toBe(1);
    clock.ms += 3_538_999;
    expect(tokens.current()).toBe(all[0]);
    clock.ms += 1;
    expect(await tokens.current()).toMatchObject({ token: 'access-2' });
    expect(paths).toHaveLength(2);
  });

  it.each<readonly [string, RequestListener, object]>([
    [
      'an answer that another server could give',
      json({ access_token: 'a', expires_in: 3600, token_type: 'Bearer' }),
      { outcome: 'misconfigured', problem: expect.stringContaining('GCE_METADATA_HOST') as string },
    ],
    [
      'another flavor',
      json({ access_token: 'a', expires_in: 3600, token_type: 'Bearer' }, 200, {
        'metadata-flavor': 'google',
      }),
      { outcome: 'misconfigured' },
    ],
    ['no service account', refused(404, FLAVOR), { outcome: 'misconfigured' }],
    ['a scope that is not allowed', refused(403, FLAVOR), { outcome: 'misconfigured' }],
    ['a server that fails', refused(503, FLAVOR), { outcome: 'unavailable', retryAfter: 10 }],
    ['a redirect', refused(302, { ...FLAVOR, location: '/elsewhere' }), { outcome: 'unavailable' }],
    ['no JSON', raw('x'), { outcome: 'misconfigured' }],
    ['no token', json({ expires_in: 3600, token_type: 'Bearer' }, 200, FLAVOR), { outcome: 'unavailable' }],
    [
      'a token with a line feed',
      json({ access_token: 'a\nb: c', expires_in: 3600, token_type: 'Bearer' }, 200, FLAVOR),
      { outcome: 'unavailable' },
    ],
    [
      'a token of another type',
      json({ access_token: 'a', expires_in: 3600, token_type: 'mac' }, 200, FLAVOR),
      { outcome: 'unavailable' },
    ],
    [
      'a token that has ended',
      json({ access_token: 'a', expires_in: 0, token_type: 'Bearer' }, 200, FLAVOR),
      { outcome: 'unavailable' },
    ],
    ['silence', silent, { outcome: 'unavailable' }],
  ])('gives no token by %s, and is not asked for ten seconds', async (_, answer, wanted) => {
    const { paths, clock, tokens } = await metadata(answer, 300);
    expect(await tokens.current()).toMatchObject(wanted);
    expect(JSON.stringify(await tokens.current())).not.toContain('secret words');
    expect(paths).toHaveLength(1);
    clock.ms += 10_000;
    await tokens.current();
    expect(paths).toHaveLength(2);
  });

  it('that is not there makes the service unavailable', async () => {
    const { server, tokens } = await metadata();
    await server.stop();
    expect(await tokens.current()).toEqual({
      outcome: 'unavailable',
      problem: 'no access token: the request failed (ECONNREFUSED)',
      retryAfter: 10,
    });
  });

  it('gives the access tokens of both services', async () => {
    await metadata();
    const seen: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const url = new URL(input as string);
      if (url.hostname === '127.0.0.1') return globalThis.fetch(input, init);
      seen.push(`${url.hostname} ${new Headers(init?.headers).get('authorization')}`);
      return Response.json(url.hostname.startsWith('play') ? { tokenPayloadExternal: {} } : {});
    };
    const decoder = googlePlayIntegrity({ credentials: 'metadata', fetch });
    const consumer = googleAppCheck({ credentials: 'metadata', fetch, project: 'example-id' });
    expect(await decoder.decode('com.example.app', 't')).toMatchObject({ outcome: 'decoded' });
    expect(await consumer.consume('t')).toMatchObject({ outcome: 'consumed' });
    expect(seen).toEqual([
      'playintegrity.googleapis.com Bearer access-1',
      'firebaseappcheck.googleapis.com Bearer access-2',
    ]);
  });
});

describe('GCE_METADATA_HOST', () => {
  it.each([
    'metadata.google.internal',
    'METADATA.google.internal',
    'metadata.google.internal:8080',
    'metadata.google.internal:80',
    '169.254.169.254',
    '169.254.169.252:988',
    '127.0.0.1:9',
    'localhost:9',
    '[::1]:9',
    '[fe80::1]',
    '[fd20:ce::254]',
  ])('may be %s', (host) => {
    vi.stubEnv('GCE_METADATA_HOST', host);
    expect(metadataTokens()).toBeTypeOf('function');
  });

  it.each([
    '',
    ' ',
    'example.com',
    'metadata',
    'metadata.google.internal.example.com',
    'example.com/metadata.google.internal',
    'metadata.google.internal@example.com',
    'metadata.google.internal#x',
    'metadata.google.internal/path',
    'metadata.google.internal?x',
    'user@metadata.google.internal',
    'http://metadata.google.internal',
    '169.254.169.254.example.com',
    '169.253.169.254',
    '2852039166',
    '10.0.0.1',
    '[fc00::1]',
    '[fec0::1]',
    '[::ffff:169.254.169.254]',
    'metadata.google.internal\n',
    'metadata.google.internal:99999',
  ])('is refused as %j', (host) => {
    vi.stubEnv('GCE_METADATA_HOST', host);
    const wrong = expect.objectContaining({
      name: 'ConfigurationError',
      variable: 'GCE_METADATA_HOST',
    }) as Error;
    expect(() => googlePlayIntegrity({ credentials: 'metadata' })).toThrow(wrong);
  });

  it('names Google’s where it is not set', async () => {
    vi.stubEnv('GCE_METADATA_HOST', undefined);
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(input as string);
      return new Response('', { status: 503 });
    };
    await googlePlayIntegrity({ credentials: 'metadata', fetch }).decode('com.example.app', 't');
    expect(asked).toEqual([
      `http://metadata.google.internal${PATH}?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fplayintegrity`,
    ]);
  });
});
