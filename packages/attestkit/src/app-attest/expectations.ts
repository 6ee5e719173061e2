import { hash } from 'node:crypto';
import { ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { attestationAnchors } from './attestation/additional-roots.js';
import type { AppAttestCache } from './cache.js';
import { clientDataHashOf } from './assertion/client-data.js';
import {
  assertSeconds,
  POLICY_OPTIONS,
  readPolicy,
  type AppAttestPolicy,
  type AppAttestPolicyOptions,
} from './attestation/policy.js';
import type { TrustAnchor } from './attestation/roots.js';

/** What an attestation must meet. */
export interface AttestationExpectations extends AppAttestPolicyOptions {
  /**
   * App IDs, of which the attestation has to be for one: `TEAMID1234.com.example.app`, prefix and bundle identifier.
   * For an App Clip the full app's; on macOS the signing identifier instead of the bundle identifier.
   */
  readonly appIds: readonly string[];
  /** What the app calls the key: 32 bytes, or their base64 or base64url. */
  readonly keyId: Uint8Array | string;
  /** What the app hashed with SHA-256 to the client data hash; text in UTF-8. */
  readonly challenge?: Uint8Array | string | undefined;
  /** Instead of `challenge`: the very bytes that the app gave to `attestKey`, of any length. */
  readonly clientDataHash?: Uint8Array | undefined;
  /** Further roots of production, PEM or DER, beside Apple's. Results under them are not marked `virtual`. Default: none. */
  readonly additionalRoots?: readonly (string | Uint8Array)[] | undefined;
  /** Roots for testing, PEM or DER, instead of Apple's root; results under them say `virtual: true`. */
  readonly roots?: readonly (string | Uint8Array)[] | undefined;
  /** How old the attestation may be. Default: any age; its certificates end it. */
  readonly maxAgeSeconds?: number | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
  /** From `createAppAttestCache`. Default: nothing is remembered. */
  readonly cache?: AppAttestCache | undefined;
}

/** An App ID, and SHA-256 of it. */
export interface AppIdHash {
  readonly appId: string;
  readonly hash: Uint8Array;
}

/** The expectations, read and ready. */
export interface AttestationRules {
  readonly apps: readonly AppIdHash[];
  readonly keyId: Uint8Array | string;
  readonly clientDataHash: Uint8Array;
  /** What was hashed, if that is known. Used only to name mistakes. */
  readonly challenge?: Uint8Array | string | undefined;
  readonly anchors: readonly TrustAnchor[];
  readonly policy: AppAttestPolicy;
  readonly maxAgeSeconds: number | undefined;
  readonly now: number;
  readonly cache: AppAttestCache | undefined;
}

const OPTIONS: OptionTypes = {
  ...POLICY_OPTIONS,
  appIds: 'list',
  keyId: 'any',
  challenge: 'any',
  clientDataHash: 'any',
  additionalRoots: 'list',
  roots: 'list',
  maxAgeSeconds: 'number',
  now: 'number',
  cache: 'object',
};

/**
 * Reads the expectations of one attestation.
 *
 * @throws ConfigurationError naming the option
 */
export function readExpectations(expected: AttestationExpectations): AttestationRules {
  assertOptions(expected, OPTIONS, 'verifyAppAttestAttestation');
  const {
    appIds,
    keyId,
    challenge,
    roots,
    additionalRoots,
    maxAgeSeconds,
    now = Date.now(),
    cache,
  } = expected;
  assertSeconds('maxAgeSeconds', maxAgeSeconds);
  assertTime(now);
  return {
    apps: hashAppIds(appIds),
    keyId,
    clientDataHash: clientDataHashOf('challenge', challenge, expected.clientDataHash),
    challenge,
    anchors: attestationAnchors(roots, additionalRoots),
    policy: readPolicy(expected),
    maxAgeSeconds,
    now,
    cache,
  };
}

/**
 * Holds App IDs to their form and hashes them.
 *
 * @throws ConfigurationError naming `appIds`
 */
export function hashAppIds(appIds: readonly string[] | undefined): readonly AppIdHash[] {
  if (appIds === undefined || appIds.length === 0)
    throw new ConfigurationError('appIds', 'is missing', 'Give a list: TEAMID1234.com.example.app.');
  return appIds.map((appId) => ({ appId, hash: hashAppId('appIds', appId) }));
}

/**
 * SHA-256 of an App ID.
 *
 * @throws ConfigurationError naming the option
 */
export function hashAppId(option: string, appId: unknown): Uint8Array {
  if (typeof appId === 'string' && /^[0-9A-Z]{10}\.[^\s*]+$/.test(appId))
    return hash('sha256', appId, 'buffer');
  const remedy =
    'Give the prefix of 10 characters, a dot, and the bundle identifier: TEAMID1234.com.example.app.';
  throw new ConfigurationError(option, 'is not an App ID', remedy);
}

/**
 * Rejects a NaN, which compares as neither early nor late.
 *
 * @throws ConfigurationError naming `now`
 */
export function assertTime(now: number): void {
  if (Number.isFinite(now)) return;
  throw new ConfigurationError('now', 'is not a time', 'Give milliseconds since the epoch, or leave it out.');
}
