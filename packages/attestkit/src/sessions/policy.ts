import { ConfigurationError } from '../kernel/errors.js';
import { assertOneOf, assertOptions } from '../kernel/config/options.js';
import { enforcing } from '../kernel/sinks.js';
import { within } from '../kernel/config/whole-number.js';
import type { DeviceIntegrity, Enrolled, Platform } from '../ports/enrollment.js';
import { POLICY_CHECKS as CHECKS } from './policy-checks.js';

/** What is asked of every device, whatever its platform. Members that are left out are not asked. */
export interface DevicePolicy {
  readonly platforms?: readonly Platform[];
  /** `production`, or others that the kinds of evidence know; evidence that does not say is `unknown`. */
  readonly environments?: readonly string[];
  /** The least that evidence has to vouch for; one that does not say vouches for nothing. */
  readonly minimumIntegrity?: DeviceIntegrity;
  /** How old evidence may be; then the device enrolls again. */
  readonly maxAgeSeconds?: number;
}

const OPTIONS = {
  platforms: 'list',
  environments: 'list',
  minimumIntegrity: 'string',
  maxAgeSeconds: 'number',
} as const;

const PLATFORMS: readonly string[] = ['ios', 'macos', 'android', 'unknown'] satisfies Platform[];

/** From the least. */
const SCALE: readonly unknown[] = ['app', 'basic', 'device', 'hardware'] satisfies DeviceIntegrity[];

/** Ten years. */
const MAX_AGE = 315_360_000;

export function isIntegrity(value: unknown): value is DeviceIntegrity {
  return SCALE.includes(value);
}

/** @throws ConfigurationError naming the option */
export function readPolicy(policy: DevicePolicy = {}): DevicePolicy {
  const path = 'devices.policy.';
  assertOptions(policy, OPTIONS, 'devices.policy', path);
  const { platforms, environments, minimumIntegrity, maxAgeSeconds } = policy;
  for (const platform of platforms ?? []) assertOneOf(`${path}platforms`, platform, PLATFORMS);
  if (minimumIntegrity !== undefined)
    assertOneOf(`${path}minimumIntegrity`, minimumIntegrity, SCALE as readonly string[]);
  if (maxAgeSeconds !== undefined) within(`${path}maxAgeSeconds`, maxAgeSeconds, 1, MAX_AGE);
  for (const [name, list] of Object.entries({ platforms, environments })) {
    if (list === undefined || (list.length > 0 && list.every((each) => typeof each === 'string'))) continue;
    throw new ConfigurationError(
      `${path}${name}`,
      'is not a list of names',
      'Name those that are allowed, or leave it out.',
    );
  }
  return policy;
}

/**
 * Checks a device against the policy for all platforms.
 *
 * @throws AttestationError of stage `denied`
 */
export function appraiseDevice(enrolled: Enrolled, policy: DevicePolicy, now: number): void {
  const { platforms, environments, minimumIntegrity, maxAgeSeconds } = policy;
  const { platform, environment, integrity, attestedAt } = enrolled;
  enforcing.holds(CHECKS.platform, platforms?.includes(platform) !== false);
  const named = [environment, ...(enrolled.beside === undefined ? [] : [enrolled.beside.environment])];
  enforcing.holds(
    CHECKS.environment,
    named.every((each) => environments?.includes(each) !== false),
  );
  enforcing.holds(
    CHECKS.integrity,
    minimumIntegrity === undefined || SCALE.indexOf(integrity) >= SCALE.indexOf(minimumIntegrity),
  );
  enforcing.holds(CHECKS.age, maxAgeSeconds === undefined || now - attestedAt <= maxAgeSeconds * 1000);
}
