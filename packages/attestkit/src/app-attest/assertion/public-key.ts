import { createPublicKey, KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../kernel/errors.js';
import { p256Point } from '../../kernel/asn1/cose.js';
import type { AppAttestCache } from '../cache.js';

/**
 * The public key that was kept at enrollment, imported; from the cache if it has been before.
 *
 * @param source PEM, SPKI in DER, or a key that was imported already
 * @throws ConfigurationError if it is not a public key on P-256
 */
export function importPublicKey(
  source: string | Uint8Array | KeyObject,
  cache: AppAttestCache | undefined,
): KeyObject {
  if (source instanceof KeyObject) return fit(source);
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) throw misfit('is not a key');
  const encoding = typeof source === 'string' ? source : latin1(source);
  const known = cache?.keys.get(encoding);
  if (known !== undefined) return known;
  const key = fit(typeof source === 'string' ? fromPem(source) : fromSpki(source));
  cache?.keys.set(encoding, key);
  return key;
}

/** By its coordinates: OpenSSL takes half as long again to decode them out of DER. */
function fromSpki(spki: Uint8Array): KeyObject {
  const point = p256Point(spki);
  if (point === undefined) throw misfit('is not the SubjectPublicKeyInfo of a key on P-256');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((octets) =>
    Buffer.from(octets).toString('base64url'),
  );
  const key = { kty: 'EC', crv: 'P-256', x: x as string, y: y as string };
  return imported(() => createPublicKey({ key, format: 'jwk' }));
}

function fromPem(pem: string): KeyObject {
  if (pem.includes('PRIVATE KEY')) throw misfit('is a private key');
  return imported(() => createPublicKey(pem));
}

function imported(make: () => KeyObject): KeyObject {
  try {
    return make();
  } catch (cause) {
    throw misfit('cannot be read', cause);
  }
}

function fit(key: KeyObject): KeyObject {
  const curve = key.type === 'public' ? key.asymmetricKeyDetails?.namedCurve : undefined;
  if (curve === 'prime256v1') return key;
  throw misfit('is not a public key on P-256');
}

function misfit(problem: string, cause?: unknown): ConfigurationError {
  const remedy = 'Give the key of the attestation’s result, as it was kept at enrollment.';
  return new ConfigurationError('publicKey', problem, remedy, cause === undefined ? undefined : { cause });
}

/** Without the copy of `Buffer.from(bytes)`, on the way of every assertion. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
