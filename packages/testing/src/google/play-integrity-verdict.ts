import { ConfigurationError } from 'attestkit/errors';

/** What a verdict is bound to, exactly one of the two; and any of its sections, instead of the usual. */
export type VerdictRequest = (
  | {
      /** Of a classic request: base64url. */
      readonly nonce: string;
      readonly requestHash?: undefined;
    }
  | {
      /** Of a standard request. */
      readonly requestHash: string;
      readonly nonce?: undefined;
    }
) & {
  /** Sections in Google's own names, whole: `{ deviceIntegrity: { … } }`. Default: of a good app on a good device. */
  readonly sections?: Readonly<Record<string, unknown>>;
};

/** A verdict as Google writes it. */
export interface VerdictPayload extends Readonly<Record<string, unknown>> {
  readonly requestDetails: Readonly<Record<string, unknown>>;
  readonly appIntegrity: Readonly<Record<string, unknown>>;
  readonly deviceIntegrity: Readonly<Record<string, unknown>>;
  readonly accountDetails: Readonly<Record<string, unknown>>;
  readonly environmentDetails: Readonly<Record<string, unknown>>;
}

/** The app that asks. */
export interface PlayApp {
  readonly packageName: string;
  /** Base64url. */
  readonly certificates: readonly string[];
  readonly versionCode: string;
}

/** The verdict on a recognized app of a licensed user on a sound device. */
export function describeVerdict(
  { packageName, certificates, versionCode }: PlayApp,
  { nonce, requestHash, sections }: VerdictRequest,
  now: number,
): VerdictPayload {
  if ((nonce === undefined) === (requestHash === undefined))
    throw new ConfigurationError('nonce', 'and requestHash are not exactly one', 'Give one of the two.');
  return {
    requestDetails: {
      requestPackageName: packageName,
      timestampMillis: String(now),
      ...(nonce === undefined ? { requestHash } : { nonce }),
    },
    appIntegrity: {
      appRecognitionVerdict: 'PLAY_RECOGNIZED',
      packageName,
      certificateSha256Digest: certificates,
      versionCode,
    },
    deviceIntegrity: {
      deviceRecognitionVerdict: ['MEETS_BASIC_INTEGRITY', 'MEETS_DEVICE_INTEGRITY', 'MEETS_STRONG_INTEGRITY'],
      recentDeviceActivity: { deviceActivityLevel: 'LEVEL_1' },
      deviceAttributes: { sdkVersion: 36 },
    },
    accountDetails: { appLicensingVerdict: 'LICENSED' },
    environmentDetails: {
      appAccessRiskVerdict: { appsDetected: [] },
      playProtectVerdict: 'NO_ISSUES',
    },
    ...sections,
  };
}

/** What Google answers for a token that it decoded before. */
export function cleared(verdict: VerdictPayload): VerdictPayload {
  return {
    requestDetails: verdict.requestDetails,
    appIntegrity: { appRecognitionVerdict: 'UNEVALUATED' },
    deviceIntegrity: {},
    accountDetails: { appLicensingVerdict: 'UNEVALUATED' },
    environmentDetails: {},
  };
}
