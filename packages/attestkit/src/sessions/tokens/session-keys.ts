import { createPrivateKey, createPublicKey, KeyObject, type JsonWebKey } from 'node:crypto';
import { ConfigurationError } from '../../kernel/errors.js';
import { isJsonObject } from '../../kernel/bytes/json.js';
import { verifySignature } from '../../kernel/jose/jwa.js';
import { assertOneOf, assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import { jwkThumbprint, publicKey as readPublic } from '../../kernel/jose/public-keys.js';
import { signature } from '../../kernel/jose/sign-jws.js';
import type { VerificationKey } from '../../ports/keys.js';
import { deriveKeys, LABELS, type Secrets } from './derived-keys.js';

/** The algorithms of key pairs that sign sessions. `EdDSA` is Ed25519. */
export type SessionAlgorithm = 'ES256' | 'EdDSA';

/** A key pair of this server. */
export interface SessionKeyPair {
  readonly algorithm: 'ES256' | 'EdDSA';
  /** PEM (PKCS#8, SEC 1), JWK or KeyObject. */
  readonly privateKey: string | JsonWebKey | KeyObject;
  /** Default: the `kid` of the JWK, or its thumbprint (RFC 7638). */
  readonly kid?: string | undefined;
}

/** A signer of the user's own, with its key elsewhere: a KMS, an HSM. */
export interface SessionSigner {
  readonly algorithm: 'ES256' | 'EdDSA';
  /**
   * Signs the bytes (a KMS that wants a digest gets their SHA-256). Every signature is verified before it is used.
   *
   * @returns the signature as JWS has it (RFC 7518 §3.4): 64 bytes, for ES256 r and s, and not DER
   */
  readonly sign: (signingInput: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** The public key: PEM (SPKI), JWK or KeyObject. */
  readonly publicKey: string | JsonWebKey | KeyObject;
  /** Default: the `kid` of the JWK, or its thumbprint (RFC 7638). */
  readonly kid?: string | undefined;
}

/** A key that signs no more, and whose tokens are still accepted. */
export type RetiredSessionKey = Omit<SessionSigner, 'sign'>;

/**
 * A key of session tokens. `secret`: HS256 by keys derived from the guard's `secret`, each of them, the first of
 * which signs.
 */
export type SessionKey = 'secret' | SessionKeyPair | SessionSigner | RetiredSessionKey;

/** How a key signs, if it does: itself, or by the user's own signer. */
type Signing = { readonly key: KeyObject } | { readonly sign: SessionSigner['sign'] } | undefined;

/** A key as configured, read. */
export interface ReadKey {
  readonly verification: VerificationKey & { readonly kid: string };
  readonly signing: Signing;
}

const OPTIONS: OptionTypes = {
  algorithm: 'string',
  privateKey: 'any',
  publicKey: 'any',
  sign: 'function',
  kid: 'string',
};

const VARIABLE = 'devices.sessions.keys';

/**
 * Reads the keys of session tokens, in their order.
 *
 * @param secrets what `secret` stands for
 * @throws ConfigurationError if one cannot be read or does not fit its algorithm, or two are the same
 */
export function readSessionKeys(
  configured: SessionKey | readonly SessionKey[],
  secrets: Secrets,
): readonly ReadKey[] {
  const listed = Array.isArray(configured)
    ? (configured as readonly SessionKey[])
    : [configured as SessionKey];
  const keys = listed.flatMap((each) => (each === 'secret' ? secretKeys(secrets) : [readKey(each)]));
  if (keys.length === 0)
    throw new ConfigurationError(
      VARIABLE,
      'is an empty list',
      'Leave it out for keys derived from the secret.',
    );
  const isTwice = keys.some(({ verification: one }, at) =>
    keys.slice(0, at).some(({ verification: other }) => other.kid === one.kid || other.key.equals(one.key)),
  );
  if (isTwice)
    throw new ConfigurationError(VARIABLE, 'has the same key or `kid` twice', 'Remove one of them.');
  return keys;
}

function secretKeys(secrets: Secrets): readonly ReadKey[] {
  return deriveKeys(secrets, LABELS.session).map(({ id, key }) => {
    const kid = Buffer.from(id).toString('base64url');
    return { verification: { algorithm: 'HS256', key, kid }, signing: { key } };
  });
}

function readKey(options: Exclude<SessionKey, 'secret'>): ReadKey {
  assertOptions(options, OPTIONS, 'a key of sessions', `${VARIABLE}.`);
  const { algorithm, privateKey, publicKey, sign, kid } = options as Partial<SessionKeyPair & SessionSigner>;
  assertOneOf(`${VARIABLE}.algorithm`, algorithm, ['ES256', 'EdDSA']);
  const pinned = algorithm as SessionAlgorithm;
  if (privateKey !== undefined && publicKey === undefined && sign === undefined) {
    const key = readPrivateKey(privateKey);
    const verification = publicHalf(privateKey, key, pinned);
    assertPair({ algorithm: pinned, key }, verification);
    return { verification: named(verification, kid), signing: { key } };
  }
  if (privateKey === undefined && publicKey !== undefined) {
    const verification = readPublicKey(publicKey, pinned, 'publicKey');
    return { verification: named(verification, kid), signing: sign === undefined ? undefined : { sign } };
  }
  const remedy = 'Give privateKey; or publicKey, with sign where a signer of your own has the private one.';
  throw new ConfigurationError(VARIABLE, 'has a key that is neither a key pair nor public', remedy);
}

function readPrivateKey(source: SessionKeyPair['privateKey']): KeyObject {
  const variable = `${VARIABLE}.privateKey`;
  const refuse = (problem: string, remedy: string, cause?: unknown): never => {
    throw new ConfigurationError(variable, problem, remedy, { cause });
  };
  if (source instanceof KeyObject)
    return source.type === 'private' ? source : refuse('is not private', 'Give the key that signs.');
  if (typeof source !== 'string' && !isJsonObject(source))
    return refuse('is not a PEM, a JWK or a KeyObject', 'Give one of them.');
  try {
    return createPrivateKey(typeof source === 'string' ? source : { key: source, format: 'jwk' });
  } catch (cause) {
    const remedy = 'Give a whole PEM, from -----BEGIN to -----END, unencrypted, or a private JWK.';
    return refuse('is not a private key that can be read', remedy, cause);
  }
}

/** The public key, held to the algorithm; of a JWK also what it says of itself. */
function publicHalf(
  source: SessionKeyPair['privateKey'],
  key: KeyObject,
  algorithm: SessionAlgorithm,
): VerificationKey {
  if (typeof source === 'string' || source instanceof KeyObject)
    return readPublicKey(createPublicKey(key), algorithm, 'privateKey');
  // What a private key may be used for is to sign.
  const { d: _d, key_ops: _operations, ...half } = source;
  return readPublicKey(half, algorithm, 'privateKey');
}

function readPublicKey(
  source: SessionSigner['publicKey'],
  algorithm: SessionAlgorithm,
  option: 'privateKey' | 'publicKey',
): VerificationKey {
  const variable = `${VARIABLE}.${option}`;
  const refuse = (problem: string, remedy: string): never => {
    throw new ConfigurationError(variable, problem, remedy);
  };
  if (source instanceof KeyObject && source.type !== 'public')
    return refuse('is not a public key', 'Give the public key of a key that signs elsewhere, or no more.');
  const text =
    source instanceof KeyObject ? source.export({ type: 'spki', format: 'pem' }).toString() : source;
  const read = readPublic(text, algorithm, variable);
  if (algorithm === 'EdDSA' && read.key.asymmetricKeyType !== 'ed25519')
    return refuse('is not an Ed25519 key', 'Give one: few libraries verify others.');
  return read;
}

/** A JWK may name a public key that is not its private key's. */
function assertPair(
  signing: { algorithm: SessionAlgorithm; key: KeyObject },
  verification: VerificationKey,
): void {
  if (verifySignature(verification, VARIABLE, signature(signing, VARIABLE).toString('base64url'))) return;
  const remedy = 'Check that it was copied whole.';
  throw new ConfigurationError(`${VARIABLE}.privateKey`, 'does not belong to its public key', remedy);
}

function named(key: VerificationKey, configured: string | undefined): ReadKey['verification'] {
  const kid = configured ?? key.kid ?? jwkThumbprint(key.key);
  if (/^[\x21-\x7e]{1,128}$/.test(kid)) return { ...key, kid };
  const remedy = 'Give 1 to 128 visible characters, or leave it out for the thumbprint.';
  throw new ConfigurationError(`${VARIABLE}.kid`, 'cannot stand in a header', remedy);
}
