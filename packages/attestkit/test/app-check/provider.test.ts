import { describe, expect, it } from 'vitest';
import {
  appCheck,
  appCheckEnrollment,
  inspectAppCheckToken,
  verifyAppCheckToken,
  type AppCheckExpectations,
  type AppCheckOptions,
} from '../../src/app-check/index.js';
import { createGuard } from '../../src/create-guard.js';
import { inspectEvidence } from '../../src/inspect/index.js';
import type { Enrolled, EnrollmentContext } from '../../src/ports/enrollment.js';
import { memoryStore } from '../../src/stores/memory.js';
import { refusal } from '../approov/support/tokens.js';
import { vectors, type Vector } from '../vectors.js';
import {
  expected,
  JWKS,
  KEYS,
  limited,
  NOW,
  PROJECT,
  PROJECT_OPTIONS,
  requestWith,
  SECONDS,
  token,
} from './support/tokens.js';

const OPTIONS: AppCheckOptions = { ...PROJECT_OPTIONS, keys: KEYS };

const KNOWN = [
  'play_integrity',
  'device_check_app_attest',
  'device_check_device_identification',
  'recaptcha_v3',
  'recaptcha_enterprise',
  'custom',
];

describe('the provider of a token', () => {
  it.each(KNOWN)('is given: %s', (provider) => {
    expect(verifyAppCheckToken(token({ provider }), expected)).toMatchObject({ provider, notes: [] });
  });

  it('may be absent', () => {
    const result = verifyAppCheckToken(token({ provider: undefined }), expected);
    expect(result).toMatchObject({ provider: undefined, notes: [] });
  });

  it.each([
    ['recaptcha_v9', 'provider recaptcha_v9'],
    ['Debug', 'provider Debug'],
    ['play_integrity ', 'provider'],
    ['', 'provider'],
    ['x'.repeat(65), 'provider'],
    ['<script>', 'provider'],
  ])('that is not known is accepted and noted: %j', (provider, note) => {
    expect(verifyAppCheckToken(token({ provider }), expected)).toMatchObject({ provider, notes: [note] });
  });

  it.each([[null], [7], [true], [['play_integrity']], [['debug']], [{ provider: 'custom' }]])(
    'that is no string is refused: %j',
    (provider) => {
      const code = 'ERR_APP_CHECK_PROVIDER_MALFORMED';
      const sent = token({ provider });
      expect(refusal(() => verifyAppCheckToken(sent, expected))).toMatchObject({ code, stage: 'untrusted' });
      expect(inspectAppCheckToken(sent, expected)).toMatchObject({ verdict: 'fail', code });
      // The relaxation is for the debug provider alone.
      const relaxed = { ...expected, allowDebugProvider: true };
      expect(refusal(() => verifyAppCheckToken(sent, relaxed)).code).toBe(code);
    },
  );

  it('stays as it is in the inspector, where the claims cannot be trusted', () => {
    const inspection = inspectAppCheckToken(token({ provider: 7, sub: '' }), expected);
    expect(inspection).toMatchObject({
      verdict: 'fail',
      unverified: { provider: undefined, notes: ['provider'] },
    });
  });
});

describe('the debug provider', () => {
  const sent = token({ provider: 'debug' });
  const code = 'ERR_APP_CHECK_PROVIDER_DENIED';

  it('is denied, with a code of its own', () => {
    expect(refusal(() => verifyAppCheckToken(sent, expected))).toMatchObject({ code, stage: 'denied' });
    expect(inspectAppCheckToken(sent, expected)).toMatchObject({ verdict: 'fail', code });
  });

  it('is accepted by the named option', () => {
    const result = verifyAppCheckToken(sent, { ...expected, allowDebugProvider: true });
    expect(result).toMatchObject({ provider: 'debug', notes: [] });
  });

  it.each([{ allowDebugProvider: false }, { allowDebugProvider: undefined }])(
    'is denied with %j',
    (options) => {
      expect(refusal(() => verifyAppCheckToken(sent, { ...expected, ...options })).code).toBe(code);
    },
  );

  it.each(['true', 1, 'debug'])('is not turned on by %j', (allowDebugProvider) => {
    const wrong = expect.objectContaining({
      name: 'ConfigurationError',
      variable: 'allowDebugProvider',
    }) as Error;
    const rules = { ...expected, allowDebugProvider } as unknown as AppCheckExpectations;
    expect(() => verifyAppCheckToken(token(), rules)).toThrow(wrong);
    const options = { ...OPTIONS, allowDebugProvider } as unknown as AppCheckOptions;
    expect(() => appCheck(options)).toThrow(wrong);
    expect(() => appCheckEnrollment({ ...options, allowUnbound: true, store: memoryStore() })).toThrow(wrong);
  });

  it('is answered with 403 on a route, again and again, and nothing is consumed', async () => {
    const guard = createGuard({
      evidence: [appCheck({ ...OPTIONS, store: memoryStore() })],
      now: () => NOW,
    });
    for (const asked of [true, { consume: true }, { consume: true }] as const) {
      const decision = await guard.check(
        requestWith(limited('d', { provider: 'debug' })),
        guard.route({ appCheck: asked }),
      );
      expect(decision).toMatchObject({ outcome: 'refuse', error: { code }, response: { status: 403 } });
    }
  });

  it('is inspected with the same option', () => {
    const file = {
      kind: 'app-check',
      token: sent,
      jwks: JWKS,
      ...PROJECT_OPTIONS,
      at: '2026-06-01T12:00:00Z',
    };
    expect(inspectEvidence(file)).toMatchObject({ verdict: 'fail', code });
    expect(inspectEvidence({ ...file, allowDebugProvider: true })).toMatchObject({ verdict: 'pass' });
    expect(() => inspectEvidence({ ...file, allowDebugProvider: 'true' })).toThrow('allowDebugProvider');
  });
});

describe('a device that enrolls', () => {
  const context: EnrollmentContext = {
    challenge: 'AQEBAnR3byBieXRlcw',
    deviceId: 'device-1',
    now: NOW,
    request: { method: 'POST', target: '/device/attest', fields: () => [] },
    consumeChallenge: () => Promise.resolve(),
  };
  const evidence = (options: object = {}) =>
    appCheckEnrollment({ ...OPTIONS, allowUnbound: true, store: memoryStore(), ...options });
  const enroll = async (claims: object, options: object = {}): Promise<Enrolled> =>
    evidence(options).verify({ app_check_token: limited('e', claims) }, context);

  it('has the provider among its facts', async () => {
    expect(await enroll({ provider: 'play_integrity' })).toMatchObject({
      environment: 'unknown',
      facts: { provider: 'play_integrity' },
    });
    expect((await enroll({ provider: undefined })).facts).toEqual({});
  });

  it('has a provider that is not known noted', async () => {
    expect(await enroll({ provider: 'recaptcha_v9' })).toMatchObject({
      facts: { provider: 'recaptcha_v9' },
      notes: ['provider recaptcha_v9'],
    });
    expect(await enroll({ provider: 'custom' })).not.toHaveProperty('notes');
  });

  it('does not enroll with the debug provider, unless that is allowed', async () => {
    await expect(enroll({ provider: 'debug' })).rejects.toMatchObject({
      code: 'ERR_APP_CHECK_PROVIDER_DENIED',
    });
    expect(await enroll({ provider: 'debug' }, { allowDebugProvider: true })).toMatchObject({
      environment: 'development',
      facts: { provider: 'debug' },
    });
  });

  it('ends at the refresh after the debug provider is no longer allowed', async () => {
    const allowed = { allowDebugProvider: true };
    const enrolled = await enroll({ provider: 'debug' }, allowed);
    expect(evidence(allowed).appraise(enrolled, NOW)).toBeUndefined();
    expect(refusal(() => evidence().appraise(enrolled, NOW))).toMatchObject({
      code: 'ERR_APP_CHECK_PROVIDER_DENIED',
      stage: 'denied',
    });
    const genuine = await enroll({ provider: 'play_integrity' });
    expect(evidence().appraise(genuine, NOW)).toBeUndefined();
  });
});

vectors('app-check/claims-cases').run('is beside the published claims, whatever it is', ([cases]) => {
  const { header, payload } = (cases as Vector)['valid'] as { header: object; payload: object };
  const published = JSON.parse(JSON.stringify(payload).replaceAll('<project_number>', PROJECT)) as object;
  const rules = { ...expected, appIds: ['1:1234:android:1234'] };
  const made = (claims: object) => token({ ...published, iat: SECONDS, ...claims }, { ...header, kid: 'k1' });
  const session = { exp: SECONDS + 3600 };
  const once = { exp: SECONDS + 300 };
  for (const provider of [undefined, ...KNOWN]) {
    // The published claims have a `jti` in any case; only the lifetime says what the token is for.
    expect(verifyAppCheckToken(made({ provider, ...session }), rules)).toMatchObject({
      limitedUse: false,
      provider,
    });
    expect(verifyAppCheckToken(made({ provider, ...once }), rules)).toMatchObject({
      limitedUse: true,
      provider,
    });
  }
  const debug = made({ provider: 'debug', ...once });
  expect(refusal(() => verifyAppCheckToken(debug, rules)).code).toBe('ERR_APP_CHECK_PROVIDER_DENIED');
  const other = refusal(() => verifyAppCheckToken(made({ provider: ['debug'], ...once }), rules));
  expect(other.code).toBe('ERR_APP_CHECK_PROVIDER_MALFORMED');
});
