import { describe, expect, it } from 'vitest';
import {
  appCheck,
  appCheckEnrollment,
  inspectAppCheckToken,
  verifyAppCheckToken,
  type AppCheckEnrollmentOptions,
  type AppCheckOptions,
} from '../../src/app-check/index.js';
import { createGuard } from '../../src/create-guard.js';
import type { EnrollmentContext } from '../../src/ports/enrollment.js';
import type { KeySource } from '../../src/ports/keys.js';
import type { Store } from '../../src/ports/store.js';
import { memoryStore } from '../../src/stores/memory.js';
import * as shared from './support/tokens.js';

const { APP, CLAIMS, expected, KEYS, limited, NOW, PROJECT, PROJECT_OPTIONS } = shared;
const { requestWith, SECONDS, token } = shared;

/** Keys that come later, as those that are fetched. */
const FETCHED = { ...KEYS, candidates: async (...given) => KEYS.candidates(...given) } as KeySource;

const CONTEXT: EnrollmentContext = {
  challenge: 'AQEBAnR3byBieXRlcw',
  deviceId: 'device-1',
  now: NOW,
  request: { method: 'POST', target: '/device/attest', fields: () => [] },
  consumeChallenge: () => Promise.resolve(),
};

describe('an app', () => {
  it.each(['android', 'ios', 'web'] as const)('of %s says so', (platform) => {
    const sub = `1:${PROJECT}:${platform}:0a1b`;
    expect(verifyAppCheckToken(token({ sub }), { ...expected, appIds: [APP, sub] })).toMatchObject({
      appId: sub,
      platform,
    });
  });

  it('has an id in a list of such ids alone, and a project of any number of digits up to 20', () => {
    const wrong = { ...expected, appIds: [APP, 'app'] };
    expect(() => verifyAppCheckToken(token(), wrong)).toThrow(
      expect.objectContaining({ variable: 'appIds' }),
    );
    const iss = 'https://firebaseappcheck.googleapis.com/7';
    const claims = { iss, aud: ['projects/7'] };
    expect(verifyAppCheckToken(token(claims), { ...expected, projectNumber: '7' }).appId).toBe(APP);
  });
});

it('a provider of one letter is told', () => {
  expect(verifyAppCheckToken(token({ provider: 'x' }), expected).notes).toEqual(['provider x']);
});

it('a token is held to the system’s clock unless a time is given', () => {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { iat: seconds - 60, exp: seconds + 3600 };
  const { now: _, ...rest } = expected;
  expect(verifyAppCheckToken(token(claims), rest).kind).toBe('appCheck');
});

it('a report says when a token was issued, and the latest time that it could be', () => {
  const { checks } = inspectAppCheckToken(token({ iat: SECONDS + 61 }), expected);
  const failed = checks.filter(({ ok }) => !ok);
  expect(failed).toHaveLength(1);
  expect(JSON.stringify(failed)).toContain('2026-06-01T12:01:01.000Z');
  expect(JSON.stringify(failed)).toContain('2026-06-01T12:01:00.000Z or earlier');
});

describe('evidence', () => {
  const options = { ...PROJECT_OPTIONS, keys: KEYS } as AppCheckOptions;

  it('is looked for in one field', () => {
    const evidence = appCheck(options);
    expect(evidence.fields).toEqual(['x-firebase-appcheck']);
    expect(evidence.need?.(undefined, undefined)).toEqual({ need: 'token', header: 'X-Firebase-AppCheck' });
  });

  it.each([undefined, null, {}, { algorithms: [] }, { algorithms: ['RS256', 'ES256'] }])(
    'needs keys of RS256, not %j',
    (keys) => {
      expect(() => appCheck({ ...options, keys } as never)).toThrow(
        expect.objectContaining({ variable: 'keys' }),
      );
    },
  );

  it('is consumed with keys that are fetched, too', async () => {
    const evidence = appCheck({ ...options, keys: FETCHED, store: memoryStore() } as AppCheckOptions);
    const guard = createGuard({ evidence: [evidence], now: () => NOW });
    const route = guard.route({ appCheck: { consume: true } });
    const sent = requestWith(limited());
    expect(await guard.check(sent, route)).toMatchObject({ results: { appCheck: { consumed: true } } });
    expect(await guard.check(sent, route)).toMatchObject({ error: { code: 'ERR_APP_CHECK_TOKEN_REUSED' } });
  });

  it('enrolls a device with keys that are fetched, too', async () => {
    const evidence = appCheckEnrollment({
      ...options,
      keys: FETCHED,
      allowUnbound: true,
      store: memoryStore(),
    } as AppCheckEnrollmentOptions);
    expect(await evidence.verify({ app_check_token: limited() }, CONTEXT)).toMatchObject({ appId: APP });
  });
});

it.each([
  ['the rest of its life and two minutes', CLAIMS.iat + 300, 360_000],
  ['a part of a millisecond as a whole one', SECONDS + 240.0005, 360_001],
  ['two minutes, once it has expired within the leeway', SECONDS - 10, 120_000],
])('a consumed token is remembered for %s', async (_, exp, ttl) => {
  const lives: number[] = [];
  const store: Store = memoryStore();
  const claim: Store['claim'] = async (key, ttlMs) => Boolean(lives.push(ttlMs)) && store.claim(key, ttlMs);
  const evidence = appCheckEnrollment({
    ...PROJECT_OPTIONS,
    keys: KEYS,
    leewaySeconds: 60,
    allowUnbound: true,
    store: { ...store, claim },
  } as AppCheckEnrollmentOptions);
  await evidence.verify({ app_check_token: limited('once', { exp }) }, CONTEXT);
  expect(lives).toEqual([ttl]);
});
