import { describe, expect, it } from 'vitest';
import { CATALOG } from 'attestkit/catalog';
import { inspectAppCheckToken, verifyAppCheckToken } from 'attestkit/app-check';
import { AttestationError, ConfigurationError } from 'attestkit';
import { APP_CHECK_DEFECTS, createVirtualGoogle, type AppCheckDefect } from '../src/google/index.js';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const APP = { projectNumber: '123456789012', appId: '1:123456789012:android:0a1b2c3d4e5f' };
const google = createVirtualGoogle({ now: () => NOW });
const firebase = google.appCheck(APP);
const expected = {
  projectNumber: APP.projectNumber,
  appIds: [APP.appId],
  jwks: firebase.jwks,
  now: NOW,
};

function judge(token: string): string {
  const inspection = inspectAppCheckToken(token, expected);
  const reported = inspection.verdict === 'pass' ? 'accepted' : inspection.code;
  let thrown = 'accepted';
  try {
    verifyAppCheckToken(token, expected);
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    thrown = error.code;
  }
  if (thrown !== reported) throw new Error(`the verifier says ${thrown}, the inspector ${reported}`);
  return thrown;
}

describe('a token of App Check', () => {
  it.each([
    ['the usual', {}],
    ['one for a single use', { limitedUse: true }],
    ['one of thirty minutes', { lifetimeSeconds: 1800 }],
    ['one of seven days', { lifetimeSeconds: 604_800 }],
    ['one of a custom provider', { provider: 'custom' }],
    ['one without a provider', { provider: null }],
  ])('without a defect, %s, is accepted', (_, options) => {
    expect(judge(firebase.token(options))).toBe('accepted');
  });

  it.each(Object.keys(APP_CHECK_DEFECTS) as AppCheckDefect[])('with %s is refused', (defect) => {
    expect(judge(firebase.token({}, defect))).toBe(APP_CHECK_DEFECTS[defect].code);
  });

  it('of another Google is refused', () => {
    const other = createVirtualGoogle({ now: () => NOW }).appCheck(APP);
    expect(judge(other.token())).toBe('ERR_APP_CHECK_TOKEN_KEY_UNKNOWN');
  });

  it('has an identifier of its own, of either kind, as Firebase’s have', () => {
    const made = [{}, {}, { limitedUse: true }, { limitedUse: true }].map((options) =>
      verifyAppCheckToken(firebase.token(options), expected),
    );
    expect(new Set(made.map(({ tokenId: jti }) => jti)).size).toBe(4);
    expect(made.every(({ tokenId: jti }) => typeof jti === 'string')).toBe(true);
  });

  it('is of limited use by its five minutes alone', () => {
    const lives = [{}, { lifetimeSeconds: 1800 }, { limitedUse: true }].map((options) => {
      const { expiresAt, issuedAt, limitedUse } = verifyAppCheckToken(firebase.token(options), expected);
      return [(expiresAt - issuedAt) / 1000, limitedUse];
    });
    expect(lives).toEqual([
      [3600, false],
      [1800, false],
      [300, true],
    ]);
  });

  it.each([
    ['android', 'play_integrity'],
    ['ios', 'device_check_app_attest'],
    ['web', 'recaptcha_enterprise'],
  ])('says what attested an app for %s', (platform, provider) => {
    const appId = `1:123456789012:${platform}:0a1b2c3d4e5f`;
    const app = google.appCheck({ ...APP, appId });
    const result = verifyAppCheckToken(app.token(), { ...expected, appIds: [appId], jwks: app.jwks });
    expect(result).toMatchObject({ provider, notes: [] });
  });

  it('of the debug provider is denied, and accepted where that is allowed', () => {
    const token = firebase.token({ provider: 'debug' });
    expect(judge(token)).toBe('ERR_APP_CHECK_PROVIDER_DENIED');
    expect(verifyAppCheckToken(token, { ...expected, allowDebugProvider: true }).provider).toBe('debug');
  });
});

describe('consuming a token', () => {
  it('works once', () => {
    const token = firebase.token({ limitedUse: true });
    expect(firebase.consume(token)).toEqual({});
    expect(firebase.consume(token)).toEqual({ alreadyConsumed: true });
  });

  it('is refused for one that was not made here, or with a defect', () => {
    const other = google.appCheck(APP);
    expect(firebase.consume(other.token())).toBeUndefined();
    expect(firebase.consume(firebase.token({}, 'expired'))).toBeUndefined();
  });
});

describe('the catalog of defects', () => {
  /** A header field, an answer of Firebase, an enrolled device. */
  const ELSEWHERE = [
    'ERR_APP_CHECK_TOKEN_MISSING',
    'ERR_APP_CHECK_TOKEN_REPEATED',
    'ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH',
    'ERR_APP_CHECK_JTI_MISSING',
    'ERR_APP_CHECK_TOKEN_INVALID',
    'ERR_APP_CHECK_CONFIGURATION_FAILED',
    'ERR_APP_CHECK_QUOTA_UNAVAILABLE',
    'ERR_APP_CHECK_UNAVAILABLE',
    'ERR_APP_CHECK_TOKEN_REUSED',
    'ERR_APP_CHECK_APP_DENIED',
  ];

  it('has one for every code of the catalog of checks', () => {
    const made = new Set<string>(Object.values(APP_CHECK_DEFECTS).map(({ code }) => code));
    const missing = CATALOG['app-check'].checks
      .map(({ code }) => code as string)
      .filter((code) => !made.has(code));
    expect(missing.toSorted()).toEqual(ELSEWHERE.toSorted());
  });

  it.each([
    ['an unknown one', () => firebase.token({}, 'none' as 'expired')],
    ['a name that objects have', () => firebase.token({}, 'constructor' as 'expired')],
    ['a project by its id', () => google.appCheck({ ...APP, projectNumber: 'virtual-project' })],
    ['a session token of less than half an hour', () => firebase.token({ lifetimeSeconds: 1799 })],
    ['a session token of more than a week', () => firebase.token({ lifetimeSeconds: 604_801 })],
    [
      'a limited-use token with a lifetime of its own',
      () => firebase.token({ limitedUse: true, lifetimeSeconds: 1800 }),
    ],
    ['an app by its package', () => google.appCheck({ ...APP, appId: 'com.example.app' })],
  ])('refuses %s', (_, make) => {
    expect(make).toThrow(ConfigurationError);
  });
});
