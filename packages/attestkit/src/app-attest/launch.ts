import { NOT_ASKED, oneOf } from '../kernel/asked.js';
import { ConfigurationError } from '../kernel/errors.js';
import { assertOneOf, assertOptions } from '../kernel/config/options.js';
import type { CheckDef, Checks } from '../ports/checks.js';
import type { CborValue } from '../kernel/bytes/cbor.js';
import {
  bundleVersionValue,
  categoryValue,
  codeDirectoryHashOf,
  type AuthenticatorData,
} from './authenticator-data.js';
import type { LaunchChecks } from './launch-checks.js';

/** Apple's validation categories by number. 0 is invalid, and 7 to 9 never appropriate for an app (Apple, step 10). */
const CATEGORIES = {
  1: 'operating-system',
  2: 'testflight',
  3: 'development',
  4: 'app-store',
  5: 'enterprise',
  6: 'developer-id',
  10: 'other',
} as const;

/** How an app came to its device. `enterprise` is ad hoc distribution too. */
export type AppAttestCategory = (typeof CATEGORIES)[keyof typeof CATEGORIES];

/** What iOS 27 and macOS 27 say of the app that signs; undefined if the system says nothing. */
export interface Launch {
  readonly category: AppAttestCategory | undefined;
  /** CFBundleVersion; Macs write none. */
  readonly bundleVersion: string | undefined;
  /**
   * SHA-256 of the app's code directory, all 64 digits in hexadecimal: what `codesign -d --verbose=4` shows as
   * `CandidateCDHashFull sha256`. Only if the app asks for it. `unrecognized` if it is of another form.
   */
  readonly codeDirectoryHash: string | undefined;
}

/** The values that are allowed, and whether the system has to say one at all. */
export interface LaunchPolicy<Value extends string> {
  readonly allowed: readonly Value[];
  /** `accept` accepts attestations and assertions without a value: of older systems, of Macs. Default `refuse`. */
  readonly whenAbsent?: 'accept' | 'refuse' | undefined;
}

export interface LaunchPolicyOptions {
  /** How the app may have come to the device. Default: any way. */
  readonly category?: LaunchPolicy<AppAttestCategory> | undefined;
  /** Values of CFBundleVersion. Macs do not write it: `whenAbsent: 'accept'` accepts them. Default: any. */
  readonly bundleVersion?: LaunchPolicy<string> | undefined;
  /**
   * Code directories of the app's versions, SHA-256 in hexadecimal: `CandidateCDHashFull sha256` of
   * `codesign -d --verbose=4`, not the `CDHash` of 40 digits. Default: any.
   */
  readonly codeDirectoryHash?: LaunchPolicy<string> | undefined;
}

/** The same, read. */
export interface LaunchPolicies {
  readonly category: LaunchPolicy<string> | undefined;
  readonly bundleVersion: LaunchPolicy<string> | undefined;
  readonly codeDirectoryHash: LaunchPolicy<string> | undefined;
}

/**
 * Reads the three options.
 *
 * @throws ConfigurationError naming the option
 */
export function readLaunchPolicies(options: LaunchPolicyOptions): LaunchPolicies {
  const { category, bundleVersion, codeDirectoryHash } = options;
  assertPolicy('category', category);
  assertPolicy('bundleVersion', bundleVersion);
  assertPolicy('codeDirectoryHash', codeDirectoryHash);
  const names: readonly string[] = Object.values(CATEGORIES);
  for (const name of category?.allowed ?? []) assertOneOf('category.allowed', name, names);
  return { category, bundleVersion, codeDirectoryHash: codeDirectoryHash && inDigits(codeDirectoryHash) };
}

/** Reads the extensions and checks their form: a 4-byte little-endian number, and text. */
export function readLaunch(data: AuthenticatorData, defs: LaunchChecks<string>, checks: Checks): Launch {
  const number = categoryNumber(categoryValue(data));
  const category = CATEGORIES[number as keyof typeof CATEGORIES] as AppAttestCategory | undefined;
  checks.holds(defs.categoryForm, number === undefined || category !== undefined, number);
  const version = bundleVersionValue(data);
  const bundleVersion = typeof version === 'string' ? version : undefined;
  checks.holds(defs.bundleVersionForm, version === undefined || bundleVersion !== undefined);
  return { category, bundleVersion, codeDirectoryHash: codeDirectoryHashOf(data) };
}

/** Checks the values that were read against the policy. */
export function appraiseLaunch(
  { category, bundleVersion, codeDirectoryHash }: { readonly [N in keyof Launch]: string | undefined },
  policies: LaunchPolicies,
  defs: LaunchChecks<string>,
  checks: Checks,
): void {
  appraiseFact(category, policies.category, [defs.categoryPresent, defs.categoryAllowed], checks);
  const version = [defs.bundleVersionPresent, defs.bundleVersionAllowed] as const;
  appraiseFact(bundleVersion, policies.bundleVersion, version, checks);
  const code = [defs.codeDirectoryPresent, defs.codeDirectoryAllowed] as const;
  appraiseFact(codeDirectoryHash, policies.codeDirectoryHash, code, checks);
}

function appraiseFact(
  value: string | undefined,
  policy: LaunchPolicy<string> | undefined,
  [present, allowed]: readonly [present: CheckDef, allowed: CheckDef],
  checks: Checks,
): void {
  const isAsked = policy !== undefined;
  checks.holds(present, mayBeAbsent(policy) || value !== undefined, value, isAsked ? undefined : NOT_ASKED);
  checks.holds(allowed, allows(policy, value), value, isAsked ? oneOf(policy.allowed) : NOT_ASKED);
}

/** Undefined if it is absent; NaN if it is something else than Apple writes. */
function categoryNumber(value: CborValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!(value instanceof Uint8Array) || value.length !== 4) return Number.NaN;
  return new DataView(value.buffer, value.byteOffset, 4).getUint32(0, true);
}

function mayBeAbsent(policy: LaunchPolicy<string> | undefined): boolean {
  return policy === undefined || policy.whenAbsent === 'accept';
}

function allows(policy: LaunchPolicy<string> | undefined, value: string | undefined): boolean {
  return policy === undefined || value === undefined || policy.allowed.includes(value);
}

/** @throws ConfigurationError */
function inDigits({ allowed, whenAbsent }: LaunchPolicy<string>): LaunchPolicy<string> {
  if (!allowed.every((hash) => /^[0-9A-Fa-f]{64}$/.test(hash))) {
    const remedy =
      'Give all 64 digits, CandidateCDHashFull sha256 of codesign -d --verbose=4; CDHash has 40 of them.';
    throw new ConfigurationError('codeDirectoryHash.allowed', 'is not a list of SHA-256 hashes', remedy);
  }
  return { allowed: allowed.map((hash) => hash.toLowerCase()), whenAbsent };
}

function assertPolicy(option: string, policy: unknown): void {
  if (policy === undefined) return;
  assertOptions(policy, { allowed: 'list', whenAbsent: 'string' }, option, `${option}.`);
  const { allowed, whenAbsent = 'refuse' } = policy as Partial<LaunchPolicy<string>>;
  assertOneOf(`${option}.whenAbsent`, whenAbsent, ['accept', 'refuse']);
  if (
    allowed !== undefined &&
    allowed.length > 0 &&
    allowed.every((each) => typeof each === 'string' && each !== '')
  )
    return;
  throw new ConfigurationError(
    `${option}.allowed`,
    'is not a list of values',
    'Give at least one, or leave the policy out.',
  );
}
