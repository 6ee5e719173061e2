import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { claimExpectations } from '../../src/kernel/jose/claims.js';
import { signJws } from '../../src/kernel/jose/sign-jws.js';
import { deriveKeys, LABELS, readSecrets } from '../../src/sessions/tokens/derived-keys.js';
import { SESSION_CHECKS } from '../../src/sessions/tokens/session-checks.js';
import { sessionKeys } from '../../src/sessions/tokens/session-signer.js';
import {
  inspectSessionToken,
  looksLikeSession,
  verifySessionToken,
  type SessionClaims,
  type SessionTokenExpectations,
} from '../../src/sessions/tokens/session-token.js';
import { SessionVerifier } from '../../src/sessions/tokens/session-verifier.js';
import { flipped, refused } from './support/refusal.js';
import { TRUST_FACTS, TRUSTED, WRONG_TRUST_FACTS } from './support/trust-facts.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const SECONDS = NOW / 1000;
const SECRETS = readSecrets(randomBytes(48).toString('base64'), 'secret');
const KEYS = sessionKeys('secret', SECRETS);
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PAIR = sessionKeys({ algorithm: 'ES256', privateKey: EC.privateKey }, SECRETS);
const CLAIMS: SessionClaims = {
  type: 'attested_session',
  device_id: 'phone-1',
  iat: SECONDS,
  exp: SECONDS + 1800,
  jti: 'jti-1',
  sid: 'AAAAAAAAAAAAAAAAAAAAAA',
  rid: 'BBBBBBBBBBBBBBBBBBBBBB',
  kind: 'appAttest',
  attestation: TRUST_FACTS,
  cnf: { jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' },
  sub: 'user 7',
  iss: 'https://api.example.com',
  aud: 'https://api.example.com',
  bnd: { ip: 'AAAAAAAAAAAAAAAAAAAAAA', ua: 'BBBBBBBBBBBBBBBBBBBBBB' },
};
const TOKEN = KEYS.sign(CLAIMS) as string;
const verify = (token: string, more: Partial<SessionTokenExpectations> = {}) =>
  verifySessionToken(token, { keys: KEYS.source, now: NOW, ...more });
const inspect = (token: string, more: Partial<SessionTokenExpectations> = {}) =>
  inspectSessionToken(token, { keys: KEYS.source, now: NOW, ...more });

/** Signed by the derived key, whatever header and claims say. */
function signed(claims: object, header: object = {}): string {
  const [derived] = deriveKeys(SECRETS, LABELS.session);
  if (derived === undefined) throw new Error('no key');
  const kid = Buffer.from(derived.id).toString('base64url');
  return signJws(
    { algorithm: 'HS256', key: derived.key },
    { typ: 'attested-session+jwt', kid, ...header },
    {
      ...claims,
    },
  );
}

describe('a session token', () => {
  it('gives what it says', () => {
    expect(verify(TOKEN)).toEqual({
      kind: 'session',
      deviceId: 'phone-1',
      recordId: 'BBBBBBBBBBBBBBBBBBBBBB',
      sessionId: 'AAAAAAAAAAAAAAAAAAAAAA',
      tokenId: 'jti-1',
      subject: 'user 7',
      thumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
      enrolledBy: 'appAttest',
      attestation: TRUSTED,
      issuedAt: NOW,
      expiresAt: NOW + 1_800_000,
      binding: CLAIMS.bnd,
      claims: CLAIMS,
    });
    expect(inspect(TOKEN)).toMatchObject({ verdict: 'pass', result: { deviceId: 'phone-1' } });
  });

  it('needs no user, no key, no issuer, no audience, no binding', () => {
    const { cnf: _c, sub: _s, iss: _i, aud: _a, bnd: _b, ...least } = CLAIMS;
    const result = verify(KEYS.sign(least) as string);
    expect([result.subject, result.thumbprint, result.binding]).toEqual([undefined, undefined, undefined]);
  });

  it('is held to issuer and audience where they are configured', () => {
    const ours = 'https://api.example.com';
    expect(verify(TOKEN, { issuer: ours, audience: ours }).tokenId).toBe('jti-1');
    expect(refused(() => verify(TOKEN, { issuer: 'https://other' }))).toBe('ERR_SESSION_ISSUER_MISMATCH');
    expect(refused(() => verify(TOKEN, { audience: 'https://other' }))).toBe('ERR_SESSION_AUDIENCE_MISMATCH');
  });

  it('is verified by jose, and one of jose with the same claims verifies here', async () => {
    const sent = PAIR.sign(CLAIMS) as string;
    const keySet = createLocalJWKSet(PAIR.jwks() as Parameters<typeof createLocalJWKSet>[0]);
    const options = { typ: 'attested-session+jwt', currentDate: new Date(NOW), algorithms: ['ES256'] };
    const { payload } = await jwtVerify(sent, keySet, { ...options, issuer: CLAIMS.iss ?? '' });
    expect(payload).toEqual(CLAIMS);

    const { kid = '' } = PAIR.jwks().keys[0] as { kid?: string };
    const foreign = await new SignJWT({ ...CLAIMS, aud: ['x', 'y'], extra: 1 } as JWTPayload)
      .setProtectedHeader({ alg: 'ES256', typ: 'attested-session+jwt', kid })
      .sign(EC.privateKey);
    expect(verify(foreign, { keys: PAIR.source, audience: 'y' }).deviceId).toBe('phone-1');
  });

  const without = (name: keyof SessionClaims) => {
    const { [name]: _, ...rest } = CLAIMS;
    return signed(rest);
  };
  const withClaim = (claims: object) => signed({ ...CLAIMS, ...claims });
  const [head = '', body = '', mac = ''] = TOKEN.split('.');
  it.each<readonly [string, string, string]>([
    ['is huge', 'A'.repeat(100_000), 'TOO_LARGE'],
    ['is empty', '', 'MALFORMED'],
    ['is encrypted', `${head}..${body}.${body}.${mac}`, 'ENCRYPTION_UNSUPPORTED'],
    ['has two parts', `${head}.${body}`, 'MALFORMED'],
    ['is padded', `${TOKEN}=`, 'ENCODING_MALFORMED'],
    [
      'has a header that is a list',
      `${Buffer.from('[]').toString('base64url')}.${body}.${mac}`,
      'HEADER_MALFORMED',
    ],
    ['is unsigned', signed(CLAIMS, { alg: 'none' }), 'ALGORITHM_MISMATCH'],
    ['names another algorithm', signed(CLAIMS, { alg: 'HS512' }), 'ALGORITHM_MISMATCH'],
    ['names an algorithm as a list', signed(CLAIMS, { alg: ['HS256'] }), 'ALGORITHM_MISMATCH'],
    ['has critical extensions', signed(CLAIMS, { crit: ['b64'], b64: false }), 'CRITICAL_UNSUPPORTED'],
    ['is a plain JWT', signed(CLAIMS, { typ: 'JWT' }), 'TYPE_MISMATCH'],
    ['has no type', signed(CLAIMS, { typ: undefined }), 'TYPE_MISMATCH'],
    ['names no key', signed(CLAIMS, { kid: undefined }), 'KEY_UNKNOWN'],
    ['names another key', signed(CLAIMS, { kid: 'other' }), 'KEY_UNKNOWN'],
    ['names a key every object has', signed(CLAIMS, { kid: 'constructor' }), 'KEY_UNKNOWN'],
    ['is another’s', `${head}.${body}.${mac.slice(0, -8)}AAAAAAAA`, 'SIGNATURE_INVALID'],
    ['has no signature', `${head}.${body}.`, 'SIGNATURE_INVALID'],
    ['has no claims', signed([]), 'EXP_MISSING'],
    ['has no expiry', without('exp'), 'EXP_MISSING'],
    ['has an expiry as text', withClaim({ exp: String(SECONDS + 60) }), 'EXP_INVALID'],
    ['has expired', withClaim({ exp: SECONDS }), 'EXPIRED'],
    ['is not valid yet', withClaim({ nbf: SECONDS + 1 }), 'NOT_YET_VALID'],
    ['has a time of issue as text', withClaim({ iat: 'now' }), 'IAT_INVALID'],
    ['has no type of session', without('type'), 'CLAIM_TYPE_MISMATCH'],
    ['is another type of session', withClaim({ type: 'session' }), 'CLAIM_TYPE_MISMATCH'],
    ['has no time of issue', without('iat'), 'IAT_MISSING'],
    ['has no device id', without('device_id'), 'DEVICE_ID_INVALID'],
    ['has a device id as a list', withClaim({ device_id: ['phone-1'] }), 'DEVICE_ID_INVALID'],
    ['has an impossible device id', withClaim({ device_id: 'a b' }), 'DEVICE_ID_INVALID'],
    ['has no jti', without('jti'), 'IDENTIFIERS_INVALID'],
    ['has no sid', without('sid'), 'IDENTIFIERS_INVALID'],
    ['has no rid', without('rid'), 'IDENTIFIERS_INVALID'],
    ['has an empty sid', withClaim({ sid: '' }), 'IDENTIFIERS_INVALID'],
    ['has no kind', without('kind'), 'ATTESTATION_INVALID'],
    ['has no attestation', without('attestation'), 'ATTESTATION_INVALID'],
    ['has an attestation that is a list', withClaim({ attestation: [] }), 'ATTESTATION_INVALID'],
    ...WRONG_TRUST_FACTS.map(
      ([name, facts]) =>
        [`says ${name} wrongly`, withClaim({ attestation: facts }), 'ATTESTATION_INVALID'] as const,
    ),
    ['has an empty confirmation', withClaim({ cnf: {} }), 'CONFIRMATION_INVALID'],
    ['has no confirmation but null', withClaim({ cnf: null }), 'CONFIRMATION_INVALID'],
    ['has a user as a number', withClaim({ sub: 7 }), 'SUBJECT_INVALID'],
    ['has an empty user', withClaim({ sub: '' }), 'SUBJECT_INVALID'],
    ['has a binding as text', withClaim({ bnd: 'x' }), 'BINDING_CLAIM_INVALID'],
    ['has a binding to null', withClaim({ bnd: { ip: null } }), 'BINDING_CLAIM_INVALID'],
  ])('is refused when it %s', (_, token, code) => {
    expect(refused(() => verify(token))).toBe(`ERR_SESSION_${code}`);
    expect(inspect(token)).toMatchObject({ verdict: 'fail', code: `ERR_SESSION_${code}` });
  });

  it('is refused when any one bit of its parts is another', () => {
    const parts = TOKEN.split('.');
    for (const [at, part] of parts.entries())
      for (const other of flipped(part))
        expect(refused(() => verify(parts.with(at, other).join('.')))).toMatch(/^ERR_SESSION_/);
  });

  it('never verifies a MAC made with a public key as the secret', () => {
    const { kid } = PAIR.jwks().keys[0] as { kid?: string };
    const pem = EC.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const both = sessionKeys([{ algorithm: 'ES256', privateKey: EC.privateKey }, 'secret'], SECRETS);
    for (const alg of ['HS256', 'ES256']) {
      const header = { typ: 'attested-session+jwt', kid, alg };
      const forged = signJws({ algorithm: 'HS256', key: createSecretKey(Buffer.from(pem)) }, header, {
        ...CLAIMS,
      });
      const code = alg === 'HS256' ? 'ERR_SESSION_KEY_UNKNOWN' : 'ERR_SESSION_SIGNATURE_INVALID';
      expect(refused(() => verify(forged, { keys: both.source }))).toBe(code);
      expect(inspect(forged, { keys: both.source })).toMatchObject({ code });
    }
  });

  it('can be inspected whatever it holds', () => {
    const deep = `${'['.repeat(2600)}${']'.repeat(2600)}`;
    const odd = '{"valueOf":1,"toString":1,"toJSON":1,"__proto__":{"a":1}}';
    for (const value of [deep, odd, 'null', '1e999', '"x"', '[]', 'true']) {
      const names = value === deep ? ['cnf'] : Object.keys(CLAIMS);
      for (const name of names) {
        const json = JSON.stringify({ ...CLAIMS, [name]: 'HERE' }).replace('"HERE"', value);
        const token = `${head}.${Buffer.from(json).toString('base64url')}.${mac}`;
        const inspection = inspect(token, { issuer: 'a', audience: 'b' });
        expect(inspection).toMatchObject({ verdict: 'fail', code: 'ERR_SESSION_SIGNATURE_INVALID' });
      }
    }
  });

  it('has a catalog in which every name and code is there once', () => {
    expect(new Set(SESSION_CHECKS.map(({ name }) => name)).size).toBe(SESSION_CHECKS.length);
    expect(new Set(SESSION_CHECKS.map(({ code }) => code)).size).toBe(SESSION_CHECKS.length);
  });

  it('is inspected in the order of the catalog', () => {
    const { checks } = inspect(TOKEN, { issuer: 'a', audience: 'b' });
    const order = SESSION_CHECKS.map(({ code }) => code as string);
    const seen = checks.map(({ code }) => order.indexOf(code));
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  });
});

describe('a bearer token', () => {
  const head = (header: unknown) => Buffer.from(JSON.stringify(header)).toString('base64url');

  it('is recognized as a session by its type alone', () => {
    expect(looksLikeSession(TOKEN)).toBe(true);
    expect(looksLikeSession(PAIR.sign(CLAIMS) as string)).toBe(true);
    expect(looksLikeSession(`${head({ alg: 'none', typ: 'attested-session+jwt' })}.x`)).toBe(true);
  });

  it.each([
    '',
    '.',
    'abc',
    'opaque-token-of-somebody',
    `${head({ alg: 'HS256', typ: 'JWT' })}.e30.AAAA`,
    `${head({ alg: 'HS256' })}.e30.AAAA`,
    `${head({ typ: ['attested-session+jwt'] })}.e30.AAAA`,
    `${head('attested-session+jwt')}.e30.AAAA`,
    `${head(null)}.e30.AAAA`,
    `${head({ typ: 'attested-session+jwt' })}`,
    `${head({ typ: 'attested-session+jwt', x: 'x'.repeat(1000) })}.e30.AAAA`,
    `.${TOKEN}`,
    '{"typ":"attested-session+jwt"}.e30.AAAA',
    'A'.repeat(1_000_000),
  ])('is not ours when it is %.60j', (token) => {
    expect(looksLikeSession(token)).toBe(false);
    expect(new SessionVerifier(KEYS.source, claimExpectations({}), 0).recognizes(token)).toBe(false);
  });
});

describe('a verifier of sessions', () => {
  const make = (keys = KEYS, capacity = 100) =>
    new SessionVerifier(keys.source, claimExpectations({}), capacity);

  it('gives the same frozen result for a token that it has seen', () => {
    const verifier = make();
    const first = verifier.verify(TOKEN, NOW);
    expect(Object.isFrozen(first) && Object.isFrozen(first.attestation)).toBe(true);
    const result = verifier.verify(TOKEN, NOW);
    expect(result).toEqual(first);
    expect(verifier.verify(TOKEN, NOW)).toBe(result);
    expect(Object.isFrozen(result) && Object.isFrozen(result.attestation)).toBe(true);
    expect(make(KEYS, 0).verify(TOKEN, NOW)).toEqual(result);
  });

  it('checks the expiry of a token that it has seen, on every use', () => {
    const verifier = make();
    for (let use = 0; use < 3; use += 1) verifier.verify(TOKEN, NOW);
    expect(refused(() => verifier.verify(TOKEN, NOW + 1_800_000))).toBe('ERR_SESSION_EXPIRED');
    expect(verifier.verify(TOKEN, NOW).tokenId).toBe('jti-1');
  });

  it('forgets nothing good over junk, and learns no header from it', () => {
    const verifier = make();
    const [head = '', body = ''] = TOKEN.split('.');
    for (const junk of [`${head}.${body}.AAAA`, signed(CLAIMS, { typ: 'JWT' }), `${head}.e30.AAAA`])
      for (let round = 0; round < 3; round += 1)
        expect(refused(() => verifier.verify(junk, NOW))).toMatch(
          /^ERR_SESSION_(SIGNATURE_INVALID|TYPE_MISMATCH)$/,
        );
    expect(verifier.recognizes(signed(CLAIMS, { typ: 'JWT' }))).toBe(false);
    expect(verifier.recognizes(TOKEN)).toBe(true);
    expect(verifier.verify(TOKEN, NOW).tokenId).toBe('jti-1');
  });

  it('does not take a known header for the whole of another one', () => {
    const verifier = make();
    for (let use = 0; use < 3; use += 1) verifier.verify(TOKEN, NOW);
    const [, body = '', mac = ''] = TOKEN.split('.');
    expect(verifier.recognizes(`${TOKEN.split('.')[0]}A.${body}.${mac}`)).toBe(false);
    expect(refused(() => verifier.verify(`${TOKEN.split('.')[0]}.${body}`, NOW))).toBe(
      'ERR_SESSION_MALFORMED',
    );
  });
});
