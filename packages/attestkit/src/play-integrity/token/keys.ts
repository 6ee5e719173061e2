import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { decodeBase64 } from '../../kernel/bytes/base64.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions } from '../../kernel/config/options.js';
import { secretDigests } from '../../kernel/config/secret-readings.js';
import { assertSafeSecrets } from '../../kernel/config/secrets.js';
import type { VerificationKey } from '../../ports/keys.js';

/** The response keys of an app that manages them itself (Play Console, App integrity, Classic requests). */
export interface ResponseKeys {
  /** `DECRYPTION_KEY`: base64 of 32 bytes. */
  readonly decryptionKey: string;
  /** `VERIFICATION_KEY`: base64 of the SubjectPublicKeyInfo in DER of a key on P-256. */
  readonly verificationKey: string;
}

/** Response keys, read and ready; from `playIntegrityKeys`. */
export interface PlayIntegrityKeys {
  /** The two keys of a set belong together. */
  readonly sets: readonly { readonly decryptionKey: KeyObject; readonly verificationKey: VerificationKey }[];
}

/**
 * Reads response keys: one set, or several, of which each token is for one, while one replaces the other.
 *
 * @throws ConfigurationError naming the option: a key that is absent, of another form or length, or there twice
 * @example
 * const keys = playIntegrityKeys({ decryptionKey, verificationKey }); // as the Play Console shows them
 */
export function playIntegrityKeys(keys: ResponseKeys | readonly ResponseKeys[]): PlayIntegrityKeys {
  const listed = (Array.isArray(keys) ? keys : [keys]) as readonly ResponseKeys[];
  if (listed.length === 0)
    throw new ConfigurationError('keys', 'is an empty list', 'Give at least one set of response keys.');
  for (const each of listed)
    assertOptions(each, { decryptionKey: 'string', verificationKey: 'string' }, 'playIntegrityKeys');
  const secrets = listed.map(({ decryptionKey }) => readSecret(decryptionKey));
  assertSafeSecrets(secrets, 'decryptionKey');
  return {
    sets: listed.map(({ verificationKey }, at) => ({
      decryptionKey: createSecretKey(secrets[at] as Buffer),
      verificationKey: { algorithm: 'ES256', key: readPublicKey(verificationKey) },
    })),
  };
}

/** Whether this is what `playIntegrityKeys` returned. */
export function areKeys(keys: unknown): keys is PlayIntegrityKeys {
  return typeof keys === 'object' && keys !== null && 'sets' in keys && Array.isArray(keys.sets);
}

/** Digests of the decryption keys. */
export function digestsOf({ sets }: PlayIntegrityKeys): readonly string[] {
  return sets.flatMap(({ decryptionKey }) => secretDigests(decryptionKey.export()));
}

function readSecret(text: unknown): Buffer {
  const bytes = typeof text === 'string' ? decodeBase64(text) : undefined;
  if (bytes?.length === 32) return bytes;
  const remedy = 'Copy DECRYPTION_KEY as openssl printed it, padding included.';
  throw new ConfigurationError('decryptionKey', 'is not the base64 of 32 bytes', remedy);
}

function readPublicKey(text: unknown): KeyObject {
  const der = typeof text === 'string' ? decodeBase64(text) : undefined;
  if (der === undefined || der.length === 0) throw refusedKey('is not base64');
  let key: KeyObject;
  try {
    key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (cause) {
    throw refusedKey('is not a public key that can be read', { cause });
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refusedKey('is not a key on P-256');
  return key;
}

function refusedKey(problem: string, options?: { cause: unknown }): ConfigurationError {
  const remedy = 'Copy VERIFICATION_KEY as openssl printed it: base64, without BEGIN and END.';
  return new ConfigurationError('verificationKey', problem, remedy, options);
}
