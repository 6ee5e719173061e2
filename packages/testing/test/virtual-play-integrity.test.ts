import { describe, expect, it } from 'vitest';
import { AttestationError, ConfigurationError, type Inspection } from 'attestkit';
import { CATALOG } from 'attestkit/catalog';
import {
  inspectPlayIntegrityToken,
  inspectPlayIntegrityVerdict,
  playIntegrityKeys,
  verifyPlayIntegrityToken,
  verifyPlayIntegrityVerdict,
  type VerdictExpectations,
} from 'attestkit/play-integrity';
import {
  PLAY_INTEGRITY_DEFECTS,
  createVirtualGoogle,
  type PlayIntegrityDefect,
  type PlayIntegrityVerdictDefect,
} from '../src/google/index.js';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const DIGEST = 'ab'.repeat(32);
const NONCE = Buffer.from('a nonce of this test').toString('base64url');
const HASH = 'the hash of a request';
const google = createVirtualGoogle({ now: () => NOW });
const play = google.playIntegrity({
  packageName: 'com.example.app',
  signingDigests: [DIGEST],
  versionCode: 7,
});
const keys = playIntegrityKeys(play.responseKeys);

const DEMANDS = {
  acceptedCertificates: [DIGEST],
  minimumVersionCode: 7,
  minimumSdk: 33,
  deviceActivity: ['LEVEL_1'],
  appAccessRisk: [],
  playProtect: ['NO_ISSUES'],
} as const;

function expectations(
  binding: { nonce: string } | { requestHash: string },
  without?: string,
): VerdictExpectations {
  const demands = Object.entries(DEMANDS).filter(([name]) => name !== without);
  return { packageName: 'com.example.app', now: NOW, ...Object.fromEntries(demands), ...binding };
}

function judge(verify: () => unknown, inspection: Inspection<unknown>): string {
  const reported = inspection.verdict === 'pass' ? 'accepted' : inspection.code;
  let thrown = 'accepted';
  try {
    verify();
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    thrown = error.code;
  }
  if (thrown !== reported) throw new Error(`the verifier says ${thrown}, the inspector ${reported}`);
  return thrown;
}

function judgeToken(token: string, without?: string): string {
  const expected = expectations({ nonce: NONCE }, without);
  return judge(
    () => verifyPlayIntegrityToken(token, keys, expected),
    inspectPlayIntegrityToken(token, keys, expected),
  );
}

function judgeVerdict(payload: unknown, without?: string): string {
  const expected = expectations({ requestHash: HASH }, without);
  return judge(
    () => verifyPlayIntegrityVerdict(payload, expected),
    inspectPlayIntegrityVerdict(payload, expected),
  );
}

const ALL = Object.keys(PLAY_INTEGRITY_DEFECTS) as PlayIntegrityDefect[];
const OF_VERDICTS = ALL.filter(
  (name) => PLAY_INTEGRITY_DEFECTS[name].target === 'verdict',
) as PlayIntegrityVerdictDefect[];
const GENUINE = OF_VERDICTS.filter((name) => PLAY_INTEGRITY_DEFECTS[name].needs !== undefined);

describe('a token of a classic request', () => {
  it('is accepted under every demand', () => {
    expect(judgeToken(play.classicToken({ nonce: NONCE }))).toBe('accepted');
  });

  it.each(ALL)('with %s is refused with its code', (defect) => {
    const token = play.classicToken({ nonce: NONCE }, defect);
    expect(judgeToken(token)).toBe(PLAY_INTEGRITY_DEFECTS[defect].code);
  });

  it.each(GENUINE)('with %s is accepted where nobody demands otherwise', (defect) => {
    const token = play.classicToken({ nonce: NONCE }, defect);
    expect(judgeToken(token, PLAY_INTEGRITY_DEFECTS[defect].needs)).toBe('accepted');
  });

  it('can be decoded by Google too', () => {
    const payload = play.decode(play.classicToken({ nonce: NONCE }));
    expect(payload).toMatchObject({ requestDetails: { nonce: NONCE } });
  });
});

describe('a verdict on a standard request', () => {
  it('is accepted under every demand', () => {
    expect(judgeVerdict(play.verdict({ requestHash: HASH }))).toBe('accepted');
  });

  it.each(OF_VERDICTS)('with %s is refused with its code', (defect) => {
    const payload = play.verdict({ requestHash: HASH }, defect);
    expect(judgeVerdict(payload)).toBe(PLAY_INTEGRITY_DEFECTS[defect].code);
  });

  it('says what is asked for', () => {
    const sections = { accountDetails: { appLicensingVerdict: 'UNLICENSED' } };
    expect(play.verdict({ requestHash: HASH, sections })).toMatchObject(sections);
  });
});

describe('a token of a standard request', () => {
  it('is decoded by Google once; from then on it is cleared', () => {
    const token = play.standardToken({ requestHash: HASH });
    expect(judgeVerdict(play.decode(token))).toBe('accepted');
    expect(judgeVerdict(play.decode(token))).toBe('ERR_PLAY_INTEGRITY_EVALUATION_MISSING');
    expect(judgeVerdict(play.decode(token))).toBe('ERR_PLAY_INTEGRITY_EVALUATION_MISSING');
  });

  it('is not read with the app’s response keys', () => {
    expect(judgeToken(play.standardToken({ requestHash: HASH }))).toBe(
      'ERR_PLAY_INTEGRITY_TOKEN_KEY_UNKNOWN',
    );
  });

  it('of another app, or changed, is not decoded', () => {
    const token = play.standardToken({ requestHash: HASH });
    const other = google.playIntegrity({ packageName: 'com.example.other', signingDigests: [DIGEST] });
    expect(other.decode(token)).toBeUndefined();
    expect(play.decode(`${token}A`)).toBeUndefined();
  });
});

describe('the catalog of defects', () => {
  /** Fields of a body, what Google's service answers, an enrolled device; and layers that cannot be reached. */
  const ELSEWHERE = [
    'TOKEN_MISSING',
    'PACKAGE_UNKNOWN',
    'TOKEN_FORM_MALFORMED',
    'TOKEN_INVALID',
    'CONFIGURATION_FAILED',
    'QUOTA_UNAVAILABLE',
    'UNAVAILABLE',
    'APP_DENIED',
    'REFRESH_TOO_OLD',
    'JWS_TOO_LARGE',
    'JWS_KEY_UNKNOWN',
  ].map((code) => `ERR_PLAY_INTEGRITY_${code}`);

  it('has one for every code of the catalog of checks', () => {
    const made = new Set<string>(Object.values(PLAY_INTEGRITY_DEFECTS).map(({ code }) => code));
    const missing = CATALOG['play-integrity'].checks
      .map(({ code }) => code as string)
      .filter((code) => !made.has(code));
    expect(missing.toSorted()).toEqual(ELSEWHERE.toSorted());
  });

  it.each([
    ['an unknown one', () => play.classicToken({ nonce: NONCE }, 'none' as 'cleared')],
    ['a name that objects have', () => play.classicToken({ nonce: NONCE }, 'constructor' as 'cleared')],
    ['one of a token, of a verdict', () => play.verdict({ nonce: NONCE }, 'unsigned' as 'cleared')],
    ['a verdict that is bound to nothing', () => play.verdict({} as { nonce: string })],
    ['an app without digests', () => google.playIntegrity({ packageName: 'a.b', signingDigests: [] })],
    ['an app without a name', () => google.playIntegrity({ packageName: '', signingDigests: [DIGEST] })],
  ])('refuses %s', (_, make) => {
    expect(make).toThrow(ConfigurationError);
  });
});
