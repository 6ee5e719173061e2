import type { JsonObject } from '../../kernel/bytes/json.js';

/** A value that Google documents, or one that it added since. */
type Or<Known extends string> = Known | (string & {});

/** Whether Google Play knows app and certificate. */
export type AppVerdict = 'PLAY_RECOGNIZED' | 'UNRECOGNIZED_VERSION' | 'UNEVALUATED' | 'UNKNOWN';

/** What a device is known to be; a strong one has the weaker labels too, if the Play Console asks for them. */
export type DeviceLabel =
  | 'MEETS_BASIC_INTEGRITY'
  | 'MEETS_DEVICE_INTEGRITY'
  | 'MEETS_STRONG_INTEGRITY'
  | 'MEETS_VIRTUAL_INTEGRITY'
  | 'UNKNOWN';

/** Whether the user has the app from Google Play. */
export type Licensing = 'LICENSED' | 'UNLICENSED' | 'UNEVALUATED' | 'UNKNOWN';

/** How many verdicts the app requested on the device in the last hour: few to many. */
export type DeviceActivity = 'LEVEL_1' | 'LEVEL_2' | 'LEVEL_3' | 'LEVEL_4' | 'UNEVALUATED';

/** Other apps on the device, known to Play or not, and what they could do now. */
export type AppAccessRisk =
  `${'KNOWN' | 'UNKNOWN'}_${'INSTALLED' | 'CAPTURING' | 'CONTROLLING' | 'OVERLAYS'}`;

/** What Play Protect reports. */
export type PlayProtect =
  | 'NO_ISSUES'
  | 'NO_DATA'
  | 'POSSIBLE_RISK'
  | 'MEDIUM_RISK'
  | 'HIGH_RISK'
  | 'UNEVALUATED';

/** `requestDetails` */
export interface RequestDetails {
  readonly requestPackageName: string | undefined;
  /** Of a standard request. */
  readonly requestHash: string | undefined;
  /** Of a classic request: base64url, perhaps padded. */
  readonly nonce: string | undefined;
  /** Milliseconds since the epoch. */
  readonly timestampMillis: number | undefined;
}

/** `appIntegrity`; without package, certificates and version if the app was not evaluated. */
export interface AppIntegrity {
  readonly appRecognitionVerdict: Or<AppVerdict> | undefined;
  readonly packageName: string | undefined;
  /** Base64url, without padding. */
  readonly certificateSha256Digest: readonly string[];
  /** A decimal number, which may be larger than a double holds. */
  readonly versionCode: string | undefined;
}

/** `deviceIntegrity` */
export interface DeviceIntegrity {
  /** Empty if no label applies: the member is absent then. */
  readonly deviceRecognitionVerdict: readonly Or<DeviceLabel>[];
  /** By the rules before May 2025, while both are sent. */
  readonly legacyDeviceRecognitionVerdict: readonly Or<DeviceLabel>[];
  readonly deviceActivityLevel: Or<DeviceActivity> | undefined;
  /** API level: 19 and up. */
  readonly sdkVersion: number | undefined;
  readonly deviceRecall: DeviceRecall;
}

/** `deviceRecall`: three bits that the operator stored; a bit that is not said is undefined. */
export interface DeviceRecall {
  readonly bitFirst: boolean | undefined;
  readonly bitSecond: boolean | undefined;
  readonly bitThird: boolean | undefined;
  /** When each was written, year and month: 202611. */
  readonly yyyymmFirst: number | undefined;
  readonly yyyymmSecond: number | undefined;
  readonly yyyymmThird: number | undefined;
}

/** `accountDetails` */
export interface AccountDetails {
  readonly appLicensingVerdict: Or<Licensing> | undefined;
  /** `accountActivity.activityLevel`, which few apps get. */
  readonly activityLevel: string | undefined;
}

/** `environmentDetails` */
export interface EnvironmentDetails {
  /** Undefined if it was not evaluated, which is not the same as no risk. */
  readonly appsDetected: readonly Or<AppAccessRisk>[] | undefined;
  readonly playProtectVerdict: Or<PlayProtect> | undefined;
}

/** A verdict in Google's own names. A member is undefined if it is absent or of another type than Google documents. */
export interface PlayIntegrityVerdict {
  readonly kind: 'playIntegrity';
  readonly requestDetails: RequestDetails;
  readonly appIntegrity: AppIntegrity;
  readonly deviceIntegrity: DeviceIntegrity;
  readonly accountDetails: AccountDetails;
  readonly environmentDetails: EnvironmentDetails;
  /** The verdict was set in the Play Console, or has any other `testingDetails`. */
  readonly testing: boolean;
  /** Paths of undocumented members, values and types: `accountDetails.appLicensingVerdict`. */
  readonly unrecognized: readonly string[];
  /** The whole verdict, as it was decoded. */
  readonly payload: JsonObject;
}
