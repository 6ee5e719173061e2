import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import type { Jwk, JwsAlgorithm, VerificationKey } from '../../ports/keys.js';
import { ConfigurationError } from '../errors.js';
import { ALGORITHMS } from './jwa.js';
import { isJsonObject, type JsonObject } from '../bytes/json.js';
import { unambiguousKeys } from './key-source.js';

/** Members that only a private or symmetric JWK has (RFC 7518 §6). */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Makes a verification key from a PEM (SPKI, PKCS#1 or an X.509 certificate) or a JWK, pinned to the algorithm.
 *
 * @throws ConfigurationError when it cannot be read, is private, or does not fit the algorithm
 */
export function publicKey(source: string | Jwk, algorithm: JwsAlgorithm, variable: string): VerificationKey {
  const refuse = (problem: string, remedy: string, cause?: unknown): never => {
    throw new ConfigurationError(variable, problem, remedy, cause === undefined ? undefined : { cause });
  };
  if (typeof source !== 'string') {
    const misfit = isJsonObject(source) ? jwkMisfit(source, algorithm) : 'is not a JWK';
    if (misfit !== undefined) return refuse(misfit, `Give the public key as a JWK for ${algorithm}.`);
    return (
      fromJwk(source, algorithm) ?? refuse('is a JWK that cannot be read', 'Check that it was copied whole.')
    );
  }
  if (source.includes('PRIVATE KEY'))
    return refuse(
      'is a private key',
      'Give the public key: a server that verifies has no use for the private one.',
    );
  let key: KeyObject;
  try {
    key = createPublicKey(source);
  } catch (cause) {
    return refuse(
      'is not a PEM that can be read',
      'Give the whole text, from -----BEGIN to -----END, with its line breaks.',
      cause,
    );
  }
  const misfit = keyMisfit(key, algorithm);
  return misfit === undefined ? { algorithm, key } : refuse(misfit, `Give a public key for ${algorithm}.`);
}

/**
 * The keys of a JWKS (RFC 7517 §5) that fit the algorithm; others, of which a set may well have some, are passed over.
 * A key that is listed twice under one `kid`, or twice without, is one key. Different keys may have the same `kid`
 * (RFC 7517 §4.5 only recommends otherwise): they stay in the list, where `selectFromJwks` gives neither for that `kid`.
 *
 * @returns the keys, or a sentence that says why the set cannot be used
 */
export function readJwks(document: unknown, algorithm: JwsAlgorithm): readonly VerificationKey[] | string {
  const listed = isJsonObject(document) ? document['keys'] : undefined;
  if (!Array.isArray(listed)) return 'it is not a JWK Set: there is no list `keys`';
  if (listed.length > 100) return 'it has more than 100 keys';
  const keys: VerificationKey[] = [];
  for (const jwk of listed as unknown[]) {
    if (!isJsonObject(jwk)) return 'it has a key that is not a JSON object';
    if (SECRET_MEMBERS.some((member) => member in jwk)) return 'it has a private or symmetric key';
    if (jwkMisfit(jwk, algorithm) !== undefined) continue;
    const key = fromJwk(jwk as Jwk, algorithm);
    if (key === undefined) continue;
    if (keys.some((other) => other.kid === key.kid && other.key.equals(key.key))) continue;
    keys.push(key);
  }
  if (keys.length === 0) return `none of its keys is for ${algorithm}`;
  return unambiguousKeys(keys).length === 0
    ? `different keys have the same \`kid\`, and no others are left`
    : keys;
}

/** The thumbprint of a public key on a curve (RFC 7638 §3, RFC 8037 §2), SHA-256, base64url. */
export function jwkThumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url');
}

function fromJwk(jwk: Jwk, algorithm: JwsAlgorithm): VerificationKey | undefined {
  try {
    const key = createPublicKey({ key: jwk as never, format: 'jwk' });
    if (keyMisfit(key, algorithm) !== undefined) return undefined;
    const kid = (jwk as JsonObject)['kid'];
    return { algorithm, key, kid: typeof kid === 'string' ? kid : undefined };
  } catch {
    return undefined;
  }
}

function jwkMisfit(jwk: JsonObject, algorithm: JwsAlgorithm): string | undefined {
  const { kty, curves } = ALGORITHMS[algorithm];
  if (SECRET_MEMBERS.some((member) => member in jwk)) return 'is a private or symmetric key';
  if (jwk['kty'] !== kty) return `has another \`kty\` than ${algorithm} needs`;
  if (
    Object.keys(curves).length > 0 &&
    !(typeof jwk['crv'] === 'string' && Object.hasOwn(curves, jwk['crv']))
  )
    return `has another \`crv\` than ${algorithm} needs`;
  if (jwk['alg'] !== undefined && jwk['alg'] !== algorithm) return 'names another `alg`';
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return 'is not for signatures (`use`)';
  const operations = jwk['key_ops'];
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return 'is not for verifying (`key_ops`)';
  if (jwk['kid'] !== undefined && typeof jwk['kid'] !== 'string') return 'has a `kid` that is not a string';
  return undefined;
}

function keyMisfit(key: KeyObject, algorithm: JwsAlgorithm): string | undefined {
  const { family, curves } = ALGORITHMS[algorithm];
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (family) {
    case 'hmac':
      return `is a public key, and ${algorithm} needs a shared secret`;
    case 'rsa':
    case 'rsa-pss':
      if (key.asymmetricKeyType !== 'rsa') return `is not an RSA key, as ${algorithm} needs`;
      if (publicExponent < 3n || publicExponent % 2n === 0n)
        return 'is an RSA key that anyone can sign for (exponent)';
      return modulusLength < 2048 ? 'is an RSA key of less than 2048 bits' : undefined;
    case 'ecdsa':
      return Object.values(curves).includes(namedCurve ?? '')
        ? undefined
        : `is not a key on the curve that ${algorithm} needs`;
    case 'eddsa':
      return Object.values(curves).includes(key.asymmetricKeyType ?? '')
        ? undefined
        : `is not an Edwards-curve key, as ${algorithm} needs`;
  }
}
