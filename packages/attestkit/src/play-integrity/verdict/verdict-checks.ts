import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

const SPEC = 'Google, Integrity verdicts';

/** Checks that tie a verdict to one app, one request and one time. */
export const VERDICT_CHECKS = freezeJson({
  readable: {
    name: 'verdict readable',
    code: 'ERR_PLAY_INTEGRITY_VERDICT_MALFORMED',
    stage: 'malformed',
    says: 'the verdict is not a JSON object, or is larger or nested deeper than any genuine one',
    spec: `${SPEC}; attestkit, input caps`,
  },
  requestDetails: {
    name: 'request details present',
    code: 'ERR_PLAY_INTEGRITY_REQUEST_MISSING',
    stage: 'malformed',
    says: 'the verdict has no object `requestDetails`',
    spec: `${SPEC}, request details`,
  },
  requestPackage: {
    name: 'requested by the app',
    code: 'ERR_PLAY_INTEGRITY_REQUEST_PACKAGE_MISMATCH',
    stage: 'untrusted',
    says: 'the verdict was requested by another app (`requestPackageName`)',
    spec: `${SPEC}, request details`,
  },
  bindingKind: {
    name: 'bound in the way asked for',
    code: 'ERR_PLAY_INTEGRITY_BINDING_KIND_MISMATCH',
    stage: 'untrusted',
    says: 'the verdict does not have the one of `requestHash` and `nonce` that is asked for, or has the other',
    spec: 'Google, Standard and classic API requests',
  },
  binding: {
    name: 'bound to the request',
    code: 'ERR_PLAY_INTEGRITY_BINDING_MISMATCH',
    stage: 'untrusted',
    says: 'the verdict is bound to another request (`requestHash`, `nonce`)',
    spec: `${SPEC}, request details`,
  },
  timestamp: {
    name: 'timestamp is a number',
    code: 'ERR_PLAY_INTEGRITY_TIMESTAMP_INVALID',
    stage: 'untrusted',
    says: 'the verdict has no time, or one that is not a whole number (`timestampMillis`)',
    spec: `${SPEC}, request details`,
  },
  recent: {
    name: 'requested recently',
    code: 'ERR_PLAY_INTEGRITY_TOO_OLD',
    stage: 'untrusted',
    says: 'the verdict was requested too long ago',
    spec: `${SPEC}, request details`,
  },
  past: {
    name: 'not requested in the future',
    code: 'ERR_PLAY_INTEGRITY_NOT_YET_VALID',
    stage: 'untrusted',
    says: 'the verdict was requested in the future',
    spec: 'attestkit, past and future window',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of the verdict's statements about app, device and account: of a new one, and of an enrolled device at every refresh. */
export const POLICY_CHECKS = freezeJson({
  testing: {
    name: 'no testing response',
    code: 'ERR_PLAY_INTEGRITY_TESTING_DENIED',
    stage: 'denied',
    says: 'the verdict was set for testing in the Play Console (`testingDetails`)',
    spec: 'Google, Test different responses',
  },
  app: {
    name: 'app details present',
    code: 'ERR_PLAY_INTEGRITY_APP_MISSING',
    stage: 'untrusted',
    says: 'the verdict has no object `appIntegrity`',
    spec: `${SPEC}, application integrity`,
  },
  cleared: {
    name: 'verdict not cleared',
    code: 'ERR_PLAY_INTEGRITY_EVALUATION_MISSING',
    stage: 'untrusted',
    says: 'the verdict evaluates neither app nor device nor account: the token is replayed, or the device is not trusted',
    spec: 'Google, Standard requests, replay protection',
  },
  recognized: {
    name: 'app recognized',
    code: 'ERR_PLAY_INTEGRITY_APP_RECOGNITION_DENIED',
    stage: 'denied',
    says: 'the app is not recognized by Google Play (`appRecognitionVerdict`)',
    spec: `${SPEC}, application integrity`,
  },
  package: {
    name: 'package of the app',
    code: 'ERR_PLAY_INTEGRITY_APP_PACKAGE_MISMATCH',
    stage: 'untrusted',
    says: 'the app has another package name (`appIntegrity.packageName`)',
    spec: `${SPEC}, application integrity`,
  },
  certificate: {
    name: 'certificate of the app pinned',
    code: 'ERR_PLAY_INTEGRITY_CERTIFICATE_MISMATCH',
    stage: 'untrusted',
    says: 'the app is not signed with a pinned certificate (`certificateSha256Digest`)',
    spec: `${SPEC}, application integrity`,
  },
  version: {
    name: 'app new enough',
    code: 'ERR_PLAY_INTEGRITY_VERSION_CODE_DENIED',
    stage: 'denied',
    says: 'the app is older than the oldest allowed, or of unknown version (`versionCode`)',
    spec: 'attestkit, policy',
  },
  device: {
    name: 'device labels',
    code: 'ERR_PLAY_INTEGRITY_DEVICE_DENIED',
    stage: 'denied',
    says: 'the device lacks a label that is required (`deviceRecognitionVerdict`)',
    spec: `${SPEC}, device integrity`,
  },
  sdk: {
    name: 'Android version',
    code: 'ERR_PLAY_INTEGRITY_SDK_VERSION_DENIED',
    stage: 'denied',
    says: 'Android is older than the oldest allowed, or of unknown version (`sdkVersion`)',
    spec: `${SPEC}, device attributes`,
  },
  licensing: {
    name: 'app licensed',
    code: 'ERR_PLAY_INTEGRITY_LICENSING_DENIED',
    stage: 'denied',
    says: 'the user has no license for the app, or that is unknown (`appLicensingVerdict`)',
    spec: `${SPEC}, account details`,
  },
  activity: {
    name: 'device activity allowed',
    code: 'ERR_PLAY_INTEGRITY_DEVICE_ACTIVITY_DENIED',
    stage: 'denied',
    says: 'the device has requested more verdicts than allowed, or that is unknown (`recentDeviceActivity`)',
    spec: `${SPEC}, recent device activity`,
  },
  risk: {
    name: 'other apps allowed',
    code: 'ERR_PLAY_INTEGRITY_APP_ACCESS_RISK_DENIED',
    stage: 'denied',
    says: 'other apps could capture or control the screen, or that is unknown (`appAccessRiskVerdict`)',
    spec: `${SPEC}, app access risk`,
  },
  protect: {
    name: 'Play Protect allowed',
    code: 'ERR_PLAY_INTEGRITY_PLAY_PROTECT_DENIED',
    stage: 'denied',
    says: 'Play Protect reports a risk, or says nothing (`playProtectVerdict`)',
    spec: `${SPEC}, Play Protect`,
  },
  configured: {
    name: 'app still configured',
    code: 'ERR_PLAY_INTEGRITY_APP_DENIED',
    stage: 'denied',
    says: 'the app that the device was enrolled with is not configured any more',
    spec: 'attestkit, policy',
  },
  age: {
    name: 'verdict recent enough',
    code: 'ERR_PLAY_INTEGRITY_REFRESH_TOO_OLD',
    stage: 'denied',
    says: 'the verdict that the device was enrolled with is older than allowed',
    spec: 'attestkit, policy',
  },
} as const satisfies Record<string, CheckDef>);
