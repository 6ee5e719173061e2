import { ConfigurationError } from '../kernel/errors.js';
import type { OptionTypes } from '../kernel/options.js';
import type { Checks } from '../ports/checks.js';
import type { KeyDescription } from './key-description.js';
import { POLICY_CHECKS as CHECKS } from './policy-checks.js';

/** KeyMint's numbers of what a key may be for. */
const PURPOSES = {
  encrypt: 0,
  decrypt: 1,
  sign: 2,
  verify: 3,
  'wrap-key': 5,
  'agree-key': 6,
} as const;

/** Signs certificates of other keys, and nothing else. */
export const ATTEST_KEY = 7;

/** What a key may be used for. */
export type KeyPurpose = keyof typeof PURPOSES;

/** What a key has to be, beyond being in hardware. */
export interface KeyPolicyOptions {
  /** What the key has to be for, at least. One that attests other keys is refused then. Default: anything. */
  readonly purposes?: readonly KeyPurpose[] | undefined;
  /** `required`: the hardware uses the key only after its user was authenticated. Default `any`. */
  readonly userAuthentication?: 'required' | 'any' | undefined;
  /** Seconds since the key was created, by the device's clock. One whose creation is unknown is refused. Default: any age. */
  readonly maxKeyAgeSeconds?: number | undefined;
}

/** The options above, read and ready. */
export interface KeyPolicy {
  readonly purposes: readonly number[];
  readonly userAuthentication: boolean;
  readonly maxKeyAgeSeconds: number | undefined;
}

export const KEY_OPTIONS = {
  purposes: 'list',
  userAuthentication: 'string',
  maxKeyAgeSeconds: 'number',
} as const satisfies OptionTypes;

/** Seconds by which the device's clock may be ahead of ours. */
const LEEWAY_SECONDS = 60;

/**
 * Reads the policy's options.
 *
 * @throws ConfigurationError naming the option
 */
export function readKeyPolicy(options: KeyPolicyOptions): KeyPolicy {
  const { purposes = [], userAuthentication = 'any', maxKeyAgeSeconds } = options;
  if (!purposes.every((purpose) => Object.hasOwn(PURPOSES, purpose))) {
    const remedy = `Give a list of ${Object.keys(PURPOSES).join(', ')}.`;
    throw new ConfigurationError('purposes', 'is not a list of purposes', remedy);
  }
  if (!['required', 'any'].includes(userAuthentication))
    throw new ConfigurationError('userAuthentication', 'is none of required, any', 'Check the spelling.');
  if (maxKeyAgeSeconds !== undefined && !(Number.isFinite(maxKeyAgeSeconds) && maxKeyAgeSeconds > 0)) {
    const remedy = 'Leave it out for any age.';
    throw new ConfigurationError('maxKeyAgeSeconds', 'is not a number of seconds above 0', remedy);
  }
  return {
    purposes: purposes.map((purpose) => PURPOSES[purpose]),
    userAuthentication: userAuthentication === 'required',
    maxKeyAgeSeconds,
  };
}

/** Holds what the hardware says of the key to the policy; the creation time alone is the system's word. */
export function appraiseKey(
  { hardwareEnforced, softwareEnforced }: KeyDescription,
  policy: KeyPolicy,
  now: number,
  checks: Checks,
): void {
  const { purpose = [], noAuthRequired, userAuthType = 0 } = hardwareEnforced;
  const wanted = policy.purposes;
  const isForAll = wanted.every((each) => purpose.includes(each)) && !purpose.includes(ATTEST_KEY);
  checks.holds(CHECKS.purposes, wanted.length === 0 || isForAll, purpose, wanted);

  const isGuarded = noAuthRequired !== true && userAuthType !== 0;
  checks.holds(CHECKS.userAuthentication, !policy.userAuthentication || isGuarded, userAuthType);

  const limit = policy.maxKeyAgeSeconds;
  const created = softwareEnforced.creationDateTime ?? hardwareEnforced.creationDateTime;
  const age = created === undefined ? undefined : Math.floor((now - created) / 1000);
  checks.holds(CHECKS.created, limit === undefined || (age !== undefined && age >= -LEEWAY_SECONDS), age);
  checks.holds(CHECKS.age, limit === undefined || (age ?? 0) <= limit, age, limit);
}
