import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov, type ApproovOptions } from '../../src/approov/index.js';
import { absenceIn } from '../../src/approov/token-field.js';
import { createGuard } from '../../src/create-guard.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { KeySource, VerificationKey } from '../../src/ports/keys.js';
import { check as checkDef, request } from '../guard/support/double.js';
import { NOW, SECONDS, SECRET, SECRET_BASE64, token } from './support/tokens.js';

const GOOD = token({ did: 'device' });

function guarding(options: object = {}, now: () => number = () => NOW) {
  const keys = 'keys' in options ? {} : { secretBase64: SECRET_BASE64 };
  const guard = createGuard({ evidence: [approov({ ...keys, ...options } as ApproovOptions)], now });
  return async (value: string | string[] | undefined, header = 'approov-token'): Promise<string> => {
    const decision = await guard.check(request(value === undefined ? {} : { [header]: value }));
    if (decision.outcome === 'accept') return `accepted ${decision.results.approov?.deviceId}`;
    return `${decision.error.stage} ${decision.error.code} ${decision.response.status}`;
  };
}

describe('the token’s field', () => {
  const check = guarding();

  it.each([
    ['a genuine token', GOOD, 'accepted device'],
    ['no field', undefined, 'missing ERR_APPROOV_TOKEN_MISSING 401'],
    ['an empty field', '', 'missing ERR_APPROOV_TOKEN_MISSING 401'],
    ['NO_NETWORK', 'NO_NETWORK', 'missing ERR_APPROOV_TOKEN_FETCH_FAILED 401'],
    ['POOR_NETWORK', 'POOR_NETWORK', 'missing ERR_APPROOV_TOKEN_FETCH_FAILED 401'],
    ['MITM_DETECTED', 'MITM_DETECTED', 'missing ERR_APPROOV_TOKEN_FETCH_FAILED 401'],
    ['a status word in another case', 'no_network', 'untrusted ERR_APPROOV_TOKEN_MALFORMED 401'],
    ['two fields, both genuine', [GOOD, GOOD], 'malformed ERR_APPROOV_TOKEN_REPEATED 401'],
    ['two fields, one junk', ['junk', GOOD], 'malformed ERR_APPROOV_TOKEN_REPEATED 401'],
    ['two fields, one empty', ['', GOOD], 'malformed ERR_APPROOV_TOKEN_REPEATED 401'],
    ['two tokens joined by a comma', `${GOOD}, ${GOOD}`, 'malformed ERR_APPROOV_TOKEN_REPEATED 401'],
    [
      'a prefix that is not configured',
      `Bearer ${GOOD}`,
      'untrusted ERR_APPROOV_TOKEN_ENCODING_MALFORMED 401',
    ],
  ])('%s', async (_, value, outcome) => {
    expect(await check(value)).toBe(outcome);
  });

  it('can have another name and a prefix', async () => {
    const prefixed = guarding({ header: 'Authorization', prefix: 'Bearer ' });
    expect(await prefixed(`Bearer ${GOOD}`, 'authorization')).toBe('accepted device');
    expect(await prefixed(GOOD, 'authorization')).toBe('untrusted ERR_APPROOV_TOKEN_PREFIX_MISMATCH 401');
    expect(await prefixed(`bearer ${GOOD}`, 'authorization')).toBe(
      'untrusted ERR_APPROOV_TOKEN_PREFIX_MISMATCH 401',
    );
    expect(await prefixed(`Bearer  ${GOOD}`, 'authorization')).toBe(
      'untrusted ERR_APPROOV_TOKEN_ENCODING_MALFORMED 401',
    );
    expect(await prefixed('Bearer', 'authorization')).toBe('missing ERR_APPROOV_TOKEN_MISSING 401');
    expect(await prefixed('Bearer NO_NETWORK', 'authorization')).toBe(
      'missing ERR_APPROOV_TOKEN_FETCH_FAILED 401',
    );
    expect(await prefixed(GOOD, 'approov-token')).toBe('missing ERR_APPROOV_TOKEN_MISSING 401');
  });

  it.each(['', 'a b', 'a:', 'é'])('cannot be named %j', (header) => {
    expect(() => approov({ secretBase64: SECRET_BASE64, header })).toThrow(
      expect.objectContaining({ variable: 'header' }),
    );
  });
});

it.each([
  [{ audiance: 'api.example.com' }, 'audiance', 'is not an option of approov'],
  [{ leewaySeconds: '5' }, 'leewaySeconds'],
  [{ allowPublishedSecret: 'false' }, 'allowPublishedSecret'],
  [{ prefix: null }, 'prefix'],
  [{ header: 5 }, 'header'],
  [{ binding: true }, 'binding', 'takes an object with settings here'],
  [{ binding: 'authorization' }, 'binding', 'takes an object with settings here'],
  [{ binding: ['authorization'] }, 'binding', 'takes an object with settings here'],
  [{ binding: { header: 'x' } }, 'binding.header'],
  [{ messageSigning: true }, 'messageSigning', 'is not an object'],
])('the options %j fail at start-up', (wrong, variable, problem: unknown = expect.any(String)) => {
  const options = { secretBase64: SECRET_BASE64, ...wrong } as ApproovOptions;
  expect(() => approov(options)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', variable, problem }),
  );
});

it.each([undefined, null, 'secret', []])('options that are %j fail at start-up', (options) => {
  expect(() => approov(options as never)).toThrow(expect.objectContaining({ variable: 'options' }));
});

it.each([{}, () => [], Promise.resolve()])('keys that are no source of keys fail at start-up', (keys) => {
  expect(() => approov({ keys: keys as never })).toThrow(expect.objectContaining({ variable: 'keys' }));
});

describe('the memory of verified tokens', () => {
  it.each([-1, 1.5, Number.NaN])('cannot hold %j', (cache) => {
    expect(() => approov({ secretBase64: SECRET_BASE64, cache })).toThrow(
      expect.objectContaining({ variable: 'cache' }),
    );
  });

  it.each([0, 2, 1000])('of %i still checks the times on every use', async (cache) => {
    let now = NOW;
    const check = guarding({ cache }, () => now);
    const sent = token({ did: 'x', nbf: SECONDS });
    for (let use = 0; use < 3; use += 1) expect(await check(sent)).toBe('accepted x');
    now += 299_000;
    expect(await check(sent)).toBe('accepted x');
    now += 1000;
    expect(await check(sent)).toBe('untrusted ERR_APPROOV_TOKEN_EXPIRED 401');
    const early = guarding({ cache }, () => NOW - 1);
    expect(await early(sent)).toBe('untrusted ERR_APPROOV_TOKEN_NOT_YET_VALID 401');
  });

  it('never takes a changed token for a remembered one', async () => {
    const check = guarding();
    for (let use = 0; use < 3; use += 1) expect(await check(GOOD)).toBe('accepted device');
    for (let at = 0; at < GOOD.length; at += 1) {
      const changed = `${GOOD.slice(0, at)}${GOOD[at] === 'A' ? 'B' : 'A'}${GOOD.slice(at + 1)}`;
      expect(await check(changed)).toMatch(/^untrusted/);
    }
  });

  it('does not outlive the key that a token was verified with', async () => {
    const keys: VerificationKey[] = [{ algorithm: 'HS256', key: createSecretKey(SECRET) }];
    const source: KeySource = {
      algorithms: ['HS256'],
      candidates: () => keys,
      includes: (key) => keys.includes(key),
    };
    const guard = createGuard({ evidence: [approov({ keys: source })], now: () => NOW });
    const outcome = () => guard.check(request({ 'approov-token': GOOD }));
    for (let use = 0; use < 3; use += 1) expect(outcome()).toMatchObject({ outcome: 'accept' });
    keys[0] = { algorithm: 'HS256', key: createSecretKey(randomBytes(64)) };
    expect(outcome()).toMatchObject({
      outcome: 'refuse',
      error: { code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID' },
    });
  });

  it('shares results that no handler can change for the next request', () => {
    const rich = token({ anno: ['a'], embed: { deep: { er: [1] } } });
    const guard = createGuard({ evidence: [approov({ secretBase64: SECRET_BASE64 })], now: () => NOW });
    const results = () => {
      const decision = guard.check(request({ 'approov-token': rich }));
      if (decision instanceof Promise || decision.outcome === 'refuse') throw new Error('refused');
      return decision.results.approov;
    };
    const [first, second] = [results(), results()];
    expect(results()).toBe(second);
    for (const result of [first, second]) {
      const parts = [
        result,
        result?.claims,
        result?.annotations,
        result?.webProtection,
        result?.webProtection?.['deep'],
      ];
      for (const each of parts) expect([typeof each, Object.isFrozen(each)]).toEqual(['object', true]);
    }
  });
});

describe('keys that are fetched', () => {
  const key: VerificationKey = { algorithm: 'HS256', key: createSecretKey(SECRET) };
  const source = (candidates: KeySource['candidates']) =>
    guarding({ keys: { algorithms: ['HS256'], candidates, includes: () => true } });

  it('are no second source beside a secret', () => {
    const keys: KeySource = { algorithms: ['HS256'], candidates: () => [], includes: () => false };
    const both = { keys, secretBase64: SECRET_BASE64 } as ApproovOptions;
    expect(() => approov(both)).toThrow(/exactly one source of keys/);
  });

  it('have their own algorithm', () => {
    const keys: KeySource = { algorithms: ['ES256'], candidates: () => [], includes: () => false };
    const both = { keys, algorithm: 'ES256' } as ApproovOptions;
    expect(() => approov(both)).toThrow(expect.objectContaining({ variable: 'algorithm' }));
  });

  it('tell of their requests to another service', () => {
    const listeners: unknown[] = [];
    const keys: KeySource = {
      algorithms: ['ES256'],
      candidates: () => [],
      includes: () => false,
      watch: (listener) => listeners.push(listener),
    };
    const listener = () => undefined;
    approov({ keys }).watch?.(listener);
    expect(listeners).toEqual([listener]);
  });

  it('are waited for', async () => {
    expect(await source(() => Promise.resolve([key]))(GOOD)).toBe('accepted device');
  });

  it('are asked for by the token’s kid, and may have none', async () => {
    const asked: unknown[] = [];
    const check = source((kid) => {
      asked.push(kid);
      return [];
    });
    expect(await check(token({}, { kid: 'k1' }))).toBe('untrusted ERR_APPROOV_TOKEN_KEY_UNKNOWN 401');
    expect(await check(GOOD)).toBe('untrusted ERR_APPROOV_TOKEN_KEY_UNKNOWN 401');
    expect(asked).toEqual(['k1', undefined]);
  });

  it('that cannot be had are no verdict on the token', async () => {
    const down = new AttestationError(checkDef('ERR_JWKS_UNAVAILABLE', 'unavailable'));
    expect(await source(() => Promise.reject(down))(GOOD)).toBe('unavailable ERR_JWKS_UNAVAILABLE 503');
    expect(
      await source(() => {
        throw down;
      })(GOOD),
    ).toBe('unavailable ERR_JWKS_UNAVAILABLE 503');
  });

  it('are not asked for on behalf of a token that cannot be genuine', async () => {
    const check = source(() => {
      throw new Error('asked');
    });
    for (const sent of [
      'junk',
      token({}, { alg: 'none' }),
      token({}, { typ: 'x' }),
      token({}, { crit: ['x'] }),
    ]) {
      expect(await check(sent)).toMatch(/^untrusted/);
    }
  });
});

it('Approov tokens are looked for in one field, and refused with 401 at every stage', () => {
  const evidence = approov({ secretBase64: SECRET_BASE64, audience: 'api', issuer: ['a', 'b'] });
  expect(evidence.fields).toEqual(['approov-token']);
  expect(evidence.need?.(undefined, undefined)).toEqual({ need: 'token', header: 'Approov-Token' });
  expect(evidence.statuses).toEqual({ missing: 401, malformed: 401, untrusted: 401, denied: 401 });
});

it('what stands instead of a token is no token, or a word of the SDK', () => {
  expect(['', 'NO_NETWORK', 'NO', GOOD].map((value) => absenceIn(value)?.code)).toEqual([
    'ERR_APPROOV_TOKEN_MISSING',
    'ERR_APPROOV_TOKEN_FETCH_FAILED',
    undefined,
    undefined,
  ]);
});
