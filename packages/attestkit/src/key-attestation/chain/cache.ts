import type { KeyObject } from 'node:crypto';
import { BoundedCache } from '../../kernel/bounded-cache.js';

/**
 * What verifiers may remember between calls: bounded, and nothing but what a signature proved. Give the same one to
 * every call of one verifier.
 */
export interface KeyAttestationCache {
  /**
   * Keys of certificates whose signature was verified, by SHA-256 of the issuer's key and the certificate. Only of
   * those above the attestation certificate, which many devices share. Validity and revocation are not cached.
   */
  readonly links: { get(id: string): KeyObject | undefined; set(id: string, key: KeyObject): void };
  /** Imported keys of attestation certificates, which a batch of devices may share, by their encoding. */
  readonly keys: { get(id: string): KeyObject | undefined; set(id: string, key: KeyObject): void };
}

/**
 * Makes a cache, empty. With it a chain of a remotely provisioned device costs two signature checks instead of four,
 * and no import of a key, which costs as much as a check.
 *
 * @param size how many certificates, and how many keys, are remembered. Default 1000
 * @example
 * const cache = createKeyAttestationCache();
 * const result = verifyKeyAttestation(chain, { challenge, apps, revocations, cache });
 */
export function createKeyAttestationCache(size = 1000): KeyAttestationCache {
  return { links: new BoundedCache(size), keys: new BoundedCache(size) };
}
