import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { mintApproovToken } from 'attestkit-testing/approov';
import { problem } from './support/unusable.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const AT = '2026-06-01T12:00:00Z';
const BOUND = 'Bearer example';
const SECRET = randomBytes(64);
const secretBase64 = SECRET.toString('base64');
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = EC.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const JWK = EC.publicKey.export({ format: 'jwk' });

const token = mintApproovToken({ secretBase64, now: NOW, bind: BOUND, claims: { iss: 'a', aud: 'b' } });
const es256 = mintApproovToken({
  privateKey: EC.privateKey,
  algorithm: 'ES256',
  now: NOW,
  header: { kid: 'one' },
});
const FILE = { kind: 'approov-token', token, secretBase64, at: AT };

function check(report: ReturnType<typeof inspectEvidence>, name: string) {
  return report.checks.find((each) => each.name === name);
}

describe('an evidence file that passes', () => {
  it.each<[string, object]>([
    ['a secret', FILE],
    [
      'a secret in base64url',
      { ...FILE, secretBase64: undefined, secretBase64url: SECRET.toString('base64url') },
    ],
    ['the algorithm named', { ...FILE, algorithm: 'HS256' }],
    ['a binding', { ...FILE, binding: BOUND }],
    ['issuer and audience', { ...FILE, issuer: 'a', audience: ['x', 'b'] }],
    ['leeway', { ...FILE, at: '2026-06-01T12:05:30+00:00', leewaySeconds: 60 }],
    ['another zone', { ...FILE, at: '2026-06-01T14:00:00.5+02:00' }],
    [
      'descriptions',
      { ...FILE, expected: { verdict: 'fail' }, provenance: {}, notes: '', facts: [], name: 'x' },
    ],
    ['a PEM', { kind: 'approov-token', token: es256, publicKey: PEM, algorithm: 'ES256', at: AT }],
    ['a JWK', { kind: 'approov-token', token: es256, publicKey: JWK, algorithm: 'ES256', at: AT }],
    [
      'a JWK Set',
      {
        kind: 'approov-token',
        token: es256,
        jwks: { keys: [{ ...JWK, kid: 'one' }] },
        algorithm: 'ES256',
        at: AT,
      },
    ],
  ])('has %s', (_, file) => {
    const report = inspectEvidence(file);
    expect(report.verdict).toBe('pass');
    expect(report.checks.every(({ ok }) => ok)).toBe(true);
  });

  it('says bound only where the binding was checked', () => {
    expect(inspectEvidence(FILE)).toMatchObject({ result: { bound: false } });
    expect(inspectEvidence({ ...FILE, binding: BOUND })).toMatchObject({ result: { bound: true } });
  });

  it('says when it was inspected, and the times of its checks', () => {
    const report = inspectEvidence(FILE);
    expect(report).toMatchObject({ kind: 'approov-token', at: '2026-06-01T12:00:00.000Z' });
    expect(check(report, 'not expired')?.detail).toBe(
      'the token says 2026-06-01T12:05:00.000Z, and it is 2026-06-01T12:00:00.000Z',
    );
  });

  it('is taken as of now where `at` is null or absent', () => {
    const fresh = mintApproovToken({ secretBase64 });
    expect(inspectEvidence({ ...FILE, token: fresh, at: null }).verdict).toBe('pass');
    expect(inspectEvidence(fresh, { secretBase64 }).verdict).toBe('pass');
    expect(inspectEvidence(token, { secretBase64, now: NOW }).verdict).toBe('pass');
  });

  it.each([
    [
      'a published secret',
      'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==',
    ],
    ['a secret of zeros', Buffer.alloc(32).toString('base64')],
    [
      'a secret that reads like words',
      Buffer.from('placeholderplaceholderplaceholderplaceholder').toString('base64'),
    ],
  ])('may be signed with %s', (_, weak) => {
    const signed = mintApproovToken({ secretBase64: weak, now: NOW });
    expect(inspectEvidence({ ...FILE, token: signed, secretBase64: weak }).verdict).toBe('pass');
  });
});

describe('an evidence file that fails', () => {
  it.each<[string, object, string]>([
    ['has expired', { at: '2026-06-01T12:05:00Z' }, 'ERR_APPROOV_TOKEN_EXPIRED'],
    [
      'has another secret',
      { secretBase64: randomBytes(64).toString('base64') },
      'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    ],
    ['has another algorithm', { algorithm: 'HS512' }, 'ERR_APPROOV_TOKEN_ALGORITHM_MISMATCH'],
    ['has another issuer', { issuer: 'A' }, 'ERR_APPROOV_TOKEN_ISSUER_MISMATCH'],
    ['has another audience', { audience: ['c'] }, 'ERR_APPROOV_TOKEN_AUDIENCE_MISMATCH'],
    ['has another binding', { binding: 'Bearer other' }, 'ERR_APPROOV_BINDING_MISMATCH'],
    ['has no value to be bound to', { binding: '' }, 'ERR_APPROOV_BINDING_HEADER_MISSING'],
    ['has an empty token', { token: '' }, 'ERR_APPROOV_TOKEN_MISSING'],
    ['is a status of the app', { token: 'NO_NETWORK' }, 'ERR_APPROOV_TOKEN_FETCH_FAILED'],
    ['is no status of the app', { token: 'no_network' }, 'ERR_APPROOV_TOKEN_MALFORMED'],
  ])('%s', (_, members, code) => {
    const report = inspectEvidence({ ...FILE, ...members });
    expect(report).toMatchObject({ verdict: 'fail', code });
    expect(report.checks.find(({ ok }) => !ok)?.code).toBe(code);
    expect(report).not.toHaveProperty('result');
  });

  it('shows every check, those of the binding last, and the claims as unverified', () => {
    const report = inspectEvidence({ ...FILE, at: '2030-01-01T00:00:00Z', binding: 'x' });
    expect(report.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([
      'not expired',
      'binding matches',
    ]);
    expect(report.checks.slice(-4).map(({ name }) => name)).toEqual([
      'binding header present',
      'pay is present',
      'pay is a digest',
      'binding matches',
    ]);
    expect(report).toMatchObject({ unverified: { bound: false, claims: { iss: 'a' } } });
    expect(check(report, 'not expired')?.detail).toBe(
      'the Approov token has expired: the token says 2026-06-01T12:05:00.000Z, and it is 2030-01-01T00:00:00.000Z',
    );
  });

  it('reads the binding as latin-1', () => {
    const bound = mintApproovToken({ secretBase64, now: NOW, bind: new Uint8Array([0xe9]) });
    expect(inspectEvidence({ ...FILE, token: bound, binding: '\u00e9' }).verdict).toBe('pass');
    expect(inspectEvidence({ ...FILE, token: bound, binding: '\u00c3\u00a9' }).verdict).toBe('fail');
  });

  it('leaves a time beyond the calendar as a number', () => {
    const endless = mintApproovToken({ secretBase64, claims: { exp: 1e15 } });
    expect(check(inspectEvidence({ ...FILE, token: endless }), 'not expired')?.detail).toContain(
      '1000000000000000',
    );
  });
});

describe('a token without a key', () => {
  const report = inspectEvidence(token, { now: NOW });

  it('fails for the key, and says how to give one', () => {
    expect(report).toMatchObject({ verdict: 'fail', code: 'ERR_APPROOV_TOKEN_KEY_UNKNOWN' });
    expect(check(report, 'known key')?.detail).toMatch(/--secret or APPROOV_BASE64_SECRET .* secretBase64/s);
  });

  it('has all other checks and its claims shown', () => {
    expect(report.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['known key', 'signature']);
    expect(check(report, 'not expired')?.ok).toBe(true);
    expect(report).toMatchObject({ unverified: { claims: { iss: 'a' } } });
  });

  it('has the check of the key as it is where a key was given', () => {
    const file = { ...FILE, token: es256, secretBase64: undefined, algorithm: 'ES256' };
    const other = inspectEvidence({ ...file, jwks: { keys: [{ ...JWK, kid: 'two' }] } });
    expect(check(other, 'known key')?.detail).toContain('names no configured key');
  });
});

describe('input that cannot be inspected', () => {
  const p384 = createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey);
  const es = { kind: 'approov-token', token: es256 };

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /neither a token nor a JSON object/],
    ['null', null, /neither/],
    ['a number', 1, /neither/],
    ['a list', [FILE], /neither/],
    ['an empty text', '', /^evidence is empty/],
    ['no kind', { token }, /^kind is missing/],
    ['another kind', { kind: 'app-attest' }, /^kind is not a kind .* approov-token, .* app-attest-receipt/],
    ['a kind that every object has', { kind: 'toString' }, /^kind is not a kind/],
    ['a kind that is no text', { kind: 1 }, /^kind is not/],
    ['no token', { kind: 'approov-token', secretBase64 }, /^token is missing/],
    ['a token that is no text', { ...FILE, token: 1 }, /^token is not a string/],
    ['a token that is null', { ...FILE, token: null }, /^token is not a string/],
    ['an unknown member', { ...FILE, secret: 'x' }, /^secret is not a member/],
    ['a member that every object has', { ...FILE, toString: 'x' }, /^toString is not a member/],
    [
      'a member that sets a prototype',
      JSON.parse(`{"kind":"approov-token","token":"x","__proto__":{}}`),
      /^__proto__ is not a member/,
    ],
    ['a secret that is no text', { ...FILE, secretBase64: 1 }, /^secretBase64 is not a string/],
    ['a list of secrets', { ...FILE, secretBase64: [secretBase64] }, /^secretBase64 is not a string/],
    ['an empty secret', { ...FILE, secretBase64: '' }, /^secretBase64 is empty/],
    ['a short secret', { ...FILE, secretBase64: randomBytes(31).toString('base64') }, /31 bytes/],
    [
      'a secret that is short for its algorithm',
      { ...FILE, algorithm: 'HS512', secretBase64: randomBytes(63).toString('base64') },
      /63 bytes/,
    ],
    [
      'a secret in the other encoding',
      { ...FILE, secretBase64: Buffer.alloc(33, 255).toString('base64url') },
      /It is base64url/,
    ],
    ['a secret with white space', { ...FILE, secretBase64: `${secretBase64}\n` }, /white space/],
    ['a PEM as a secret', { ...FILE, secretBase64: PEM }, /is a PEM/],
    ['two keys', { ...FILE, secretBase64url: SECRET.toString('base64url') }, /are both there/],
    ['a secret with ES256', { ...FILE, algorithm: 'ES256' }, /not one for a shared secret/],
    ['an unknown algorithm', { ...FILE, algorithm: 'none' }, /^algorithm is not one of HS256/],
    ['an algorithm in small letters', { ...FILE, algorithm: 'hs256' }, /^algorithm is not one of/],
    [
      'a public key without an algorithm',
      { ...es, publicKey: PEM },
      /^algorithm is missing beside publicKey/,
    ],
    ['a JWK Set without an algorithm', { ...es, jwks: { keys: [JWK] } }, /^algorithm is missing beside jwks/],
    ['a public key with HS256', { ...es, publicKey: PEM, algorithm: 'HS256' }, /not one for public keys/],
    [
      'a key for another algorithm',
      { ...es, publicKey: p384.export({ format: 'jwk' }), algorithm: 'ES256' },
      /^publicKey/,
    ],
    [
      'a private key',
      { ...es, publicKey: EC.privateKey.export({ type: 'pkcs8', format: 'pem' }), algorithm: 'ES256' },
      /private key/,
    ],
    [
      'a private JWK',
      { ...es, publicKey: EC.privateKey.export({ format: 'jwk' }), algorithm: 'ES256' },
      /private or symmetric/,
    ],
    ['a PEM that is none', { ...es, publicKey: 'x', algorithm: 'ES256' }, /^publicKey is not a PEM/],
    [
      'a public key that is a list',
      { ...es, publicKey: [PEM], algorithm: 'ES256' },
      /^publicKey is not a PEM as a string, or a JWK/,
    ],
    ['a JWK Set without keys', { ...es, jwks: {}, algorithm: 'ES256' }, /^jwks cannot be used/],
    ['a JWK Set that is a list', { ...es, jwks: [JWK], algorithm: 'ES256' }, /^jwks is not a JWK Set/],
    ['a binding that is no text', { ...FILE, binding: null }, /^binding is not a string of latin-1/],
    ['a binding no header can have', { ...FILE, binding: '€' }, /^binding is not a string of latin-1/],
    ['an issuer that is no text', { ...FILE, issuer: [1] }, /^issuer is not/],
    ['an empty issuer', { ...FILE, issuer: '' }, /^issuer is empty/],
    ['an empty list of audiences', { ...FILE, audience: [] }, /^audience is empty/],
    ['leeway in words', { ...FILE, leewaySeconds: '5' }, /^leewaySeconds is not a number/],
    ['too much leeway', { ...FILE, leewaySeconds: 61 }, /^leewaySeconds is not between/],
    ['a time without a zone', { ...FILE, at: '2026-06-01T12:00:00' }, /^at is not a time/],
    ['a day', { ...FILE, at: '2026-06-01' }, /^at is not a time/],
    ['a day that does not exist', { ...FILE, at: '2026-13-41T12:00:00Z' }, /^at is not a time/],
    ['a time as a number', { ...FILE, at: NOW }, /^at is not a time/],
  ])('is %s', (_, evidence, message) => {
    expect(problem(evidence).message).toMatch(message);
  });

  it('has a member that is given beside it too', () => {
    expect(problem(FILE, { secretBase64 }).message).toMatch(
      /^secretBase64 is given in the evidence and beside/,
    );
    expect(problem({ ...FILE, binding: BOUND }, { binding: BOUND }).member).toBe('binding');
    expect(problem(FILE, { secretBase64url: SECRET.toString('base64url') }).message).toMatch(/both there/);
  });

  it('says what to do, with a code and the cause, and never the secret', () => {
    const error = problem({ ...FILE, secretBase64: `${secretBase64} ` });
    expect(error).toMatchObject({ code: 'ERR_EVIDENCE_UNUSABLE', member: 'secretBase64' });
    expect(error.remedy).toBe('Remove the white space around it.');
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).not.toContain(secretBase64);
  });
});
