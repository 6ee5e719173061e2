import { amount, atLeast, atMost, NOT_ASKED, oneOf } from '../../kernel/asked.js';
import { ConfigurationError } from '../../kernel/errors.js';
import type { OptionTypes } from '../../kernel/config/options.js';
import type { Checks } from '../../ports/checks.js';
import { POLICY_CHECKS as CHECKS } from './policy-checks.js';
import { readLaunchPolicies, type LaunchPolicies, type LaunchPolicyOptions } from '../launch.js';

/** Apple's two environments, which never mix: keys of one are unknown to the other. */
export type AppAttestEnvironment = 'production' | 'development';

/** What a key must meet to be accepted, beyond being genuine. */
export interface AppAttestPolicyOptions extends LaunchPolicyOptions {
  /** Default: production alone. */
  readonly environments?: readonly AppAttestEnvironment[] | undefined;
  /**
   * The oldest version of the operating system, of whichever platform: `17.2`. Where the certificate names no version
   * the key is refused. Default: any.
   */
  readonly minimumOs?: string | undefined;
}

/** The options above, read and ready. */
export interface AppAttestPolicy extends LaunchPolicies {
  readonly environments: readonly AppAttestEnvironment[];
  readonly minimumOs: readonly number[] | undefined;
}

/** What the policy looks at. */
export interface PolicyFacts {
  readonly environment: string | undefined;
  readonly osVersion: string | undefined;
}

export const POLICY_OPTIONS = {
  environments: 'list',
  minimumOs: 'string',
  category: 'object',
  bundleVersion: 'object',
  codeDirectoryHash: 'object',
} as const satisfies OptionTypes;

const ENVIRONMENTS: readonly unknown[] = ['production', 'development'] satisfies AppAttestEnvironment[];

/** Seconds by which Apple's clock may be ahead of ours. */
const LEEWAY_SECONDS = 60;

/**
 * Reads the policy's options.
 *
 * @throws ConfigurationError naming the option
 */
export function readPolicy(options: AppAttestPolicyOptions): AppAttestPolicy {
  const { environments = ['production'], minimumOs } = options;
  if (environments.length === 0 || !environments.every((each) => ENVIRONMENTS.includes(each))) {
    const remedy = 'Give a list of production, development, or both.';
    throw new ConfigurationError('environments', 'is not a list of environments', remedy);
  }
  const oldest = minimumOs === undefined ? undefined : readVersion(minimumOs);
  if (minimumOs !== undefined && oldest === undefined)
    throw new ConfigurationError('minimumOs', 'is not a version', 'Give numbers with dots between: 17.2.');
  return { environments, minimumOs: oldest, ...readLaunchPolicies(options) };
}

/** Checks a genuine key against the policy. */
export function appraisePolicy(facts: PolicyFacts, policy: AppAttestPolicy, checks: Checks): void {
  const { environments, minimumOs } = policy;
  const { environment, osVersion } = facts;
  checks.holds(
    CHECKS.environment,
    environments.some((each) => each === environment),
    environment,
    oneOf(environments),
  );
  checks.holds(
    CHECKS.os,
    minimumOs === undefined || isAtLeast(osVersion, minimumOs),
    osVersion,
    minimumOs === undefined ? NOT_ASKED : atLeast(minimumOs.join('.')),
  );
}

/**
 * Holds the age of an attestation to a maximum.
 *
 * @param issuedAt milliseconds since the epoch
 * @param maxAgeSeconds undefined for any age
 */
export function appraiseAge(
  issuedAt: number,
  maxAgeSeconds: number | undefined,
  now: number,
  checks: Checks,
): void {
  const age = Math.floor((now - issuedAt) / 1000);
  const isAny = maxAgeSeconds === undefined;
  const [least, most] = isAny
    ? [NOT_ASKED, NOT_ASKED]
    : [atLeast(-LEEWAY_SECONDS, 's'), atMost(maxAgeSeconds, 's')];
  checks.holds(CHECKS.future, isAny || age >= -LEEWAY_SECONDS, amount(age, 's'), least);
  checks.holds(CHECKS.age, isAny || age <= maxAgeSeconds, amount(age, 's'), most);
}

/**
 * Holds a number of seconds to sense.
 *
 * @throws ConfigurationError naming the option
 */
export function assertSeconds(option: string, seconds: number | undefined): void {
  if (seconds === undefined || (Number.isFinite(seconds) && seconds > 0)) return;
  throw new ConfigurationError(option, 'is not a number of seconds above 0', 'Leave it out for any age.');
}

function isAtLeast(version: string | undefined, oldest: readonly number[]): boolean {
  const numbers = version === undefined ? undefined : readVersion(version);
  if (numbers === undefined) return false;
  for (let index = 0; index < Math.max(numbers.length, oldest.length); index += 1) {
    const difference = (numbers[index] ?? 0) - (oldest[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function readVersion(version: string): readonly number[] | undefined {
  return /^\d{1,4}(\.\d{1,4}){0,3}$/.test(version) ? version.split('.').map(Number) : undefined;
}
