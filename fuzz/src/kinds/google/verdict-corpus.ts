// Why this exists: genuine verdicts of Play Integrity, with what they must be verified with.
import type { VerdictExpectations } from 'attestkit/play-integrity';
import { NOW } from '../../run/now.js';
import type { Random } from '../../run/random.js';
import { vectorText } from '../../run/vectors.js';

export type Expectations = VerdictExpectations & { readonly now: number };

/** A payload and its expectations. */
export interface Verdict {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly expected: Expectations;
}

const NONCE = Buffer.alloc(24, 0xfb).toString('base64url');
const PIN = Buffer.alloc(32, 0x5a).toString('base64url');
const PACKAGE = 'com.example.app';

const APP = {
  appRecognitionVerdict: 'PLAY_RECOGNIZED',
  packageName: PACKAGE,
  certificateSha256Digest: [PIN],
  versionCode: '42',
};
const HELD: Expectations = {
  packageName: PACKAGE,
  acceptedCertificates: [PIN],
  now: NOW,
};

const OWN: readonly Verdict[] = [
  {
    name: 'classic',
    payload: {
      requestDetails: { requestPackageName: PACKAGE, nonce: NONCE, timestampMillis: `${NOW - 5000}` },
      appIntegrity: APP,
      deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
      accountDetails: { appLicensingVerdict: 'LICENSED' },
    },
    expected: { ...HELD, nonce: NONCE },
  },
  {
    name: 'standard, everything',
    payload: {
      requestDetails: { requestPackageName: PACKAGE, requestHash: 'a hash', timestampMillis: NOW - 5000 },
      appIntegrity: APP,
      deviceIntegrity: {
        deviceRecognitionVerdict: [
          'MEETS_BASIC_INTEGRITY',
          'MEETS_DEVICE_INTEGRITY',
          'MEETS_STRONG_INTEGRITY',
        ],
        recentDeviceActivity: { deviceActivityLevel: 'LEVEL_1' },
        deviceAttributes: { sdkVersion: 36 },
        deviceRecall: { values: { bitFirst: true }, writeDates: { yyyymmFirst: 202_601 } },
      },
      accountDetails: { appLicensingVerdict: 'LICENSED' },
      environmentDetails: {
        appAccessRiskVerdict: { appsDetected: ['KNOWN_INSTALLED'] },
        playProtectVerdict: 'NO_ISSUES',
      },
    },
    expected: {
      ...HELD,
      requestHash: 'a hash',
      minimumVersionCode: 42,
      deviceLabels: ['MEETS_STRONG_INTEGRITY', 'MEETS_DEVICE_INTEGRITY'],
      minimumSdk: 33,
      deviceActivity: ['LEVEL_1', 'LEVEL_2'],
      appAccessRisk: ['KNOWN_INSTALLED'],
      playProtect: ['NO_ISSUES'],
    },
  },
];

/** What is needed of a published file. */
interface Published {
  readonly payload: {
    readonly requestDetails: {
      readonly requestPackageName: string;
      readonly requestHash: string;
      readonly timestampMillis: string;
    };
    readonly appIntegrity: { readonly certificateSha256Digest: string[] };
  };
}

/** Our own, and the published ones that are complete and of today's form. */
export function verdicts(): readonly Verdict[] {
  const published = ['docs-standard-request.json', 'selfmade-local-token.json'].flatMap((name) => {
    const text = vectorText('play-integrity', name);
    if (text === undefined) return [];
    const { payload } = JSON.parse(text) as Published;
    const { requestPackageName: packageName, requestHash, timestampMillis } = payload.requestDetails;
    const acceptedCertificates = payload.appIntegrity.certificateSha256Digest;
    const now = Number(timestampMillis) + 60_000;
    return [{ name, payload, expected: { packageName, requestHash, acceptedCertificates, now } }];
  });
  return [...OWN, ...published];
}

/** Expectations that a genuine verdict does not meet. */
export function heldToOther(random: Random, { requestHash, nonce, ...rest }: Expectations): Expectations {
  const bound = { ...(requestHash && { requestHash }), ...(nonce && { nonce }) };
  return {
    ...rest,
    ...random.pick([
      { ...bound, packageName: 'com.example.apq' },
      { ...bound, acceptedCertificates: [Buffer.alloc(32, 1).toString('base64url')] },
      { ...bound, now: rest.now + random.pick([600_000, 10_000_000]) },
      { ...bound, now: rest.now - random.pick([130_000, 10_000_000]) },
      { ...bound, minimumVersionCode: '99999999999' },
      { requestHash: `${requestHash ?? nonce}x` },
      { nonce: `${requestHash ?? nonce}x` },
      requestHash === undefined ? { requestHash: nonce ?? '' } : { nonce: requestHash },
    ]),
  };
}
