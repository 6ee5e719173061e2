import { describe, expect, it } from 'vitest';
import {
  appCheckEnrollment,
  type AppCheckEnrollmentOptions,
  type AppCheckOptions,
} from '../../src/app-check/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { EnrollmentContext } from '../../src/ports/enrollment.js';
import type { Store } from '../../src/ports/store.js';
import { memoryStore } from '../../src/stores/memory.js';
import { refusal } from '../approov/support/tokens.js';
import { consumer } from './support/consumer.js';
import {
  APP,
  KEYS,
  limited,
  NOW,
  PROJECT_OPTIONS,
  SECONDS,
  stranger,
  token,
  WEB_APP,
} from './support/tokens.js';

const OPTIONS: AppCheckOptions = { ...PROJECT_OPTIONS, keys: KEYS };

const context: EnrollmentContext = {
  challenge: 'AQEBAnR3byBieXRlcw',
  deviceId: 'device-1',
  now: NOW,
  request: { method: 'POST', target: '/device/attest', fields: () => [] },
  consumeChallenge: () => Promise.resolve(),
};

describe('enrollment', () => {
  const enrollment = (more: object = {}) =>
    appCheckEnrollment({
      ...OPTIONS,
      allowUnbound: true,
      store: memoryStore(),
      ...more,
    } as AppCheckEnrollmentOptions);

  it('consumes a limited-use token, and is about no key', async () => {
    const evidence = enrollment();
    expect(evidence).toMatchObject({ kind: 'appCheck', fields: ['app_check_token'] });
    expect(evidence.proof).toBeUndefined();
    const verifying = (): Promise<unknown> =>
      Promise.resolve(evidence.verify({ app_check_token: limited() }, context));
    expect(await verifying()).toEqual({
      kind: 'appCheck',
      platform: 'android',
      appId: APP,
      environment: 'unknown',
      integrity: 'app',
      attestedAt: NOW - 60_000,
      facts: { provider: 'play_integrity' },
    });
    await expect(verifying()).rejects.toMatchObject({ code: 'ERR_APP_CHECK_TOKEN_REUSED' });
  });

  it.each([
    ['no token', {}, 'ERR_APP_CHECK_TOKEN_MISSING'],
    ['an empty token', { app_check_token: '' }, 'ERR_APP_CHECK_TOKEN_MISSING'],
    ['a token in another field', { token: limited() }, 'ERR_APP_CHECK_TOKEN_MISSING'],
    ['a token for many uses', { app_check_token: token() }, 'ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH'],
    [
      'the token of a stranger',
      { app_check_token: token({ jti: '1' }, {}, stranger.privateKey) },
      'ERR_APP_CHECK_TOKEN_SIGNATURE_INVALID',
    ],
    [
      'a token that expired',
      { app_check_token: limited('1', { exp: SECONDS }) },
      'ERR_APP_CHECK_TOKEN_EXPIRED',
    ],
  ])('refuses %s, with a store or with Firebase', async (_, fields, code) => {
    const firebase = consumer({ outcome: 'consumed', already: false });
    for (const how of [{}, { store: undefined, consumer: firebase.consumer }]) {
      const failure = Promise.resolve().then(() => enrollment(how).verify(fields, context));
      await expect(failure).rejects.toMatchObject({ code });
    }
    expect(firebase.asked).toEqual([]);
  });

  it.each(['store', 'Firebase'])('uses the challenge up right before the token, with %s', async (where) => {
    const done: string[] = [];
    const noting = (what: string) => async () => void done.push(what);
    const store = memoryStore();
    const claim: Store['claim'] = async (...given) => (await noting('token')(), store.claim(...given));
    const consume = async () => (await noting('token')(), { outcome: 'consumed', already: false });
    const how =
      where === 'store' ? { store: { ...store, claim } } : { store: undefined, consumer: { consume } };
    const evidence = enrollment(how);
    const verifying = (sent: string, consumeChallenge = noting('challenge')) =>
      Promise.resolve(evidence.verify({ app_check_token: sent }, { ...context, consumeChallenge }));

    for (const sent of [
      token(),
      token({ jti: '1' }, {}, stranger.privateKey),
      limited('1', { exp: SECONDS }),
    ])
      await expect(verifying(sent)).rejects.toBeInstanceOf(AttestationError);
    expect(done).toEqual([]);
    const used = new Error('used');
    await expect(verifying(limited(), () => Promise.reject(used))).rejects.toBe(used);
    expect(done).toEqual([]);
    expect(await verifying(limited())).toMatchObject({ appId: APP });
    expect(done).toEqual(['challenge', 'token']);
  });

  it('is never dated later than now, and knows no platform of the web', async () => {
    const sent = limited('2', { sub: WEB_APP, iat: SECONDS + 30 });
    const enrolled = await enrollment().verify({ app_check_token: sent }, context);
    expect(enrolled).toMatchObject({ platform: 'unknown', attestedAt: NOW });
  });

  it('holds a device to the apps of now, at a refresh', async () => {
    const enrolled = await enrollment().verify({ app_check_token: limited() }, context);
    expect(enrollment().appraise(enrolled, NOW)).toBeUndefined();
    const denied = refusal(() => enrollment({ appIds: [WEB_APP] }).appraise(enrolled, NOW));
    expect(denied).toMatchObject({ code: 'ERR_APP_CHECK_APP_DENIED', stage: 'denied' });
  });

  it.each<readonly [string, object]>([
    ['allowUnbound', { allowUnbound: undefined }],
    ['allowUnbounded', { allowUnbounded: true }],
    ['allowUnbound', { allowUnbound: false }],
    ['allowUnbound', { allowUnbound: 'true' }],
    ['consumer', { store: undefined }],
    ['consumer', { consumer: { consume: () => undefined } }],
    ['appIds', { appIds: [] }],
    ['keys', { keys: undefined }],
  ])('is off without a right %s', (variable, more) => {
    const wrong = expect.objectContaining({ name: 'ConfigurationError', variable }) as Error;
    expect(() => enrollment(more)).toThrow(wrong);
  });
});
