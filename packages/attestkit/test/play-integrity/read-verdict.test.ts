import { describe, expect, it } from 'vitest';
import { isWithinCaps } from '../../src/play-integrity/verdict/members.js';
import { readVerdict } from '../../src/play-integrity/verdict/read-verdict.js';

const NOTHING = {
  requestPackageName: undefined,
  requestHash: undefined,
  nonce: undefined,
  timestampMillis: undefined,
};

const FULL = {
  requestDetails: { requestPackageName: 'a.b', requestHash: 'h', timestampMillis: '1675655009345' },
  appIntegrity: {
    appRecognitionVerdict: 'PLAY_RECOGNIZED',
    packageName: 'a.b',
    certificateSha256Digest: ['d'],
    versionCode: '9007199254740993',
  },
  deviceIntegrity: {
    deviceRecognitionVerdict: ['MEETS_BASIC_INTEGRITY', 'MEETS_DEVICE_INTEGRITY'],
    legacyDeviceRecognitionVerdict: ['MEETS_STRONG_INTEGRITY'],
    recentDeviceActivity: { deviceActivityLevel: 'LEVEL_2' },
    deviceAttributes: { sdkVersion: 34 },
    deviceRecall: {
      values: { bitFirst: true, bitSecond: false, bitThird: true },
      writeDates: { yyyymmFirst: 202605, yyyymmSecond: '202606' },
    },
  },
  accountDetails: { appLicensingVerdict: 'LICENSED', accountActivity: { activityLevel: 'TYPICAL_BASIC' } },
  environmentDetails: {
    appAccessRiskVerdict: { appsDetected: ['KNOWN_INSTALLED', 'UNKNOWN_OVERLAYS'] },
    playProtectVerdict: 'NO_DATA',
  },
};

describe('a verdict', () => {
  it('has every member typed', () => {
    expect(readVerdict(FULL)).toEqual({
      kind: 'playIntegrity',
      requestDetails: {
        requestPackageName: 'a.b',
        requestHash: 'h',
        nonce: undefined,
        timestampMillis: 1675655009345,
      },
      appIntegrity: FULL.appIntegrity,
      deviceIntegrity: {
        deviceRecognitionVerdict: ['MEETS_BASIC_INTEGRITY', 'MEETS_DEVICE_INTEGRITY'],
        legacyDeviceRecognitionVerdict: ['MEETS_STRONG_INTEGRITY'],
        deviceActivityLevel: 'LEVEL_2',
        sdkVersion: 34,
        deviceRecall: {
          bitFirst: true,
          bitSecond: false,
          bitThird: true,
          yyyymmFirst: 202605,
          yyyymmSecond: 202606,
          yyyymmThird: undefined,
        },
      },
      accountDetails: { appLicensingVerdict: 'LICENSED', activityLevel: 'TYPICAL_BASIC' },
      environmentDetails: {
        appsDetected: ['KNOWN_INSTALLED', 'UNKNOWN_OVERLAYS'],
        playProtectVerdict: 'NO_DATA',
      },
      testing: false,
      unrecognized: [],
      payload: FULL,
    });
  });

  it('may be empty', () => {
    const verdict = readVerdict({});
    expect(verdict).toMatchObject({ requestDetails: NOTHING, testing: false, unrecognized: [] });
    expect(verdict.deviceIntegrity.deviceRecognitionVerdict).toEqual([]);
    expect(verdict.environmentDetails.appsDetected).toBeUndefined();
  });

  it('says an apps list that is empty apart from none', () => {
    const details = (risk: object) => readVerdict({ environmentDetails: { appAccessRiskVerdict: risk } });
    expect(details({}).environmentDetails.appsDetected).toBeUndefined();
    expect(details({ appsDetected: [] }).environmentDetails.appsDetected).toEqual([]);
  });

  it.each([
    [
      'an unknown value',
      { appIntegrity: { appRecognitionVerdict: 'NEW' } },
      'appIntegrity.appRecognitionVerdict',
    ],
    [
      'an unknown label',
      { deviceIntegrity: { deviceRecognitionVerdict: ['NEW'] } },
      'deviceIntegrity.deviceRecognitionVerdict',
    ],
    [
      'an unknown license',
      { accountDetails: { appLicensingVerdict: 'NEW' } },
      'accountDetails.appLicensingVerdict',
    ],
    [
      'an unknown report',
      { environmentDetails: { playProtectVerdict: 'NEW' } },
      'environmentDetails.playProtectVerdict',
    ],
    ['an unknown member', { newDetails: {} }, 'newDetails'],
    [
      'an unknown member below',
      { deviceIntegrity: { deviceAttributes: { x: 1 } } },
      'deviceIntegrity.deviceAttributes.x',
    ],
    ['a section that is a text', { deviceIntegrity: 'x' }, 'deviceIntegrity'],
    ['a section that is null', { accountDetails: null }, 'accountDetails'],
    ['a text that is a number', { requestDetails: { nonce: 1 } }, 'requestDetails.nonce'],
    [
      'a number that is a text',
      { deviceIntegrity: { deviceAttributes: { sdkVersion: 'x' } } },
      'deviceIntegrity.deviceAttributes.sdkVersion',
    ],
    [
      'a time beyond a double',
      { requestDetails: { timestampMillis: '9007199254740993' } },
      'requestDetails.timestampMillis',
    ],
    [
      'a flag that is a text',
      { deviceIntegrity: { deviceRecall: { values: { bitFirst: 'true' } } } },
      'deviceIntegrity.deviceRecall.values.bitFirst',
    ],
    [
      'a list with a number',
      { appIntegrity: { certificateSha256Digest: [1] } },
      'appIntegrity.certificateSha256Digest',
    ],
  ])('tolerates and reports %s', (_, payload, path) => {
    expect(readVerdict(payload).unrecognized).toEqual([path]);
  });

  it('gives unknown values as they are', () => {
    const { appIntegrity } = readVerdict({ appIntegrity: { appRecognitionVerdict: 'NEW' } });
    expect(appIntegrity.appRecognitionVerdict).toBe('NEW');
  });

  it.each([true, false, 'x', {}, null])('is one for testing with testingDetails of %j', (testingDetails) => {
    expect(readVerdict({ testingDetails }).testing).toBe(true);
  });
});

describe('the caps', () => {
  const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  const list = (length: number): unknown => Array.from({ length }, () => 1);
  it.each<readonly [string, boolean, () => unknown]>([
    ['a genuine verdict', true, () => FULL],
    ['8 levels', true, () => nested(8)],
    ['9 levels', false, () => nested(9)],
    ['100,000 levels', false, () => nested(100_000)],
    ['1,024 values', true, () => list(1023)],
    ['1,025 values', false, () => list(1024)],
    ['a function', false, () => ({ x: () => 1 })],
    ['a symbol', false, () => ({ x: Symbol('x') })],
  ])('of %s: %j', (_, fits, value) => {
    expect(isWithinCaps(value())).toBe(fits);
  });

  it('end where an object holds itself', () => {
    const circle: Record<string, unknown> = {};
    circle['again'] = circle;
    expect(isWithinCaps(circle)).toBe(false);
  });
});
