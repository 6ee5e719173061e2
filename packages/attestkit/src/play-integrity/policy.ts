import { atLeast, NOT_ASKED, oneOf, type Worded } from '../kernel/asked.js';
import { ConfigurationError } from '../kernel/errors.js';
import type { OptionTypes } from '../kernel/config/options.js';
import type { Checks } from '../ports/checks.js';
import type { AppRules } from './app-rules.js';
import type { PlayIntegrityFacts } from './facts.js';
import {
  APP_ACCESS_RISKS,
  DEVICE_ACTIVITIES,
  DEVICE_LABELS,
  LICENSING,
  PLAY_PROTECT,
} from './verdict/read-verdict.js';
import type { PlayIntegrityValues } from './verdict/verdict.js';
import { POLICY_CHECKS as CHECKS } from './verdict/verdict-checks.js';

/** What app, device and account must meet to be accepted. None of these lists contains unknown values. */
export interface PlayIntegrityPolicyOptions {
  /** Verdicts on the app that are accepted. Default: `PLAY_RECOGNIZED` alone. */
  readonly appVerdicts?: readonly ('PLAY_RECOGNIZED' | 'UNRECOGNIZED_VERSION')[] | undefined;
  /** Labels that the device has to have, all of them. Default: `MEETS_DEVICE_INTEGRITY`. */
  readonly deviceLabels?: readonly Exclude<PlayIntegrityValues['deviceLabel'], 'UNKNOWN'>[] | undefined;
  /**
   * The lowest API level; beside `MEETS_STRONG_INTEGRITY`, which promises recent security updates only from 33 on. The
   * verdict says it if the Play Console asks for device attributes. Default: any.
   */
  readonly minimumSdk?: number | undefined;
  /** Verdicts on the account that are accepted. Default: `LICENSED` alone. */
  readonly licensing?: readonly PlayIntegrityValues['licensing'][] | undefined;
  /** Levels of recent activity that are accepted. Default: any. */
  readonly deviceActivity?: readonly PlayIntegrityValues['deviceActivity'][] | undefined;
  /** What other apps may be found to do; with an empty list there may be none. Default: anything. */
  readonly appAccessRisk?: readonly PlayIntegrityValues['appAccessRisk'][] | undefined;
  /** Accepted Play Protect verdicts. Default: any. */
  readonly playProtect?: readonly PlayIntegrityValues['playProtect'][] | undefined;
  /** Accepts verdicts that were set in the Play Console for testers. Default false. */
  readonly allowTesting?: boolean | undefined;
}

/** The options above with the defaults filled in. */
export interface PlayIntegrityPolicy {
  readonly appVerdicts: readonly string[];
  readonly deviceLabels: readonly string[];
  readonly minimumSdk: number | undefined;
  readonly licensing: readonly string[];
  readonly deviceActivity: readonly string[] | undefined;
  readonly appAccessRisk: readonly string[] | undefined;
  readonly playProtect: readonly string[] | undefined;
  readonly allowTesting: boolean;
}

export const POLICY_OPTIONS = {
  appVerdicts: 'list',
  deviceLabels: 'list',
  minimumSdk: 'number',
  licensing: 'list',
  deviceActivity: 'list',
  appAccessRisk: 'list',
  playProtect: 'list',
  allowTesting: 'boolean',
} as const satisfies OptionTypes;

/**
 * Reads the policy's options.
 *
 * @throws ConfigurationError naming the option
 */
export function readPolicy(options: PlayIntegrityPolicyOptions): PlayIntegrityPolicy {
  const { appVerdicts = ['PLAY_RECOGNIZED'], deviceLabels = ['MEETS_DEVICE_INTEGRITY'] } = options;
  const { licensing = ['LICENSED'], deviceActivity, appAccessRisk, playProtect, minimumSdk } = options;
  if (minimumSdk !== undefined && !(Number.isSafeInteger(minimumSdk) && minimumSdk > 0))
    throw new ConfigurationError('minimumSdk', 'is not an API level', 'Give a whole number: 33.');
  // Not UNEVALUATED: such a verdict names neither package nor certificate.
  assertAmong('appVerdicts', appVerdicts, ['PLAY_RECOGNIZED', 'UNRECOGNIZED_VERSION']);
  assertAmong(
    'deviceLabels',
    deviceLabels,
    DEVICE_LABELS.filter((label) => label !== 'UNKNOWN'),
  );
  assertAmong('licensing', licensing, LICENSING);
  assertAmong('deviceActivity', deviceActivity, DEVICE_ACTIVITIES);
  if (appAccessRisk?.length !== 0) assertAmong('appAccessRisk', appAccessRisk, APP_ACCESS_RISKS);
  assertAmong('playProtect', playProtect, PLAY_PROTECT);
  return {
    appVerdicts: [...appVerdicts],
    deviceLabels: [...deviceLabels],
    minimumSdk,
    licensing: [...licensing],
    deviceActivity: deviceActivity && [...deviceActivity],
    appAccessRisk: appAccessRisk && [...appAccessRisk],
    playProtect: playProtect && [...playProtect],
    allowTesting: options.allowTesting ?? false,
  };
}

/** Checks a verdict on app, device and account against the rules: a new one, or that of an enrolled device. */
export function appraisePolicy(
  facts: PlayIntegrityFacts,
  app: AppRules,
  policy: PlayIntegrityPolicy,
  checks: Checks,
): void {
  const { appVerdict, packageName, certificates = [], versionCode, deviceLabels = [], sdkVersion } = facts;
  const { licensing, deviceActivity, appsDetected, playProtect } = facts;

  // The app is one that Play distributes.
  checks.holds(
    CHECKS.recognized,
    isAmong(appVerdict, policy.appVerdicts),
    appVerdict,
    asked(policy.appVerdicts),
  );
  // It is this app, signed by its developer.
  checks.holds(CHECKS.package, packageName === app.packageName, packageName, app.packageName);
  const { pins } = app;
  const isPinned = pins === undefined || certificates.some((digest) => pins.has(digest));
  checks.holds(CHECKS.certificate, isPinned, certificates, asked(pins && [...pins]));
  // Beyond what a double holds, version codes still compare.
  const { minimumVersionCode: oldest } = app;
  const isNew = oldest === undefined || (versionCode !== undefined && BigInt(versionCode) >= oldest);
  checks.holds(
    CHECKS.version,
    isNew,
    versionCode,
    oldest === undefined ? NOT_ASKED : atLeast(oldest.toString()),
  );
  // The key is absent if no label applies.
  const hasLabels = policy.deviceLabels.every((label) => deviceLabels.includes(label));
  checks.holds(
    CHECKS.device,
    hasLabels,
    deviceLabels,
    policy.deviceLabels.length === 0 ? NOT_ASKED : policy.deviceLabels,
  );
  const { minimumSdk } = policy;
  const isNewAndroid = minimumSdk === undefined || (sdkVersion !== undefined && sdkVersion >= minimumSdk);
  checks.holds(
    CHECKS.sdk,
    isNewAndroid,
    sdkVersion,
    minimumSdk === undefined ? NOT_ASKED : atLeast(minimumSdk),
  );
  checks.holds(CHECKS.licensing, isAmong(licensing, policy.licensing), licensing, asked(policy.licensing));
  // What was not evaluated is not known to be harmless.
  const { deviceActivity: levels, appAccessRisk: risks, playProtect: reports } = policy;
  checks.holds(CHECKS.activity, isAmong(deviceActivity, levels), deviceActivity, asked(levels));
  const isSafe = risks === undefined || appsDetected?.every((each) => risks.includes(each)) === true;
  checks.holds(CHECKS.risk, isSafe, appsDetected, risks === undefined ? NOT_ASKED : risks);
  checks.holds(CHECKS.protect, isAmong(playProtect, reports), playProtect, asked(reports));
}

/** One of these; nothing if there is no list. */
function asked(values: readonly string[] | undefined): Worded {
  return values === undefined ? NOT_ASKED : oneOf(values);
}

/** Without a list every value is allowed; a list never allows an absent value. */
function isAmong(value: string | undefined, allowed: readonly string[] | undefined): boolean {
  return allowed === undefined || (value !== undefined && allowed.includes(value));
}

function assertAmong(option: string, values: readonly string[] | undefined, known: readonly string[]): void {
  if (values === undefined || (values.length > 0 && values.every((each) => known.includes(each)))) return;
  throw new ConfigurationError(option, 'is not a list of known values', `Give some of ${known.join(', ')}.`);
}
