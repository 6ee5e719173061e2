import type { PlayIntegrityDefectWith, PlayIntegritySteps } from './play-integrity-defect.js';
import { cleared, type VerdictPayload } from '../play-integrity-verdict.js';

type Section =
  | 'requestDetails'
  | 'appIntegrity'
  | 'deviceIntegrity'
  | 'accountDetails'
  | 'environmentDetails';

/** Changes members of a section; undefined takes one away. */
function section(
  name: Section,
  change: Readonly<Record<string, unknown>> | ((members: VerdictPayload[Section]) => object),
): PlayIntegritySteps {
  return {
    verdict: (verdict) => ({
      ...verdict,
      [name]: { ...verdict[name], ...(typeof change === 'function' ? change(verdict[name]) : change) },
    }),
  };
}

function time(shift: number): PlayIntegritySteps {
  return section('requestDetails', ({ timestampMillis }) => ({
    timestampMillis: String(Number(timestampMillis) + shift),
  }));
}

function nested(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level += 1) value = { value };
  return value;
}

const HOUR = 3_600_000;
const DEVICE = 'ERR_PLAY_INTEGRITY_DEVICE_DENIED';
const RECOGNIZED = 'ERR_PLAY_INTEGRITY_APP_RECOGNITION_DENIED';
const LICENSING = 'ERR_PLAY_INTEGRITY_LICENSING_DENIED';

/** Faults of a verdict, however it was decoded. */
export const PLAY_VERDICT_DEFECTS = {
  'verdict-nested': {
    code: 'ERR_PLAY_INTEGRITY_VERDICT_MALFORMED',
    says: 'the verdict is nested 20 levels deep',
    verdict: (verdict) => ({ ...verdict, more: nested(20) }),
  },
  'verdict-too-large': {
    code: 'ERR_PLAY_INTEGRITY_VERDICT_MALFORMED',
    says: 'the verdict has 2000 values',
    verdict: (verdict) => ({ ...verdict, more: Array<number>(2000).fill(0) }),
  },
  'no-request-details': {
    code: 'ERR_PLAY_INTEGRITY_REQUEST_MISSING',
    says: 'nothing says what was requested',
    verdict: (verdict) => ({ ...verdict, requestDetails: undefined }),
  },
  'requested-by-other-app': {
    code: 'ERR_PLAY_INTEGRITY_REQUEST_PACKAGE_MISMATCH',
    says: 'another app requested the verdict',
    ...section('requestDetails', { requestPackageName: 'com.example.other' }),
  },
  'other-kind-of-binding': {
    code: 'ERR_PLAY_INTEGRITY_BINDING_KIND_MISMATCH',
    says: 'a request hash instead of a nonce, or the other way round',
    ...section('requestDetails', ({ nonce, requestHash }) => ({ nonce: requestHash, requestHash: nonce })),
  },
  'both-bindings': {
    code: 'ERR_PLAY_INTEGRITY_BINDING_KIND_MISMATCH',
    says: 'a request hash and a nonce',
    ...section('requestDetails', ({ nonce, requestHash }) => {
      const bound = nonce ?? requestHash;
      return { nonce: bound, requestHash: bound };
    }),
  },
  'no-binding': {
    code: 'ERR_PLAY_INTEGRITY_BINDING_KIND_MISMATCH',
    says: 'the verdict is bound to nothing',
    ...section('requestDetails', { nonce: undefined, requestHash: undefined }),
  },
  'other-request': {
    code: 'ERR_PLAY_INTEGRITY_BINDING_MISMATCH',
    says: 'the verdict is bound to another request',
    ...section('requestDetails', ({ nonce }) =>
      nonce === undefined ? { requestHash: 'another' } : { nonce: 'YW5vdGhlci1ub25jZS1oZXJl' },
    ),
  },
  'no-timestamp': {
    code: 'ERR_PLAY_INTEGRITY_TIMESTAMP_INVALID',
    says: 'nothing says when the verdict was requested',
    ...section('requestDetails', { timestampMillis: undefined }),
  },
  'timestamp-as-date': {
    code: 'ERR_PLAY_INTEGRITY_TIMESTAMP_INVALID',
    says: 'the time is a date in words',
    ...section('requestDetails', ({ timestampMillis }) => ({
      timestampMillis: new Date(Number(timestampMillis)).toISOString(),
    })),
  },
  'timestamp-in-seconds': {
    code: 'ERR_PLAY_INTEGRITY_TOO_OLD',
    says: 'the time is in seconds',
    ...section('requestDetails', ({ timestampMillis }) => ({
      timestampMillis: String(Math.floor(Number(timestampMillis) / 1000)),
    })),
  },
  'too-old': {
    code: 'ERR_PLAY_INTEGRITY_TOO_OLD',
    says: 'the verdict was requested an hour ago',
    ...time(-HOUR),
  },
  'in-future': {
    code: 'ERR_PLAY_INTEGRITY_NOT_YET_VALID',
    says: 'the verdict was requested in an hour',
    ...time(HOUR),
  },
  'testing-response': {
    code: 'ERR_PLAY_INTEGRITY_TESTING_DENIED',
    says: 'the verdict was set in the Play Console for a tester',
    verdict: (verdict) => ({ ...verdict, testingDetails: { isTestingResponse: true } }),
  },
  'no-app-integrity': {
    code: 'ERR_PLAY_INTEGRITY_APP_MISSING',
    says: 'nothing is said about the app',
    verdict: (verdict) => ({ ...verdict, appIntegrity: undefined }),
  },
  cleared: {
    code: 'ERR_PLAY_INTEGRITY_EVALUATION_MISSING',
    says: 'a verdict as Google answers for a token that it decoded before',
    verdict: cleared,
  },
  'unrecognized-version': {
    code: RECOGNIZED,
    says: 'certificate or package are not those that Play has',
    ...section('appIntegrity', { appRecognitionVerdict: 'UNRECOGNIZED_VERSION' }),
  },
  'app-not-evaluated': {
    code: RECOGNIZED,
    says: 'the app was not evaluated, and the device was',
    verdict: (verdict) => ({ ...verdict, appIntegrity: { appRecognitionVerdict: 'UNEVALUATED' } }),
  },
  'app-verdict-unknown': {
    code: RECOGNIZED,
    says: 'an undocumented verdict on the app',
    ...section('appIntegrity', { appRecognitionVerdict: 'PLAY_RECOGNIZED_TOO' }),
  },
  'app-verdict-as-list': {
    code: RECOGNIZED,
    says: 'the verdict on the app is a list',
    ...section('appIntegrity', { appRecognitionVerdict: ['PLAY_RECOGNIZED'] }),
  },
  'other-app': {
    code: 'ERR_PLAY_INTEGRITY_APP_PACKAGE_MISMATCH',
    says: 'the verdict is on another app than the one that requested it',
    ...section('appIntegrity', { packageName: 'com.example.other' }),
  },
  'other-certificate': {
    code: 'ERR_PLAY_INTEGRITY_CERTIFICATE_MISMATCH',
    says: 'another certificate signed the app',
    needs: 'acceptedCertificates',
    ...section('appIntegrity', { certificateSha256Digest: [Buffer.alloc(32, 0x66).toString('base64url')] }),
  },
  'no-certificate': {
    code: 'ERR_PLAY_INTEGRITY_CERTIFICATE_MISMATCH',
    says: 'nothing says who signed the app',
    needs: 'acceptedCertificates',
    ...section('appIntegrity', { certificateSha256Digest: undefined }),
  },
  'app-too-old': {
    code: 'ERR_PLAY_INTEGRITY_VERSION_CODE_DENIED',
    says: 'the app has version code 0',
    needs: 'minimumVersionCode',
    ...section('appIntegrity', { versionCode: '0' }),
  },
  'no-device-labels': {
    code: DEVICE,
    says: 'no label applies to the device',
    ...section('deviceIntegrity', { deviceRecognitionVerdict: undefined }),
  },
  'basic-device': {
    code: DEVICE,
    says: 'the device has basic integrity alone',
    ...section('deviceIntegrity', { deviceRecognitionVerdict: ['MEETS_BASIC_INTEGRITY'] }),
  },
  'virtual-device': {
    code: DEVICE,
    says: 'an emulator that Google knows',
    ...section('deviceIntegrity', { deviceRecognitionVerdict: ['MEETS_VIRTUAL_INTEGRITY'] }),
  },
  'device-labels-as-text': {
    code: DEVICE,
    says: 'the labels are one text with all of them in it',
    ...section('deviceIntegrity', {
      deviceRecognitionVerdict: 'MEETS_BASIC_INTEGRITY MEETS_DEVICE_INTEGRITY MEETS_STRONG_INTEGRITY',
    }),
  },
  'old-android': {
    code: 'ERR_PLAY_INTEGRITY_SDK_VERSION_DENIED',
    says: 'Android 9',
    needs: 'minimumSdk',
    ...section('deviceIntegrity', { deviceAttributes: { sdkVersion: 28 } }),
  },
  unlicensed: {
    code: LICENSING,
    says: 'the user has not got the app from Play',
    ...section('accountDetails', { appLicensingVerdict: 'UNLICENSED' }),
  },
  'license-not-evaluated': {
    code: LICENSING,
    says: 'the license was not evaluated',
    ...section('accountDetails', { appLicensingVerdict: 'UNEVALUATED' }),
  },
  hyperactive: {
    code: 'ERR_PLAY_INTEGRITY_DEVICE_ACTIVITY_DENIED',
    says: 'the device requested very many verdicts in the last hour',
    needs: 'deviceActivity',
    ...section('deviceIntegrity', { recentDeviceActivity: { deviceActivityLevel: 'LEVEL_4' } }),
  },
  'screen-captured': {
    code: 'ERR_PLAY_INTEGRITY_APP_ACCESS_RISK_DENIED',
    says: 'an app that Play does not know captures the screen',
    needs: 'appAccessRisk',
    ...section('environmentDetails', { appAccessRiskVerdict: { appsDetected: ['UNKNOWN_CAPTURING'] } }),
  },
  'risk-not-evaluated': {
    code: 'ERR_PLAY_INTEGRITY_APP_ACCESS_RISK_DENIED',
    says: 'other apps were not evaluated',
    needs: 'appAccessRisk',
    ...section('environmentDetails', { appAccessRiskVerdict: {} }),
  },
  'malware-found': {
    code: 'ERR_PLAY_INTEGRITY_PLAY_PROTECT_DENIED',
    says: 'Play Protect reports a high risk',
    needs: 'playProtect',
    ...section('environmentDetails', { playProtectVerdict: 'HIGH_RISK' }),
  },
} as const satisfies Readonly<Record<string, PlayIntegrityDefectWith>>;
