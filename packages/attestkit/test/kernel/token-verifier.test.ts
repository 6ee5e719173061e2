import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AttestationError, ConfigurationError } from '../../src/kernel/errors.js';
import { checkClaims, claimExpectations } from '../../src/kernel/jose/claims.js';
import { KnownHeaders, parseJws } from '../../src/kernel/jose/jws.js';
import { jwtChecks } from '../../src/kernel/jose/jwt-checks.js';
import { configuredKeys } from '../../src/kernel/jose/key-source.js';
import { signJws } from '../../src/kernel/jose/sign-jws.js';
import { appraiseToken, TokenVerifier, type TokenRules } from '../../src/kernel/jose/token-verifier.js';
import { enforcing } from '../../src/kernel/sinks.js';
import type { JsonObject } from '../../src/ports/json.js';
import type { JwsAlgorithm, KeySource, VerificationKey } from '../../src/ports/keys.js';

const CHECKS = jwtChecks('X', 'the token', 'untrusted');
const NOW = 1_790_000_000_000;
const SECRET = Buffer.alloc(32, 7);
const KEY: VerificationKey = { algorithm: 'HS256', key: createSecretKey(SECRET) };

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function sign(claims: object, secret = SECRET): string {
  const input = `${encoded({ alg: 'HS256' })}.${encoded({ exp: NOW / 1000 + 60, ...claims })}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

interface Result {
  readonly claims: JsonObject;
}

/** Counts how often keys are asked for, which a token that is remembered does not do. */
function counted(more: Partial<TokenRules<Result>> = {}, source: KeySource = configuredKeys('HS256', [KEY])) {
  const count = { asked: 0, once: 0 };
  const keys: KeySource = {
    ...source,
    candidates: (...asked) => ((count.asked += 1), source.candidates(...asked)),
  };
  const rules: TokenRules<Result> = {
    checks: CHECKS,
    types: [undefined],
    keys,
    resultOf: (claims) => ({ claims }),
    appraise: (claims, now, checks) => checkClaims(claims, claimExpectations({}), now, CHECKS, checks),
    appraiseOnce: () => void (count.once += 1),
    ...more,
  };
  return { count, rules };
}

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
  return 'none';
}

describe('the memory of a verifier of tokens', () => {
  it('holds a token from its second use on, and then asks for no key', () => {
    const { count, rules } = counted();
    const verifier = new TokenVerifier(rules, 10);
    const token = sign({ sub: 'a' });
    const results = Array.from({ length: 4 }, () => verifier.verify(token, NOW));
    expect(count).toEqual({ asked: 2, once: 2 });
    expect(results[0]).toEqual(results[1]);
    expect(results[3]).toBe(results[1]);
    expect(results.every((each) => Object.isFrozen(each))).toBe(true);
  });

  it('of none verifies each time', () => {
    const { count, rules } = counted();
    const verifier = new TokenVerifier(rules, 0);
    for (let use = 0; use < 4; use += 1) verifier.verify(sign({}), NOW);
    expect(count.asked).toBe(4);
  });

  it.each([-1, 1.5, Number.NaN])('cannot hold %j', (capacity) => {
    expect(() => new TokenVerifier(counted().rules, capacity)).toThrow(ConfigurationError);
  });

  it('asks of the claims on every use, and of what holds for ever no more', () => {
    const { count, rules } = counted();
    const verifier = new TokenVerifier(rules, 10);
    const token = sign({});
    for (let use = 0; use < 3; use += 1) verifier.verify(token, NOW);
    expect(code(() => verifier.verify(token, NOW + 60_000))).toBe('ERR_X_EXPIRED');
    expect(code(() => verifier.verify(token, NOW))).toBe('none');
    expect(count).toEqual({ asked: 2, once: 2 });
  });

  it('asks also whether it is valid yet, where the clock was set back', () => {
    const verifier = new TokenVerifier(counted().rules, 10);
    const token = sign({ nbf: NOW / 1000 });
    for (let use = 0; use < 3; use += 1) verifier.verify(token, NOW);
    expect(code(() => verifier.verify(token, NOW - 1))).toBe('ERR_X_NOT_YET_VALID');
  });

  it('ends with the key', () => {
    let listed = true;
    const source = configuredKeys('HS256', [KEY]);
    const { rules } = counted(
      {},
      {
        ...source,
        candidates: () => (listed ? [KEY] : []),
        includes: () => listed,
      },
    );
    const verifier = new TokenVerifier(rules, 10);
    const token = sign({});
    for (let use = 0; use < 3; use += 1) verifier.verify(token, NOW);
    listed = false;
    expect(code(() => verifier.verify(token, NOW))).toBe('ERR_X_KEY_UNKNOWN');
  });

  it('takes no token for another one with the same end', () => {
    const { rules } = counted();
    const verifier = new TokenVerifier(rules, 10);
    const token = sign({ sub: 'a' });
    for (let use = 0; use < 3; use += 1) verifier.verify(token, NOW);
    const [head, , mac] = token.split('.');
    const forged = `${head}.${encoded({ exp: NOW / 1000 + 60, sub: 'b' })}.${mac}`;
    for (let use = 0; use < 3; use += 1)
      expect(code(() => verifier.verify(forged, NOW))).toBe('ERR_X_SIGNATURE_INVALID');
    for (const other of [`${head}.x.${mac}`, ` ${token}`, `${token} `, token.slice(1), token.slice(-12), ''])
      expect(code(() => verifier.verify(other, NOW))).not.toBe('none');
    expect(code(() => verifier.verify(token, NOW))).toBe('none');
  });

  it('is not fed by tokens that do not hold', () => {
    const { count, rules } = counted();
    const verifier = new TokenVerifier(rules, 10);
    const forged = sign({}, Buffer.alloc(32, 8));
    for (let use = 0; use < 4; use += 1)
      expect(code(() => verifier.verify(forged, NOW))).toBe('ERR_X_SIGNATURE_INVALID');
    expect(count).toEqual({ asked: 4, once: 0 });
    expect(verifier.knowsHeaderOf(forged)).toBe(false);
    verifier.verify(sign({}), NOW);
    expect(verifier.knowsHeaderOf(forged)).toBe(true);
  });

  it('keeps what is in use while thousands of others come', () => {
    const { count, rules } = counted();
    const verifier = new TokenVerifier(rules, 100);
    const token = sign({ sub: 'in use' });
    for (let use = 0; use < 2; use += 1) verifier.verify(token, NOW);
    const before = count.asked;
    for (let other = 0; other < 2000; other += 1) {
      verifier.verify(sign({ other }), NOW);
      if (other % 20 === 0) verifier.verify(token, NOW);
    }
    expect(count.asked - before).toBe(2000);
  });
});

const CURVES = { ES256: 'P-256', ES384: 'P-384' } as const;

/** A key that signs, and the one that verifies. */
function pairFor(algorithm: JwsAlgorithm): [KeyObject, KeyObject] {
  if (algorithm.startsWith('HS')) return [createSecretKey(SECRET), createSecretKey(SECRET)];
  const { privateKey, publicKey } = algorithm.startsWith('RS')
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : algorithm === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: CURVES[algorithm as keyof typeof CURVES] });
  return [privateKey, publicKey];
}

/** The same bytes in another text: a bit set that the last character does not need. */
function withUnusedBit(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + letters.charAt(letters.indexOf(token.slice(-1)) + 1);
}

describe('a token in compact form', () => {
  const keysOf = (algorithm: JwsAlgorithm, key: KeyObject) => configuredKeys(algorithm, [{ algorithm, key }]);
  const verify = (token: string, keys: KeySource) =>
    appraiseToken(token, counted({}, keys).rules, NOW, enforcing);

  it.each<[JwsAlgorithm, number]>([
    ['HS256', 43],
    ['HS384', 64],
    ['HS512', 86],
    ['ES256', 86],
    ['EdDSA', 86],
    ['ES384', 128],
    ['RS256', 342],
  ])('has one text for a signature by %s', (algorithm, length) => {
    const [signing, verifying] = pairFor(algorithm);
    const token = signJws({ algorithm, key: signing }, {}, { exp: NOW / 1000 + 60 });
    const mac = token.slice(token.lastIndexOf('.') + 1);
    const keys = keysOf(algorithm, verifying);
    expect(mac).toHaveLength(length);
    expect(code(() => verify(token, keys))).toBe('none');
    const loose = length % 4 === 0 ? [] : [withUnusedBit(token)];
    for (const other of [...loose, `${token}=`, `${token}==`, `${token} `, `${token}!`, `${token}\n`])
      expect(code(() => verify(other, keys))).toBe('ERR_X_ENCODING_MALFORMED');
    expect(code(() => verify(token.replace(mac, `AAAA${mac}`), keys))).toBe('ERR_X_SIGNATURE_INVALID');
  });

  it('has canonical parts, whatever is signed', () => {
    const macOf = (input: string) => createHmac('sha256', SECRET).update(input).digest('base64url');
    const said = (header: string, payload: string) => {
      const input = `${header}.${payload}`;
      return code(() => verify(`${input}.${macOf(input)}`, configuredKeys('HS256', [KEY])));
    };
    const header = encoded({ alg: 'HS256', kid: 'x' });
    const payload = encoded({ exp: NOW / 1000 + 60, sub: 'x' });
    expect(said(header, payload)).toBe('none');
    const malformed = 'ERR_X_ENCODING_MALFORMED';
    for (const change of [
      (part: string) => `${part}=`,
      (part: string) => ` ${part}`,
      (part: string) => `${part}\n`,
    ])
      expect([said(change(header), payload), said(header, change(payload))]).toEqual([malformed, malformed]);
    expect(said('A', payload)).toBe(malformed);
    expect(said('', payload)).toBe('ERR_X_MALFORMED');
  });

  it('is signed by one of the algorithms of the source', () => {
    const both = { ...configuredKeys('HS256', [KEY]), algorithms: ['ES256', 'HS256'] as const };
    expect(code(() => verify(sign({}), both))).toBe('none');
    expect(code(() => verify(sign({}), { ...both, algorithms: ['ES256'] }))).toBe('ERR_X_ALGORITHM_MISMATCH');
    expect(code(() => verify(sign({}), { ...both, algorithms: [] }))).toBe('ERR_X_ALGORITHM_MISMATCH');
  });

  it('of a header by another text than before is read anew, however many came', () => {
    const headers = new KnownHeaders();
    const parsed = Array.from({ length: 9 }, (_, kid) =>
      parseJws(
        `${encoded({ alg: 'HS256', kid: String(kid) })}.e30.AA`,
        { algorithms: ['HS256'], types: [undefined] },
        CHECKS,
        enforcing,
      ),
    );
    for (const each of parsed) headers.remember(each);
    const known = parsed.map(({ signingInput, header }) => headers.find(signingInput) === header);
    expect(known).toEqual([...Array.from({ length: 8 }, () => true), false]);
  });
});

describe('keys that have to be fetched', () => {
  const source: KeySource = {
    algorithms: ['HS256'],
    candidates: async () => [KEY],
    includes: (key) => key === KEY,
  };

  it('give a promise, and none for a token that is remembered', async () => {
    const verifier = new TokenVerifier(counted({}, source).rules, 10);
    const token = sign({ sub: 'a' });
    const first = verifier.verify(token, NOW);
    expect(first).toBeInstanceOf(Promise);
    await first;
    const second = await verifier.verify(token, NOW);
    expect(verifier.verify(token, NOW)).toBe(second);
  });

  it('are asked for with what the header says, after it was found fit', async () => {
    const asked: unknown[] = [];
    const keys: KeySource = { ...source, candidates: async (...each) => (asked.push(each), [KEY]) };
    await appraiseToken(sign({}), { ...counted().rules, keys }, NOW, enforcing);
    const foreign = `${encoded({ alg: 'none' })}.e30.AAAA`;
    expect(code(() => appraiseToken(foreign, { ...counted().rules, keys }, NOW, enforcing))).toBe(
      'ERR_X_ALGORITHM_MISMATCH',
    );
    expect(asked).toEqual([[undefined, 'HS256']]);
  });
});
