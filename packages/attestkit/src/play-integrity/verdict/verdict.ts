import type { JsonObject } from '../../kernel/bytes/json.js';

/** The values that Google documents. */
export interface PlayIntegrityValues {
  /** Whether Google Play knows app and certificate. */
  readonly appVerdict: 'PLAY_RECOGNIZED' | 'UNRECOGNIZED_VERSION' | 'UNEVALUATED' | 'UNKNOWN';
  /** What a device is known to be; a strong one has the weaker labels too, if the Play Console asks for them. */
  readonly deviceLabel:
    | 'MEETS_BASIC_INTEGRITY'
    | 'MEETS_DEVICE_INTEGRITY'
    | 'MEETS_STRONG_INTEGRITY'
    | 'MEETS_VIRTUAL_INTEGRITY'
    | 'UNKNOWN';
  /** Whether the user has the app from Google Play. */
  readonly licensing: 'LICENSED' | 'UNLICENSED' | 'UNEVALUATED' | 'UNKNOWN';
  /** How many verdicts the app requested on the device in the last hour: few to many. */
  readonly deviceActivity: 'LEVEL_1' | 'LEVEL_2' | 'LEVEL_3' | 'LEVEL_4' | 'UNEVALUATED';
  /** Other apps on the device, known to Play or not, and what they could do now. */
  readonly appAccessRisk: `${'KNOWN' | 'UNKNOWN'}_${'INSTALLED' | 'CAPTURING' | 'CONTROLLING' | 'OVERLAYS'}`;
  /** What Play Protect reports. */
  readonly playProtect:
    | 'NO_ISSUES'
    | 'NO_DATA'
    | 'POSSIBLE_RISK'
    | 'MEDIUM_RISK'
    | 'HIGH_RISK'
    | 'UNEVALUATED';
}

/** A verdict in Google's own names. `string & {}`: a value that Google added since. A member is undefined if it is absent, or of another type than Google documents. */
export interface PlayIntegrityVerdict {
  readonly kind: 'playIntegrity';
  readonly requestDetails: {
    readonly requestPackageName: string | undefined;
    /** Of a standard request. */
    readonly requestHash: string | undefined;
    /** Of a classic request: base64url, perhaps padded. */
    readonly nonce: string | undefined;
    /** Milliseconds since the epoch. */
    readonly timestampMillis: number | undefined;
  };
  /** Without package, certificates and version if the app was not evaluated. */
  readonly appIntegrity: {
    readonly appRecognitionVerdict: PlayIntegrityValues['appVerdict'] | (string & {}) | undefined;
    readonly packageName: string | undefined;
    /** Base64url, without padding. */
    readonly certificateSha256Digest: readonly string[];
    /** A decimal number, which may be larger than a double holds. */
    readonly versionCode: string | undefined;
  };
  readonly deviceIntegrity: {
    /** Empty if no label applies: the member is absent then. */
    readonly deviceRecognitionVerdict: readonly (PlayIntegrityValues['deviceLabel'] | (string & {}))[];
    /** By the rules before May 2025, while both are sent. */
    readonly legacyDeviceRecognitionVerdict: readonly (PlayIntegrityValues['deviceLabel'] | (string & {}))[];
    readonly deviceActivityLevel: PlayIntegrityValues['deviceActivity'] | (string & {}) | undefined;
    /** API level: 19 and up. */
    readonly sdkVersion: number | undefined;
    /** Three bits that the operator stored; a bit that Google does not report is undefined. */
    readonly deviceRecall: {
      readonly bitFirst: boolean | undefined;
      readonly bitSecond: boolean | undefined;
      readonly bitThird: boolean | undefined;
      /** When each was written, year and month: 202611. */
      readonly yyyymmFirst: number | undefined;
      readonly yyyymmSecond: number | undefined;
      readonly yyyymmThird: number | undefined;
    };
  };
  readonly accountDetails: {
    readonly appLicensingVerdict: PlayIntegrityValues['licensing'] | (string & {}) | undefined;
    /** `accountActivity.activityLevel`, which few apps get. */
    readonly activityLevel: string | undefined;
  };
  readonly environmentDetails: {
    /** Undefined if it was not evaluated, which is not the same as no risk. */
    readonly appsDetected: readonly (PlayIntegrityValues['appAccessRisk'] | (string & {}))[] | undefined;
    readonly playProtectVerdict: PlayIntegrityValues['playProtect'] | (string & {}) | undefined;
  };
  /** The verdict was set in the Play Console, or has any other `testingDetails`. */
  readonly testing: boolean;
  /** Paths of members, values and types that Google does not document: `accountDetails.appLicensingVerdict`. */
  readonly unrecognized: readonly string[];
  /** The whole verdict, as it was decoded. */
  readonly payload: JsonObject;
}
