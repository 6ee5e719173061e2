import type { KeyObject } from 'node:crypto';
import { BoundedCache } from '../kernel/bounded-cache.js';

/**
 * What verifiers may remember between calls: bounded, and only what a signature proved or what was configured.
 * Give the same one to every call of one verifier.
 */
export interface AppAttestCache {
  /**
   * Intermediate certificates whose signature was verified, by SHA-256 of the certificate: the public key of the root that
   * signed it (base64 of the SPKI), and its own. Its validity is not remembered.
   */
  readonly issuers: {
    get(id: string): { readonly anchorId: string; readonly key: KeyObject } | undefined;
    set(id: string, issuer: { readonly anchorId: string; readonly key: KeyObject }): void;
  };
  /** Imported public keys, by their encoding. */
  readonly keys: { get(id: string): KeyObject | undefined; set(id: string, key: KeyObject): void };
}

/** Apple issues from one intermediate certificate; the root could have a few at a time. */
const ISSUERS = 16;

/**
 * Makes a cache, empty. With it an attestation costs one signature check instead of two, and an assertion no import
 * of the key, which costs more than the check.
 *
 * @param keys how many public keys are kept imported. Default 1000
 * @example
 * const cache = createAppAttestCache();
 * const result = verifyAppAttestAttestation(attestation, { appIds, keyId, challenge, cache });
 */
export function createAppAttestCache(keys = 1000): AppAttestCache {
  return { issuers: new BoundedCache(ISSUERS), keys: new BoundedCache(keys) };
}
