import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { kindOf } from '../../src/inspect/internal.js';
import { signJws } from '../../src/kernel/jose/sign-jws.js';
import { deriveKeys, LABELS, readSecrets } from '../../src/sessions/tokens/derived-keys.js';
import type { SessionKey } from '../../src/sessions/tokens/session-keys.js';
import { sessionKeys } from '../../src/sessions/tokens/session-signer.js';
import type { SessionClaims } from '../../src/sessions/tokens/session-token.js';
import { mintApproovToken } from 'attestkit-testing/approov';
import { failed, problem } from './support/unusable.js';
import { TRUST_FACTS } from '../sessions/support/trust-facts.js';

const AT = '2026-06-01T12:00:00.000Z';
const SECONDS = Date.parse(AT) / 1000;
const secret = randomBytes(48).toString('base64');
const SECRETS = readSecrets(secret, 'secret');
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ED = generateKeyPairSync('ed25519');
const PEM = EC.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const CLAIMS: SessionClaims = {
  type: 'attested_session',
  device_id: 'phone-1',
  iat: SECONDS,
  exp: SECONDS + 1800,
  jti: 'jti-1',
  sid: 'AAAAAAAAAAAAAAAAAAAAAA',
  rid: 'BBBBBBBBBBBBBBBBBBBBBB',
  kind: 'app-attest',
  attestation: TRUST_FACTS,
  iss: 'https://api.example.com',
  aud: ['https://api.example.com', 'https://other.example.com'],
};

function minted(key: SessionKey = 'secret', claims: object = {}): string {
  return sessionKeys(key, SECRETS).sign({ ...CLAIMS, ...claims }) as string;
}

/** Signed by the key derived from the secret, whatever it says. */
function signed(claims: object, header: object = {}): string {
  const [derived] = deriveKeys(SECRETS, LABELS.session);
  if (derived === undefined) throw new Error('no key');
  const kid = Buffer.from(derived.id).toString('base64url');
  const key = { algorithm: 'HS256', key: derived.key } as const;
  return signJws(key, { typ: 'attested-session+jwt', kid, ...header }, { ...claims });
}

const token = minted();
const FILE = { kind: 'session-token', token, secret, at: AT };
const es256: SessionKey = { algorithm: 'ES256', privateKey: EC.privateKey };
const eddsa: SessionKey = { algorithm: 'EdDSA', privateKey: ED.privateKey };
const BOTH = sessionKeys([es256, eddsa], SECRETS).jwks();
const ES_FILE = { kind: 'session-token', token: minted(es256), algorithm: 'ES256', at: AT };

describe('a session token that passes', () => {
  it.each<[string, object]>([
    ['a secret', FILE],
    ['several secrets', { ...FILE, secret: [randomBytes(48).toString('base64'), secret] }],
    ['the algorithm named', { ...FILE, algorithm: 'HS256' }],
    [
      'issuer and audience',
      { ...FILE, issuer: 'https://api.example.com', audience: 'https://other.example.com' },
    ],
    ['a PEM', { ...ES_FILE, publicKey: PEM }],
    ['a JWK', { ...ES_FILE, publicKey: EC.publicKey.export({ format: 'jwk' }) }],
    ['a JWK Set with keys of other algorithms too', { ...ES_FILE, jwks: BOTH }],
    [
      'the same for the other algorithm',
      { ...ES_FILE, token: minted(eddsa), jwks: BOTH, algorithm: 'EdDSA' },
    ],
    ['descriptions', { ...FILE, name: 'x', expected: { verdict: 'fail' } }],
  ])('has %s', (_, file) => {
    const report = inspectEvidence(file);
    expect([failed(report), report.verdict]).toEqual([[], 'pass']);
  });

  it('says what it says, with times as times, and what was not looked at', () => {
    const report = inspectEvidence(FILE);
    expect(report).toMatchObject({ kind: 'session-token', at: AT, notChecked: ['revocation'] });
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({
      result: { deviceId: 'phone-1', issuedAt: AT, expiresAt: '2026-06-01T12:30:00.000Z' },
    });
    expect(report.checks.find(({ name }) => name === 'not expired')?.detail).toBe(
      'the token says 2026-06-01T12:30:00.000Z, and it is 2026-06-01T12:00:00.000Z',
    );
    const bound = minted('secret', { bnd: { ip: 'AAAAAAAAAAAAAAAAAAAAAA' } });
    expect(inspectEvidence({ ...FILE, token: bound }).notChecked).toEqual([
      'address and user agent',
      'revocation',
    ]);
  });

  it('may be signed with a published secret', () => {
    const published =
      'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';
    const other = sessionKeys('secret', readSecrets(published, 'secret', true)).sign(CLAIMS) as string;
    expect(inspectEvidence({ ...FILE, token: other, secret: published }).verdict).toBe('pass');
  });

  it('is verified by the other keys of a set that has one kid for two keys', () => {
    const { keys } = BOTH;
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    const jwks = { keys: [...keys, { ...other, kid: 'x', alg: 'ES256' }, { ...keys[0], kid: 'x' }] };
    expect(inspectEvidence({ ...ES_FILE, jwks })).toMatchObject({ verdict: 'pass' });
  });

  it('is recognized bare, by the type in its header alone', () => {
    const bare = minted('secret', { iat: Math.floor(Date.now() / 1000), exp: 1e11 });
    expect(inspectEvidence(bare, { secret })).toMatchObject({ kind: 'session-token', verdict: 'pass' });
    expect(kindOf(bare)).toBe('session-token');
    const approov = mintApproovToken({ secretBase64: secret });
    const ofAttester = mintApproovToken({ secretBase64: secret, header: { typ: 'at+jwt' } });
    for (const other of [approov, ofAttester, 'a.b.c', 'x', `${'e'.repeat(5000)}.e.e`])
      expect(kindOf(other)).toBe('approov-token');
  });
});

describe('a session token that fails', () => {
  it.each<[string, object, string]>([
    ['has expired', { at: '2026-06-01T12:30:00Z' }, 'ERR_SESSION_EXPIRED'],
    ['has another secret', { secret: randomBytes(48).toString('base64') }, 'ERR_SESSION_KEY_UNKNOWN'],
    ['has another issuer', { issuer: 'x' }, 'ERR_SESSION_ISSUER_MISMATCH'],
    ['has another audience', { audience: ['x'] }, 'ERR_SESSION_AUDIENCE_MISMATCH'],
    ['is of Approov', { token: signed(CLAIMS, { typ: 'JWT' }) }, 'ERR_SESSION_TYPE_MISMATCH'],
    ['is no token', { token: '' }, 'ERR_SESSION_MALFORMED'],
    ['is longer than any', { token: 'x'.repeat(8193) }, 'ERR_SESSION_TOO_LARGE'],
    ['has no device', { token: signed({ ...CLAIMS, device_id: '' }) }, 'ERR_SESSION_DEVICE_ID_INVALID'],
    [
      'has claims of other types',
      { token: signed({ exp: SECONDS + 1, cnf: null }) },
      'ERR_SESSION_CLAIM_TYPE_MISMATCH',
    ],
    [
      'has times that are none',
      { token: signed({ ...CLAIMS, iat: 'x', exp: {} }) },
      'ERR_SESSION_EXP_INVALID',
    ],
    [
      'has times beyond the calendar',
      { token: signed({ ...CLAIMS, iat: 1e300, nbf: 1e300 }) },
      'ERR_SESSION_NOT_YET_VALID',
    ],
  ])('%s', (_, members, code) => {
    const report = inspectEvidence({ ...FILE, ...members });
    expect(report).toMatchObject({ verdict: 'fail', code });
    expect(failed(report)[0]).toBe(code);
    expect(report).not.toHaveProperty('result');
    expect(() => JSON.stringify(report)).not.toThrow();
  });

  it('is signed with an algorithm that no given key is for', () => {
    const report = inspectEvidence({ ...FILE, secret: undefined, publicKey: PEM, algorithm: 'ES256' });
    expect(report).toMatchObject({ verdict: 'fail', code: 'ERR_SESSION_ALGORITHM_MISMATCH' });
  });

  it('has no key, and all other checks and the claims are shown', () => {
    for (const bare of [token, ES_FILE.token]) {
      const report = inspectEvidence({ kind: 'session-token', token: bare, at: AT });
      expect(failed(report)).toEqual(['ERR_SESSION_KEY_UNKNOWN', 'ERR_SESSION_SIGNATURE_INVALID']);
      expect(report.checks.find(({ ok }) => !ok)?.detail).toMatch(
        /--secret or JWT_SECRET .* publicKey or jwks/s,
      );
      expect(report).toMatchObject({ unverified: { deviceId: 'phone-1', issuedAt: AT } });
    }
  });
});

describe('a session token that cannot be inspected', () => {
  const es = { kind: 'session-token', token, algorithm: 'ES256' };

  it.each<[string, unknown, RegExp]>([
    ['no token', { kind: 'session-token', secret }, /^token is missing/],
    ['a token that is no text', { ...FILE, token: {} }, /^token is not a string/],
    ['a member of another kind', { ...FILE, binding: 'x' }, /^binding is not a member of session-token/],
    ['a short secret', { ...FILE, secret: 'x'.repeat(31) }, /^secret has 31 bytes/],
    ['an empty list of secrets', { ...FILE, secret: [] }, /^secret is an empty list/],
    ['a secret that is no text', { ...FILE, secret: [1] }, /^secret is not a string or a list/],
    ['a PEM as a secret', { ...FILE, secret: PEM }, /^secret is a PEM/],
    ['two keys', { ...FILE, jwks: BOTH }, /^secret and jwks are both there/],
    ['another algorithm for a secret', { ...FILE, algorithm: 'ES256' }, /^algorithm is not one for a shared/],
    [
      'an algorithm that no session has',
      { ...FILE, algorithm: 'RS256' },
      /^algorithm is not one of HS256, ES256/,
    ],
    [
      'a public key without an algorithm',
      { ...es, algorithm: undefined, publicKey: PEM },
      /^algorithm is missing beside publicKey/,
    ],
    [
      'a public key with HS256',
      { ...es, algorithm: 'HS256', publicKey: PEM },
      /^algorithm is not one for public/,
    ],
    [
      'a public key for another algorithm',
      { ...es, algorithm: 'EdDSA', publicKey: PEM },
      /^publicKey is not an Edw/,
    ],
    [
      'a private key',
      { ...es, publicKey: EC.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      /^publicKey is a private key/,
    ],
    ['a JWK Set without keys', { ...es, jwks: {} }, /^jwks cannot be used/],
    [
      'a JWK Set without fitting keys',
      { ...es, jwks: { keys: [ED.publicKey.export({ format: 'jwk' })] } },
      /^jwks cannot be used: none of its keys is for ES256/,
    ],
    [
      'a JWK Set with a private key',
      { ...es, jwks: { keys: [EC.privateKey.export({ format: 'jwk' })] } },
      /^jwks cannot be used: it has a private/,
    ],
    [
      'the same key twice',
      { ...es, jwks: { keys: [BOTH.keys[0], { ...BOTH.keys[0], kid: 'x' }] } },
      /^jwks has the same key/,
    ],
    ['a time as a number', { ...FILE, at: SECONDS }, /^at is not a time/],
  ])('has %s', (_, evidence, message) => {
    const error = problem(evidence);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(error.member)).toBe(true);
    expect(error.message).not.toContain(secret);
  });

  it('has its secret beside it too', () => {
    expect(problem(FILE, { secret }).message).toMatch(/^secret is given in the evidence and beside it/);
    expect(problem(token, { secretBase64: secret }).message).toMatch(
      /^secretBase64 is not a member of session-token/,
    );
  });
});
