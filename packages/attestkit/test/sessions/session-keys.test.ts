import { createHmac, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { readSecrets } from '../../src/sessions/tokens/derived-keys.js';
import type { SessionKey } from '../../src/sessions/tokens/session-keys.js';
import { sessionKeys, sessionKeySource, type SessionKeys } from '../../src/sessions/tokens/session-signer.js';
import { verifySessionToken, type SessionClaims } from '../../src/sessions/tokens/session-token.js';
import { misconfigured, refused } from './support/refusal.js';
import { TRUST_FACTS } from './support/trust-facts.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const CLAIMS: SessionClaims = {
  type: 'attested_session',
  device_id: 'phone-1',
  iat: NOW / 1000,
  exp: NOW / 1000 + 1800,
  jti: 'jti-1',
  sid: 'sid-1',
  rid: 'rid-1',
  kind: 'appAttest',
  attestation: TRUST_FACTS,
};
const make = () => randomBytes(48).toString('base64');
const OLD = make();
const NEW = make();
const SECRETS = readSecrets(OLD, 'secret');
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ED = generateKeyPairSync('ed25519');
const ES256 = { algorithm: 'ES256', privateKey: EC.privateKey } as const;
const EDDSA = { algorithm: 'EdDSA', privateKey: ED.privateKey } as const;
const keysOf = (configured: SessionKey | readonly SessionKey[], ...texts: string[]) =>
  sessionKeys(configured, texts.length === 0 ? SECRETS : readSecrets(texts, 'secret'));
const token = (keys: SessionKeys) => keys.sign(CLAIMS) as string;
const verify = (sent: string, keys: SessionKeys) =>
  verifySessionToken(sent, { keys: keys.source, now: NOW }).deviceId;
const headerOf = (sent: string): unknown =>
  JSON.parse(Buffer.from(sent.split('.')[0] ?? '', 'base64url').toString());
const pem = (key: KeyObject) =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const jwk = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), ...more });

describe('keys of sessions', () => {
  it('sign with the secret by default, under an id of the derived key, and publish nothing', () => {
    const keys = keysOf('secret');
    expect(headerOf(token(keys))).toEqual({
      alg: 'HS256',
      typ: 'attested-session+jwt',
      kid: expect.stringMatching(/^[A-Za-z0-9_-]{6}$/) as string,
    });
    expect(keys.jwks()).toEqual({ keys: [] });
    expect(verify(token(keys), keys)).toBe('phone-1');
  });

  it('never sign with the secret itself', () => {
    const [head, body, mac] = token(keysOf('secret')).split('.');
    const own = createHmac('sha256', OLD).update(`${head}.${body}`).digest('base64url');
    expect(mac).not.toBe(own);
  });

  it.each([
    ['a KeyObject', ES256],
    ['a PEM', { algorithm: 'ES256', privateKey: pem(EC.privateKey) }],
    [
      'a SEC 1 PEM',
      { algorithm: 'ES256', privateKey: String(EC.privateKey.export({ type: 'sec1', format: 'pem' })) },
    ],
    ['a JWK', { algorithm: 'ES256', privateKey: jwk(EC.privateKey) }],
    [
      'a JWK for signing',
      { algorithm: 'ES256', privateKey: jwk(EC.privateKey, { key_ops: ['sign'], use: 'sig' }) },
    ],
    ['Ed25519', EDDSA],
    ['an Ed25519 JWK', { algorithm: 'EdDSA', privateKey: jwk(ED.privateKey) }],
  ] as const)('are read from %s, and named by their thumbprint', async (_, configured) => {
    const keys = keysOf(configured);
    const [published] = keys.jwks().keys;
    const publicJwk = await exportJWK(configured.algorithm === 'ES256' ? EC.publicKey : ED.publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    expect(published).toEqual({ ...publicJwk, kid, use: 'sig', alg: configured.algorithm });
    expect(headerOf(token(keys))).toEqual({ alg: configured.algorithm, typ: 'attested-session+jwt', kid });
    expect(verify(token(keys), keys)).toBe('phone-1');
  });

  it('publish no private member, and nothing that changes them', () => {
    const keys = keysOf([ES256, EDDSA, 'secret']);
    const set = keys.jwks();
    expect(JSON.stringify(set)).not.toMatch(/"(d|p|q|k)":/);
    expect(set.keys.map((each) => each.kty)).toEqual(['EC', 'OKP']);
    Object.assign(set.keys[0] as object, { x: 'AAAA' });
    expect(keys.jwks().keys[0]).not.toEqual(set.keys[0]);
  });

  it('take the kid that is configured, or that the JWK has', () => {
    expect(headerOf(token(keysOf({ ...ES256, kid: '2026-06' })))).toMatchObject({ kid: '2026-06' });
    const named = { algorithm: 'ES256', privateKey: jwk(EC.privateKey, { kid: 'mine' }) } as const;
    expect(headerOf(token(keysOf(named)))).toMatchObject({ kid: 'mine' });
    expect(headerOf(token(keysOf({ ...named, kid: 'other' })))).toMatchObject({ kid: 'other' });
  });

  it('rotate without logging anyone out, from any kind to any other', () => {
    const retired = { algorithm: 'ES256', publicKey: EC.publicKey } as const;
    const before = token(keysOf('secret', OLD));
    expect(verify(before, keysOf('secret', NEW, OLD))).toBe('phone-1');
    expect(verify(before, keysOf([ES256, 'secret'], OLD))).toBe('phone-1');
    expect(verify(token(keysOf(ES256)), keysOf([EDDSA, retired]))).toBe('phone-1');
    expect(verify(token(keysOf(ES256)), keysOf(['secret', retired], NEW))).toBe('phone-1');
    expect(headerOf(token(keysOf(['secret', retired], NEW, OLD)))).toMatchObject({ alg: 'HS256' });
  });

  it('accept nothing of a key that was taken away', () => {
    expect(refused(() => verify(token(keysOf('secret', OLD)), keysOf('secret', NEW)))).toBe(
      'ERR_SESSION_KEY_UNKNOWN',
    );
    expect(refused(() => verify(token(keysOf('secret')), keysOf(ES256)))).toBe(
      'ERR_SESSION_ALGORITHM_MISMATCH',
    );
    expect(refused(() => verify(token(keysOf(EDDSA)), keysOf([ES256, 'secret'])))).toBe(
      'ERR_SESSION_ALGORITHM_MISMATCH',
    );
  });

  it('do not take one for another that has its kid', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const stranger = token(keysOf({ algorithm: 'ES256', privateKey: other, kid: 'a' }));
    expect(refused(() => verify(stranger, keysOf({ ...ES256, kid: 'a' })))).toBe(
      'ERR_SESSION_SIGNATURE_INVALID',
    );
    expect(refused(() => verify(stranger, keysOf([{ ...EDDSA, kid: 'a' }, ES256])))).toBe(
      'ERR_SESSION_KEY_UNKNOWN',
    );
  });

  it('can be for verifying alone', () => {
    const source = sessionKeySource({ algorithm: 'ES256', publicKey: pem(EC.publicKey) }, SECRETS);
    const sent = token(keysOf(ES256));
    expect(verifySessionToken(sent, { keys: source, now: NOW }).deviceId).toBe('phone-1');
  });

  it('give out no token that would not be read again', () => {
    for (const keys of [keysOf('secret'), keysOf(ES256)]) {
      const code = refused(() => keys.sign({ ...CLAIMS, sub: 'x'.repeat(8000) }));
      expect(code).toBe('ERR_SESSION_SIGNER_FAILED');
    }
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const { x, y } = jwk(other);
  const encrypted = EC.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  it.each([
    ['no key', [], 'is an empty list'],
    ['text', 'secrets', 'is not an object'],
    ['null', null, 'is not an object'],
    ['an unknown option', { ...ES256, retired: [] }, 'is not an option'],
    ['no algorithm', { privateKey: EC.privateKey }, 'is not one of ES256, EdDSA'],
    ['another algorithm', { algorithm: 'RS256', privateKey: weak }, 'is not one of ES256, EdDSA'],
    ['a MAC algorithm', { algorithm: 'HS256', privateKey: EC.privateKey }, 'is not one of'],
    ['no key in it', { algorithm: 'ES256' }, 'neither a key pair nor public'],
    ['both halves', { ...ES256, publicKey: EC.publicKey }, 'neither a key pair nor public'],
    ['a signer without public key', { algorithm: 'ES256', sign: () => new Uint8Array() }, 'neither'],
    [
      'a signer that is no function',
      { algorithm: 'ES256', publicKey: EC.publicKey, sign: true },
      'is not a function',
    ],
    ['an RSA key', { algorithm: 'ES256', privateKey: weak }, 'is not a key on the curve'],
    ['another curve', { algorithm: 'ES256', privateKey: p384 }, 'is not a key on the curve'],
    [
      'a key of the other algorithm',
      { algorithm: 'EdDSA', privateKey: EC.privateKey },
      'is not an Edwards-curve key',
    ],
    [
      'Ed448',
      { algorithm: 'EdDSA', privateKey: generateKeyPairSync('ed448').privateKey },
      'is not an Ed25519 key',
    ],
    ['a public key to sign with', { algorithm: 'ES256', privateKey: EC.publicKey }, 'is not private'],
    [
      'a public JWK to sign with',
      { algorithm: 'ES256', privateKey: jwk(EC.publicKey) },
      'is not a private key that can be read',
    ],
    [
      'a public PEM to sign with',
      { algorithm: 'ES256', privateKey: pem(EC.publicKey) },
      'is not a private key that can be read',
    ],
    [
      'an encrypted PEM',
      { algorithm: 'ES256', privateKey: encrypted },
      'is not a private key that can be read',
    ],
    [
      'a truncated PEM',
      { algorithm: 'ES256', privateKey: pem(EC.privateKey).slice(0, 90) },
      'is not a private key that can be read',
    ],
    ['bytes', { algorithm: 'ES256', privateKey: 7 }, 'is not a PEM, a JWK or a KeyObject'],
    ['a JWK of two keys', { algorithm: 'ES256', privateKey: jwk(EC.privateKey, { x, y }) }, ''],
    [
      'a JWK for another algorithm',
      { algorithm: 'ES256', privateKey: jwk(EC.privateKey, { alg: 'ES384' }) },
      'names another `alg`',
    ],
    [
      'a JWK for encryption',
      { algorithm: 'ES256', privateKey: jwk(EC.privateKey, { use: 'enc' }) },
      'is not for signatures',
    ],
    ['a private key as public', { algorithm: 'ES256', publicKey: EC.privateKey }, 'is not a public key'],
    [
      'a private JWK as public',
      { algorithm: 'ES256', publicKey: jwk(EC.privateKey) },
      'is a private or symmetric key',
    ],
    ['a private PEM as public', { algorithm: 'ES256', publicKey: pem(EC.privateKey) }, 'is a private key'],
    ['a kid with a space', { ...ES256, kid: 'a b' }, 'cannot stand in a header'],
    ['an empty kid', { ...ES256, kid: '' }, 'cannot stand in a header'],
    ['the same key twice', [ES256, { algorithm: 'ES256', publicKey: EC.publicKey, kid: 'b' }], 'twice'],
    [
      'the same kid twice',
      [
        { ...ES256, kid: 'a' },
        { ...EDDSA, kid: 'a' },
      ],
      'twice',
    ],
    ['the secret twice', ['secret', 'secret'], 'twice'],
    ['no key first that signs', [{ algorithm: 'ES256', publicKey: EC.publicKey }, 'secret'], 'does not sign'],
  ])('cannot be %s', (_, configured, problem) => {
    const error = misconfigured(() => keysOf(configured as SessionKey));
    expect(error.variable).toMatch(
      /^devices\.sessions\.keys(\.(algorithm|privateKey|publicKey|sign|kid|retired))?$/,
    );
    expect(error.message).toContain(problem.startsWith('is ') ? `${error.variable} ${problem}` : problem);
  });
});
