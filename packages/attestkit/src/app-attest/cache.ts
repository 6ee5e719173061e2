import type { KeyObject } from 'node:crypto';
import { BoundedCache } from '../kernel/bounded-cache.js';

/** An intermediate certificate whose signature was verified. Its validity is not remembered. */
interface VerifiedIssuer {
  /** The public key of the root that signed it, base64 of the SPKI. */
  readonly anchorId: string;
  readonly key: KeyObject;
}

/**
 * What verifiers may remember between calls: bounded, and nothing but what a signature proved or what was configured.
 * Give the same one to every call of one verifier.
 */
export interface AppAttestCache {
  /** By SHA-256 of the certificate. */
  readonly issuers: BoundedCache<VerifiedIssuer>;
  /** Imported public keys, by their encoding. */
  readonly keys: BoundedCache<KeyObject>;
}

/** Apple issues from one intermediate certificate; the root could have a few at a time. */
const ISSUERS = 16;

/**
 * Makes a cache, empty. With it an attestation costs one signature check instead of two, and an assertion no import
 * of the key, which costs more than the check.
 *
 * @param keys how many public keys are kept imported. Default 1000
 */
export function createAppAttestCache(keys = 1000): AppAttestCache {
  return { issuers: new BoundedCache(ISSUERS), keys: new BoundedCache(keys) };
}
