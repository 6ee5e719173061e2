import { amount, atLeast, atMost, NOT_ASKED, words } from '../../kernel/asked.js';
import { ConfigurationError } from '../../kernel/errors.js';
import type { OptionTypes } from '../../kernel/config/options.js';
import type { Checks } from '../../ports/checks.js';
import type { AuthorizationList } from '../description/authorization-list.js';
import type { KeyDescription } from '../description/key-description.js';
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
  /** The purposes that the key must have, at least. A key that attests other keys is refused then. Default: anything. */
  readonly purposes?: readonly KeyPurpose[] | undefined;
  /** `required`: the hardware uses the key only after its user was authenticated. Default `any`. */
  readonly userAuthentication?: 'required' | 'any' | undefined;
  /** Seconds since the key was created, by the device's clock. A key whose creation time is unknown is refused. Default: any age. */
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
    throw new ConfigurationError('userAuthentication', 'is not one of required, any', 'Check the spelling.');
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

/** What the hardware says of how the key may be used; of an enrolled key, from its record. */
export interface KeyUse {
  readonly purposes: readonly number[];
  /** HardwareAuthenticatorType; 0 if no authentication is needed. */
  readonly userAuthType: number;
}

/** What the hardware says of how the key may be used. */
export function keyUse({ purpose = [], noAuthRequired, userAuthType = 0 }: AuthorizationList): KeyUse {
  return { purposes: purpose, userAuthType: noAuthRequired === true ? 0 : userAuthType };
}

/** Checks the use of a key against the policy. */
export function appraiseUse({ purposes, userAuthType }: KeyUse, policy: KeyPolicy, checks: Checks): void {
  const wanted = policy.purposes;
  const isForAll = wanted.every((each) => purposes.includes(each)) && !purposes.includes(ATTEST_KEY);
  checks.holds(
    CHECKS.purposes,
    wanted.length === 0 || isForAll,
    purposes,
    wanted.length === 0 ? NOT_ASKED : wanted,
  );

  const isGuarded = userAuthType !== 0;
  const asked = policy.userAuthentication ? words(() => 'a kind of authentication') : NOT_ASKED;
  checks.holds(
    CHECKS.userAuthentication,
    !policy.userAuthentication || isGuarded,
    isGuarded ? userAuthType : words(() => 'none'),
    asked,
  );
}

/** Checks the time at which a key was created, as the system states it, against the policy. */
export function appraiseAge(
  { hardwareEnforced, softwareEnforced }: KeyDescription,
  policy: KeyPolicy,
  now: number,
  checks: Checks,
): void {
  const limit = policy.maxKeyAgeSeconds;
  const created = softwareEnforced.creationDateTime ?? hardwareEnforced.creationDateTime;
  const age = created === undefined ? undefined : Math.floor((now - created) / 1000);
  const isAny = limit === undefined;
  const [least, most] = isAny ? [NOT_ASKED, NOT_ASKED] : [atLeast(-LEEWAY_SECONDS, 's'), atMost(limit, 's')];
  const found = amount(age, 's');
  checks.holds(CHECKS.created, isAny || (age !== undefined && age >= -LEEWAY_SECONDS), found, least);
  checks.holds(CHECKS.age, isAny || (age ?? 0) <= limit, found, most);
}
