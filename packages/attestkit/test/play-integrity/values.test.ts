import { describe, expect, it } from 'vitest';
import { readPinnedApp } from '../../src/play-integrity/app-rules.js';
import { bindingMistake } from '../../src/play-integrity/binding-mistakes.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { readFacts, unpadded } from '../../src/play-integrity/facts.js';
import {
  inspectPlayIntegrityVerdict,
  playIntegrity,
  verifyPlayIntegrityVerdict,
  type PlayIntegrityOptions,
  type VerdictExpectations,
} from '../../src/play-integrity/index.js';
import { areKeys } from '../../src/play-integrity/token/keys.js';
import { readVerdict } from '../../src/play-integrity/verdict/read-verdict.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import {
  APP_OPTIONS,
  context,
  decoded,
  decoder,
  HASH,
  LOCAL,
  LOCAL_APP,
  REMOTE,
} from './support/enrolling.js';
import {
  app,
  device,
  DIGEST,
  expected,
  NOW,
  own,
  PACKAGE,
  request,
  responseKeys,
  token,
  verdict,
} from './support/tokens.js';

const verify = (sections: object, more: object = {}) =>
  verifyPlayIntegrityVerdict(verdict(sections), { ...expected, ...more } as VerdictExpectations);

describe('every known value', () => {
  it.each([
    ['deviceActivity', (value: string) => device({ recentDeviceActivity: { deviceActivityLevel: value } })],
    ['playProtect', (value: string) => ({ environmentDetails: { playProtectVerdict: value } })],
    [
      'appAccessRisk',
      (value: string) => ({ environmentDetails: { appAccessRiskVerdict: { appsDetected: [value] } } }),
    ],
  ])('of %s can be asked for, and is no news', (option, sections) => {
    const values = {
      deviceActivity: ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'LEVEL_4', 'UNEVALUATED'],
      playProtect: ['NO_ISSUES', 'NO_DATA', 'POSSIBLE_RISK', 'MEDIUM_RISK', 'HIGH_RISK', 'UNEVALUATED'],
      appAccessRisk: ['KNOWN', 'UNKNOWN'].flatMap((who) =>
        ['INSTALLED', 'CAPTURING', 'CONTROLLING', 'OVERLAYS'].map((what) => `${who}_${what}`),
      ),
    }[option] as readonly string[];
    for (const value of values) {
      const result = verify(sections(value), { [option]: [value] });
      expect([value, result.unrecognized]).toEqual([value, []]);
    }
    expect(() => verify({}, { [option]: [values[0], 'OTHER'] })).toThrow(
      expect.objectContaining({ variable: option }),
    );
  });

  it('that is not known is noted where it stands', () => {
    const noted = readVerdict({
      requestDetails: { other: 1 },
      appIntegrity: { other: 1 },
      deviceIntegrity: {
        other: 1,
        recentDeviceActivity: { other: 1 },
        deviceAttributes: { other: 1 },
        deviceRecall: { other: 1, values: { other: 1 }, writeDates: { other: 1 } },
      },
      accountDetails: { other: 1, accountActivity: { other: 1 } },
      environmentDetails: { other: 1, appAccessRiskVerdict: { other: 1 } },
      other: 1,
    }).unrecognized;
    expect(noted.toSorted()).toEqual(
      [
        'accountDetails.accountActivity.other',
        'accountDetails.other',
        'appIntegrity.other',
        'deviceIntegrity.deviceAttributes.other',
        'deviceIntegrity.deviceRecall.other',
        'deviceIntegrity.deviceRecall.values.other',
        'deviceIntegrity.deviceRecall.writeDates.other',
        'deviceIntegrity.other',
        'deviceIntegrity.recentDeviceActivity.other',
        'environmentDetails.appAccessRiskVerdict.other',
        'environmentDetails.other',
        'other',
        'requestDetails.other',
      ].toSorted(),
    );
    expect(readVerdict({}).deviceIntegrity.legacyDeviceRecognitionVerdict).toEqual([]);
  });
});

describe('a version code', () => {
  it('is compared as a whole number of any digits', () => {
    expect(verify(app({ versionCode: '7' }), { minimumVersionCode: 0 }).appIntegrity.versionCode).toBe('7');
    expect(verify(app({ versionCode: '0' }), { minimumVersionCode: '0' }).appIntegrity.versionCode).toBe('0');
    expect(() => verify({}, { minimumVersionCode: '1'.repeat(20) })).toThrow(
      expect.objectContaining({ variable: 'minimumVersionCode' }),
    );
    expect(verify(app({ versionCode: '9'.repeat(19) }), { minimumVersionCode: '9'.repeat(19) }).kind).toBe(
      'playIntegrity',
    );
  });

  it('that was enrolled is compared at a refresh', () => {
    expect(readFacts({ versionCode: '42', sdkVersion: 34 })).toMatchObject({
      versionCode: '42',
      sdkVersion: 34,
    });
    const old = playIntegrity({ apps: [{ ...LOCAL_APP, minimumVersionCode: 42 }] });
    const enrolled = old.verify({ integrity_token: token(request({ nonce: HASH })) }, context) as Enrolled;
    expect(old.appraise(JSON.parse(JSON.stringify(enrolled)) as Enrolled, NOW)).toBeUndefined();
  });
});

describe('the first API level', () => {
  it('can be asked for', () => {
    expect(verify(device({ deviceAttributes: { sdkVersion: 1 } }), { minimumSdk: 1 }).kind).toBe(
      'playIntegrity',
    );
  });
});

describe('pins', () => {
  it.each([[['']], [[DIGEST.toString('hex'), '']], [[DIGEST.toString('hex'), 7]], ['x']])(
    'are texts, and not %j',
    (acceptedCertificates) => {
      expect(() => readPinnedApp({ packageName: PACKAGE, acceptedCertificates } as never)).toThrow(
        expect.objectContaining({
          variable: 'acceptedCertificates',
          message: expect.stringMatching(/is empty/),
        }),
      );
    },
  );

  it.each(['not base64!', 'AAAA'])('are SHA-256 digests, and not %j', (pin) => {
    const wrong = { packageName: PACKAGE, acceptedCertificates: [pin] };
    expect(() => readPinnedApp(wrong)).toThrow(/SHA-256/);
  });

  it('lose their padding at the end alone', () => {
    expect(['ab==', 'ab=', 'a=b', 'a+/='].map(unpadded)).toEqual(['ab', 'ab', 'a=b', 'a-_']);
  });
});

describe('response keys', () => {
  it('are what playIntegrityKeys returned', () => {
    expect([own.keys, own.printed, null, undefined, {}, { sets: 1 }, 'x'].map(areKeys)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('of all apps that have some are compared with other secrets', () => {
    const other = { ...APP_OPTIONS, packageName: 'com.example.other', keys: responseKeys().keys };
    const bare = { ...APP_OPTIONS, packageName: 'com.example.bare' };
    const options = { apps: [LOCAL_APP, other, bare], decoder: decoder(decoded()).decoder };
    const one = playIntegrity(LOCAL).secretDigests?.() ?? [];
    const all = playIntegrity(options as PlayIntegrityOptions).secretDigests?.() ?? [];
    expect(one.length).toBeGreaterThan(0);
    for (const digest of one) expect(digest).toMatch(/^[\w+/=-]{20,}$/);
    expect(all).toHaveLength(2 * one.length);
    expect(all.slice(0, one.length)).toEqual(one);
  });
});

describe('enrollment', () => {
  it.each([
    [['MEETS_STRONG_INTEGRITY', 'MEETS_DEVICE_INTEGRITY'], 'hardware'],
    [['MEETS_DEVICE_INTEGRITY'], 'device'],
    [['MEETS_BASIC_INTEGRITY'], 'basic'],
    [['MEETS_VIRTUAL_INTEGRITY'], 'basic'],
    [[], 'app'],
  ])('with the labels %j says %s', (labels, integrity) => {
    const options = {
      ...LOCAL,
      deviceLabels: [labels[0] ?? 'MEETS_DEVICE_INTEGRITY'],
    } as PlayIntegrityOptions;
    const run = () =>
      playIntegrity(options).verify(
        {
          integrity_token: token({
            ...request({ nonce: HASH }),
            ...device({ deviceRecognitionVerdict: labels }),
          }),
        },
        context,
      ) as Enrolled;
    if (labels.length === 0) expect(run).toThrow();
    else expect(run().integrity).toBe(integrity);
  });

  it('takes the window of verdicts', () => {
    const evidence = playIntegrity({ ...LOCAL, maxAgeSeconds: 4, leewaySeconds: 0 });
    const sent = { integrity_token: token(request({ nonce: HASH })) };
    expect(() => evidence.verify(sent, context)).toThrow(expect.objectContaining({ stage: 'untrusted' }));
    expect(
      playIntegrity({ ...LOCAL, maxAgeSeconds: 5, leewaySeconds: 0 }).verify(sent, context),
    ).toMatchObject({
      attestedAt: NOW - 5000,
    });
  });

  it.each([
    [0, 'maxAgeAtRefreshSeconds'],
    [-1, 'maxAgeAtRefreshSeconds'],
    [0.5, undefined],
    [1, undefined],
  ])('with a verdict that is good for %d s at refreshes', (maxAgeAtRefreshSeconds, variable) => {
    const run = () => playIntegrity({ ...LOCAL, maxAgeAtRefreshSeconds });
    if (variable === undefined) expect(run().kind).toBe('playIntegrity');
    else expect(run).toThrow(expect.objectContaining({ variable }));
  });

  it('takes a token that Google decodes', async () => {
    const { decoder: remote } = decoder(decoded());
    const evidence = playIntegrity({ apps: [APP_OPTIONS], decoder: remote });
    expect(await evidence.verify({ integrity_token: REMOTE }, context)).toMatchObject({ appId: PACKAGE });
  });
});

it('a report says what was asked for, and that nothing was', () => {
  const lines = (more: object) => {
    const { checks } = inspectPlayIntegrityVerdict(verdict(), {
      ...expected,
      ...more,
    } as VerdictExpectations);
    return JSON.stringify(checks);
  };
  const open = lines({});
  const { checks } = inspectPlayIntegrityVerdict(verdict(), expected);
  const unasked = checks.flatMap(({ code, detail }) => (detail === 'not asked' ? [code] : []));
  for (const what of ['SDK_VERSION', 'APP_ACCESS_RISK', 'PLAY_PROTECT'])
    expect(unasked).toContain(`ERR_PLAY_INTEGRITY_${what}_DENIED`);
  expect(open).not.toMatch(/at least|LEVEL_1|KNOWN_INSTALLED/);
  const strict = lines({
    minimumVersionCode: 43,
    minimumSdk: 33,
    appAccessRisk: ['KNOWN_INSTALLED'],
    deviceActivity: ['LEVEL_1'],
  });
  for (const asked of ['at least 43', 'at least 33', 'KNOWN_INSTALLED', 'LEVEL_1'])
    expect(strict).toContain(asked);
});

it('a record without certificates, or without labels, is denied where they are asked for', () => {
  const evidence = playIntegrity(LOCAL);
  const known = evidence.verify({ integrity_token: token(request({ nonce: HASH })) }, context) as Enrolled;
  const { certificates, deviceLabels, ...facts } = known.facts as Record<string, never>;
  const again = (more: object) => () => evidence.appraise({ ...known, facts: { ...facts, ...more } }, NOW);
  expect(again({ certificates, deviceLabels })).not.toThrow();
  const denied = (code: string) => expect.objectContaining({ code: `ERR_PLAY_INTEGRITY_${code}` });
  expect(again({ deviceLabels })).toThrow(denied('CERTIFICATE_MISMATCH'));
  expect(again({ certificates })).toThrow(denied('DEVICE_DENIED'));
});

it('a list that the application changes later is asked for as it was', () => {
  const playProtect: ['NO_ISSUES' | 'NO_DATA'] = ['NO_ISSUES'];
  const evidence = playIntegrity({ ...LOCAL, playProtect });
  playProtect[0] = 'NO_DATA';
  const sent = (value: string) =>
    token({ ...request({ nonce: HASH }), environmentDetails: { playProtectVerdict: value } });
  expect(() => evidence.verify({ integrity_token: sent('NO_DATA') }, context)).toThrow(AttestationError);
  expect(evidence.verify({ integrity_token: sent('NO_ISSUES') }, context)).toMatchObject({ appId: PACKAGE });
});

it('no mistake is seen in what is no digest', () => {
  const value = Buffer.of(0xfb, 0xff).toString('base64url');
  expect(bindingMistake(Buffer.of(0xfb, 0xff).toString('base64'), { kind: 'nonce', value })).toBeUndefined();
});
