import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { remoteJwks, type RemoteJwksOptions } from '../../src/net/index.js';
import { NET_CHECKS } from '../../src/net/internal.js';
import { jwksServer, keyPair, keys, kids } from './support/jwks-server.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

const HTTPS = 'https://keys.example/jwks';

/** The ConfigurationError that stops `remoteJwks`, which names the variable and never holds the value. */
function refusal(url: unknown, options: object = {}): ConfigurationError {
  try {
    remoteJwks(url as string, { algorithm: 'ES256', ...options } as RemoteJwksOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  throw new Error('it was accepted');
}

describe('the URL', () => {
  it.each([
    ['is absent', undefined, 'is not an absolute URL'],
    ['is empty', '', 'is not an absolute URL'],
    ['is a path', '/auth/keys', 'is not an absolute URL'],
    ['has no scheme', 'keys.example/jwks', 'is not an absolute URL'],
    ['is a URL object', new URL(HTTPS), 'is not an absolute URL'],
    ['is a file', 'file:///etc/keys.json', 'is not an https URL'],
    ['is data', 'data:application/json,{"keys":[]}', 'is not an https URL'],
    ['has a user', 'https://hunter@keys.example/jwks', 'has credentials'],
    ['has a password', 'https://:hunter2@keys.example/jwks', 'has credentials'],
    ['has a fragment', `${HTTPS}#k1`, 'has a fragment'],
    ['has an empty fragment', `${HTTPS}#`, 'has a fragment'],
    ['is http', 'http://keys.example/jwks', 'is http to another machine'],
    ['is http to a private network', 'http://10.0.0.1/jwks', 'is http to another machine'],
    [
      'is http to a host that begins like loopback',
      'http://127.0.0.1.example/jwks',
      'is http to another machine',
    ],
    ['is http to a host that ends like localhost', 'http://notlocalhost/jwks', 'is http to another machine'],
    ['is http to any interface', 'http://0.0.0.0/jwks', 'is http to another machine'],
  ])('is refused when it %s', (_name, url, problem) => {
    const error = refusal(url);
    expect(error.variable).toBe('url');
    expect(error.message).toContain(`url ${problem}. ${error.remedy}`);
    expect(error.message).not.toMatch(/hunter|keys\.example|k1/);
  });

  it.each([
    'https://appleid.apple.com/auth/keys',
    'https://APPLEID.apple.com./auth/keys?x',
    'http://appleid.apple.com/auth/keys',
  ])('is refused when it is that of Sign in with Apple: %s', (url) => {
    const error = refusal(url);
    expect(error.variable).toBe('url');
    expect(error.message).toContain('Sign in with Apple');
    expect(error.remedy).toContain('Apple publishes no attestation key set');
  });

  const LOOPBACK = [
    'http://localhost:1/k',
    'http://127.0.0.1:1/k',
    'http://127.8.9.10/k',
    'http://[::1]:1/k',
  ];
  it.each(LOOPBACK)('may be http in development where it is %s', (url) => {
    for (const environment of ['development', 'test']) {
      vi.stubEnv('NODE_ENV', environment);
      expect(remoteJwks(url, { algorithm: 'ES256' }).algorithms).toEqual(['ES256']);
    }
    for (const environment of ['production', '', undefined]) {
      vi.stubEnv('NODE_ENV', environment);
      expect(refusal(url).message).toContain('url is http outside of development');
      expect(remoteJwks(HTTPS, { algorithm: 'ES256' }).algorithms).toEqual(['ES256']);
    }
  });
});

describe('the options', () => {
  it.each(['HS256', 'none', 'constructor', '', undefined, null, 7])('have no algorithm %s', (algorithm) => {
    const error = refusal(HTTPS, { algorithm });
    expect(error.variable).toBe('algorithm');
    expect(error.message).toBe(`algorithm is not one for public keys. ${error.remedy}`);
  });

  it.each([
    ['timeoutMs', [1, 60_000], [0, 60_001, 1.5, -1, Number.NaN, Infinity, '5000', null]],
    ['maxAgeSeconds', [1, 86_400], [0, 86_401, 0.5, Number.NaN, '600']],
    ['maxStaleSeconds', [600, 86_400], [0, 599, 86_401, Infinity, '600']],
    ['cooldownSeconds', [1, 3600], [0, 3601, -30, Number.NaN, '30']],
  ])('keep %s in its range', (option, allowed, refused) => {
    for (const value of allowed) remoteJwks(HTTPS, { algorithm: 'ES256', [option]: value });
    for (const value of refused) {
      const error = refusal(HTTPS, { [option]: value });
      expect(error.variable).toBe(option);
      expect(error.message).toBe(`${option} is out of its range. ${error.remedy}`);
    }
  });

  it('are refused when nobody knows them', () => {
    expect(refusal(HTTPS, { maxStaleSecond: 60 }).variable).toBe('maxStaleSecond');
  });

  it('may all be left out: the global fetch and the time of day', async () => {
    const { jwk } = await keyPair('a');
    const server = await jwksServer(keys(jwk));
    const jwks = remoteJwks(server.url, { algorithm: 'ES256' });
    expect(await kids(jwks, 'a')).toEqual(['a']);
    expect(jwks.candidates('a')).toHaveLength(1);
    expect(server.requests).toBe(1);
  });
});

it('has two checks, both of what cannot be had', () => {
  expect(Object.values(NET_CHECKS).map(({ code, stage }) => [code, stage])).toEqual([
    ['ERR_JWKS_UNAVAILABLE', 'unavailable'],
    ['ERR_REVOCATIONS_UNAVAILABLE', 'unavailable'],
  ]);
});
