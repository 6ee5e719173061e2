import { describe, expect, it } from 'vitest';
import {
  inspectPlayIntegrityVerdict,
  verifyPlayIntegrityVerdict,
  type PlayIntegrityPolicyOptions,
  type VerdictExpectations,
} from '../../src/play-integrity/index.js';
import { POLICY_CHECKS as CHECKS } from '../../src/play-integrity/verdict/verdict-checks.js';
import { refusal } from '../approov/support/tokens.js';
import { app, device, expected, verdict } from './support/tokens.js';

const account = (members: object): object => ({ accountDetails: members });
const labels = (...given: unknown[]): object => device({ deviceRecognitionVerdict: given });
const activity = (level: unknown): object => device({ recentDeviceActivity: { deviceActivityLevel: level } });
const sdk = (sdkVersion: unknown): object => device({ deviceAttributes: { sdkVersion } });
const risk = (...appsDetected: unknown[]): object => ({
  environmentDetails: { appAccessRiskVerdict: { appsDetected } },
});
const protect = (playProtectVerdict: unknown): object => ({ environmentDetails: { playProtectVerdict } });

type Policy = PlayIntegrityPolicyOptions & Pick<VerdictExpectations, 'minimumVersionCode'>;

describe('a verdict that the policy allows', () => {
  it.each<readonly [string, object, Policy]>([
    [
      'an app of an unknown version',
      app({ appRecognitionVerdict: 'UNRECOGNIZED_VERSION' }),
      { appVerdicts: ['UNRECOGNIZED_VERSION'] },
    ],
    ['a version that is new enough', app({ versionCode: '43' }), { minimumVersionCode: '43' }],
    ['basic integrity', labels('MEETS_BASIC_INTEGRITY'), { deviceLabels: ['MEETS_BASIC_INTEGRITY'] }],
    ['the Android version', sdk(33), { minimumSdk: 33 }],
    ['the Android version as a text', sdk('34'), { minimumSdk: 33 }],
    [
      'an account that was not evaluated',
      account({ appLicensingVerdict: 'UNEVALUATED' }),
      { licensing: ['LICENSED', 'UNEVALUATED'] },
    ],
    ['little activity', activity('LEVEL_2'), { deviceActivity: ['LEVEL_1', 'LEVEL_2'] }],
    ['apps that Play knows', risk('KNOWN_INSTALLED'), { appAccessRisk: ['KNOWN_INSTALLED'] }],
    ['no apps at all', risk(), { appAccessRisk: [] }],
    ['no issues', protect('NO_ISSUES'), { playProtect: ['NO_ISSUES'] }],
    ['a response for testing', { testingDetails: { isTestingResponse: true } }, { allowTesting: true }],
    ['what nobody asks about', { ...risk('UNKNOWN_CONTROLLING'), ...activity('LEVEL_4') }, {}],
  ])('passes with %s', (_, sections, policy) => {
    const rules = { ...expected, ...policy };
    expect(verifyPlayIntegrityVerdict(verdict(sections), rules).kind).toBe('playIntegrity');
  });
});

type Row = readonly [keyof typeof CHECKS, string, object, Policy?];

const REFUSED: readonly Row[] = [
  ['recognized', 'an unknown version of the app', app({ appRecognitionVerdict: 'UNRECOGNIZED_VERSION' })],
  ['recognized', 'an app that was not evaluated', app({ appRecognitionVerdict: 'UNEVALUATED' })],
  ['recognized', 'a value of another year', app({ appRecognitionVerdict: 'PLAY_RECOGNIZED_2' })],
  ['recognized', 'the value in a list', app({ appRecognitionVerdict: ['PLAY_RECOGNIZED'] })],
  ['recognized', 'no value', app({ appRecognitionVerdict: undefined })],
  ['package', 'another app', app({ packageName: 'com.evil.app' })],
  ['package', 'no app', app({ packageName: undefined })],
  ['package', 'the app in a list', app({ packageName: [expected.packageName] })],
  ['certificate', 'another certificate', app({ certificateSha256Digest: ['A'.repeat(43)] })],
  ['certificate', 'no certificate', app({ certificateSha256Digest: [] })],
  ['certificate', 'no list', app({ certificateSha256Digest: undefined })],
  [
    'certificate',
    'the certificate as a text',
    app({ certificateSha256Digest: expected.acceptedCertificates?.[0] }),
  ],
  [
    'certificate',
    'a number in the list',
    app({ certificateSha256Digest: [...(expected.acceptedCertificates ?? []), 1] }),
  ],
  ['version', 'an older version', {}, { minimumVersionCode: 43 }],
  [
    'version',
    'one less beyond a double',
    app({ versionCode: '9007199254740992' }),
    { minimumVersionCode: '9007199254740993' },
  ],
  ['version', 'no version', app({ versionCode: undefined }), { minimumVersionCode: 1 }],
  ['version', 'a version with a dot', app({ versionCode: '4.3' }), { minimumVersionCode: 1 }],
  ['version', 'a number too large to be one', app({ versionCode: 1e300 }), { minimumVersionCode: 1 }],
  ['device', 'no list', { deviceIntegrity: {} }],
  ['device', 'an empty list', labels()],
  ['device', 'basic integrity', labels('MEETS_BASIC_INTEGRITY')],
  ['device', 'virtual integrity', labels('MEETS_VIRTUAL_INTEGRITY')],
  ['device', 'the label as a text', device({ deviceRecognitionVerdict: 'MEETS_DEVICE_INTEGRITY' })],
  ['device', 'a label that contains it', labels('NOT_MEETS_DEVICE_INTEGRITY')],
  [
    'device',
    'the label by the old rules alone',
    { deviceIntegrity: { legacyDeviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] } },
  ],
  ['device', 'an object in the list', labels('MEETS_DEVICE_INTEGRITY', {})],
  ['device', 'one label of two', {}, { deviceLabels: ['MEETS_DEVICE_INTEGRITY', 'MEETS_STRONG_INTEGRITY'] }],
  ['sdk', 'an older Android', sdk(32), { minimumSdk: 33 }],
  ['sdk', 'no attributes', {}, { minimumSdk: 19 }],
  ['sdk', 'no version', device({ deviceAttributes: {} }), { minimumSdk: 19 }],
  ['sdk', 'a fraction', sdk(33.5), { minimumSdk: 19 }],
  ['licensing', 'an unlicensed user', account({ appLicensingVerdict: 'UNLICENSED' })],
  ['licensing', 'an account that was not evaluated', account({ appLicensingVerdict: 'UNEVALUATED' })],
  ['licensing', 'no account', { accountDetails: undefined }],
  ['licensing', 'an empty account', account({})],
  ['licensing', 'true', account({ appLicensingVerdict: true })],
  ['activity', 'much activity', activity('LEVEL_4'), { deviceActivity: ['LEVEL_1'] }],
  ['activity', 'no level', {}, { deviceActivity: ['LEVEL_1'] }],
  [
    'activity',
    'an unknown level',
    activity('LEVEL_5'),
    { deviceActivity: ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'LEVEL_4'] },
  ],
  [
    'risk',
    'an app that captures',
    risk('KNOWN_INSTALLED', 'UNKNOWN_CAPTURING'),
    { appAccessRisk: ['KNOWN_INSTALLED'] },
  ],
  ['risk', 'any app', risk('KNOWN_INSTALLED'), { appAccessRisk: [] }],
  ['risk', 'an unknown value', risk('KNOWN_READING'), { appAccessRisk: ['KNOWN_INSTALLED'] }],
  ['risk', 'a value that is no text', risk('KNOWN_INSTALLED', 7), { appAccessRisk: ['KNOWN_INSTALLED'] }],
  ['risk', 'no evaluation', { environmentDetails: { appAccessRiskVerdict: {} } }, { appAccessRisk: [] }],
  ['risk', 'no environment', {}, { appAccessRisk: [] }],
  ['protect', 'a high risk', protect('HIGH_RISK'), { playProtect: ['NO_ISSUES', 'NO_DATA'] }],
  ['protect', 'nothing', {}, { playProtect: ['NO_ISSUES'] }],
];

describe('a verdict that the policy denies', () => {
  it.each(REFUSED.map(([name, what, sections, policy]) => [name, what, sections, policy ?? {}] as const))(
    'fails by %s: %s',
    (name, _, sections, policy) => {
      const rules = { ...expected, ...policy };
      const { code } = CHECKS[name];
      expect(refusal(() => verifyPlayIntegrityVerdict(verdict(sections), rules)).code).toBe(code);
      const inspection = inspectPlayIntegrityVerdict(verdict(sections), rules);
      expect(inspection.checks.filter(({ ok }) => !ok).map((check) => check.code)).toEqual([code]);
    },
  );

  it('has a case for every check of the policy', () => {
    const elsewhere = ['testing', 'app', 'cleared', 'configured', 'age'];
    const here = Object.keys(CHECKS).filter((name) => !elsewhere.includes(name));
    expect(new Set(REFUSED.map(([name]) => name))).toEqual(new Set(here));
  });
});
