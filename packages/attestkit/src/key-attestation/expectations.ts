import { ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import type { RevocationList } from '../ports/revocations.js';
import { readApps, type AndroidApp, type ExpectedApp } from './policy/apps.js';
import type { KeyAttestationCache } from './chain/cache.js';
import type { ChainRules } from './chain/chain.js';
import { KEY_OPTIONS, readKeyPolicy, type KeyPolicy, type KeyPolicyOptions } from './policy/key-policy.js';
import {
  DEVICE_OPTIONS,
  readDevicePolicy,
  type DevicePolicy,
  type DevicePolicyOptions,
} from './policy/device-policy.js';
import { trustAnchors } from './chain/roots.js';

/** What a certificate chain must meet. Strict; each relaxation has a name. */
export interface KeyAttestationExpectations extends DevicePolicyOptions, KeyPolicyOptions {
  /** What the app gave to `setAttestationChallenge`; text stands for its UTF-8. */
  readonly challenge?: Uint8Array | string | undefined;
  /** Instead of `challenge`: it is not looked at, and the chain may be a replay. */
  readonly anyChallenge?: boolean | undefined;
  /** Apps, to one of which the key has to belong. */
  readonly apps?: readonly AndroidApp[] | undefined;
  /** Instead of `apps`: the key may belong to any app. */
  readonly anyApp?: boolean | undefined;
  /** Google's list, as `readRevocationList` or a `RevocationSource` gives it; `not-checked` for none. */
  readonly revocations: RevocationList | 'not-checked';
  /** Lets chains through that end below the root, which clients of Web Authentication leave out. Default false. */
  readonly allowOmittedRoot?: boolean | undefined;
  /**
   * Lets keys through that were attested by a key of the same app and device, made with `PURPOSE_ATTEST_KEY`, instead of
   * the device's own. Default false.
   */
  readonly allowAttestKeys?: boolean | undefined;
  /** Further roots of production, PEM or DER, beside Google's. Results under them are not marked `virtual`. Default: none. */
  readonly additionalRoots?: readonly (string | Uint8Array)[] | undefined;
  /** Roots for testing, PEM or DER, instead of Google's; results under them say `virtual: true`. */
  readonly roots?: readonly (string | Uint8Array)[] | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
  /** From `createKeyAttestationCache`. Default: nothing is remembered. */
  readonly cache?: KeyAttestationCache | undefined;
}

/** The expectations, read and ready. */
export interface KeyAttestationRules extends ChainRules {
  /** Undefined: any. */
  readonly challenge: Uint8Array | undefined;
  /** Undefined: any. */
  readonly apps: readonly ExpectedApp[] | undefined;
  readonly device: DevicePolicy;
  readonly key: KeyPolicy;
}

const OPTIONS: OptionTypes = {
  ...DEVICE_OPTIONS,
  ...KEY_OPTIONS,
  challenge: 'any',
  anyChallenge: 'boolean',
  apps: 'list',
  anyApp: 'boolean',
  revocations: 'any',
  allowOmittedRoot: 'boolean',
  allowAttestKeys: 'boolean',
  additionalRoots: 'list',
  roots: 'list',
  now: 'number',
  cache: 'object',
};

/**
 * Reads the expectations of one chain.
 *
 * @throws ConfigurationError naming the option
 */
export function readExpectations(expected: KeyAttestationExpectations): KeyAttestationRules {
  assertOptions(expected, OPTIONS, 'verifyKeyAttestation');
  const { challenge, anyChallenge = false, apps, anyApp = false, revocations, cache } = expected;
  const {
    allowOmittedRoot = false,
    allowAttestKeys = false,
    roots,
    additionalRoots,
    now = Date.now(),
  } = expected;
  assertEither('challenge', challenge, 'anyChallenge', anyChallenge);
  assertEither('apps', apps, 'anyApp', anyApp);
  if (!Number.isFinite(now))
    throw new ConfigurationError(
      'now',
      'is not a time',
      'Give milliseconds since the epoch, or leave it out.',
    );
  return {
    challenge: anyChallenge ? undefined : readChallenge(challenge),
    apps: anyApp ? undefined : readApps(apps),
    device: readDevicePolicy(expected),
    key: readKeyPolicy(expected),
    anchors: trustAnchors(roots, additionalRoots),
    revocations: readRevocations(revocations),
    allowOmittedRoot,
    allowAttestKeys,
    now,
    cache,
  };
}

function assertEither(option: string, value: unknown, relaxation: string, isRelaxed: boolean): void {
  if ((value === undefined) === isRelaxed) return;
  const problem = isRelaxed ? `is given beside ${relaxation}` : 'is missing';
  throw new ConfigurationError(option, problem, `Give exactly one of ${option} and ${relaxation}: true.`);
}

function readChallenge(challenge: unknown): Uint8Array {
  const bytes = typeof challenge === 'string' ? Buffer.from(challenge) : challenge;
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
  throw new ConfigurationError('challenge', 'is not bytes, or empty', 'Give the challenge that the app got.');
}

function readRevocations(revocations: unknown): RevocationList | undefined {
  if (revocations === 'not-checked') return undefined;
  const { isRevoked } = (revocations ?? {}) as Partial<RevocationList>;
  if (typeof isRevoked === 'function') return revocations as RevocationList;
  const remedy = 'Give what readRevocationList made of Google’s list, or `not-checked`.';
  throw new ConfigurationError('revocations', 'is not a revocation list', remedy);
}
