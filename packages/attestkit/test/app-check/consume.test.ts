import { describe, expect, it } from 'vitest';
import { appCheck, type AppCheckOptions } from '../../src/app-check/index.js';
import { createGuard } from '../../src/create-guard.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Enforcement } from '../../src/ports/decision.js';
import type { Store } from '../../src/ports/store.js';
import { memoryStore } from '../../src/stores/memory.js';
import { consumer } from './support/consumer.js';
import {
  CLAIMS,
  KEYS,
  limited,
  NOW,
  PROJECT_OPTIONS,
  requestWith,
  SECONDS,
  stranger,
  token,
} from './support/tokens.js';

const OPTIONS: AppCheckOptions = { ...PROJECT_OPTIONS, keys: KEYS };

/** A store that says what it was asked to claim. */
function recording(store: Store = memoryStore()) {
  const claimed: [string, number][] = [];
  const claim: Store['claim'] = (key, ttlMs) => {
    claimed.push([key, ttlMs]);
    return store.claim(key, ttlMs);
  };
  return { claimed, store: { ...store, claim } as Store };
}

/** What a route that consumes tokens decides. */
function decide(options: Partial<AppCheckOptions>, enforcement: Enforcement = 'enforce') {
  const guard = createGuard({ evidence: [appCheck({ ...OPTIONS, ...options })], now: () => NOW });
  const route = guard.route({ appCheck: { consume: true }, enforcement });
  return async (sent: string) => {
    const decision = await guard.check(requestWith(sent), route);
    if (decision.outcome === 'refuse') return { status: decision.response.status, code: decision.error.code };
    return {
      consumed: decision.results.appCheck?.consumed,
      reported: decision.reported.map(({ code }) => code),
    };
  };
}

const ONCE = { consumed: true, reported: [] };

describe('with a store', () => {
  it('lets each limited-use token in once', async () => {
    const decided = decide({ store: memoryStore() });
    expect(await decided(limited())).toEqual(ONCE);
    expect(await decided(limited())).toEqual({ status: 401, code: 'ERR_APP_CHECK_TOKEN_REUSED' });
    expect(await decided(limited('another'))).toEqual(ONCE);
  });

  it('lets one of many simultaneous uses in', async () => {
    const decided = decide({ store: memoryStore() });
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => decided(limited())));
    expect(outcomes.filter((outcome) => 'consumed' in outcome)).toHaveLength(1);
  });

  it('keeps the tokens of two projects apart, in one store', async () => {
    const store = memoryStore();
    const iss = 'https://firebaseappcheck.googleapis.com/999';
    const theirs = decide({ store, projectNumber: '999' });
    expect(await decide({ store })(limited())).toEqual(ONCE);
    expect(await theirs(limited('once', { iss, aud: ['projects/999'] }))).toEqual(ONCE);
  });

  it.each([
    ['without jti', limited('', { jti: undefined })],
    ['with an empty jti', limited('')],
    ['with a jti that is no text', limited('', { jti: ['once'] })],
  ])('refuses a token %s', async (_, sent) => {
    const { claimed, store } = recording();
    expect(await decide({ store })(sent)).toEqual({ status: 401, code: 'ERR_APP_CHECK_JTI_MISSING' });
    expect(claimed).toEqual([]);
  });

  it('consumes nothing that does not verify', async () => {
    const { claimed, store } = recording();
    const decided = decide({ store });
    await decided(token({ jti: 'once' }, {}, stranger.privateKey));
    await decided(limited('once', { exp: SECONDS }));
    await decided(limited('once', { sub: '1:1:web:1' }));
    expect(claimed).toEqual([]);
    expect(await decided(limited())).toEqual(ONCE);
  });

  it('keeps it until the token has expired, by a key that says nothing of it', async () => {
    const { claimed, store } = recording();
    await decide({ store })(limited('a jti with spaces\nand more'.repeat(9)));
    const [key, ttlMs] = claimed[0] as [string, number];
    expect(key).toMatch(/^app-check\/[\w-]{43}$/);
    expect(ttlMs).toBeGreaterThanOrEqual((CLAIMS.iat + 300 - SECONDS + 60) * 1000);
    expect(Number.isSafeInteger(ttlMs)).toBe(true);
  });

  it.each([
    [60_000, ONCE],
    [60_001, { status: 401, code: 'ERR_APP_CHECK_TOKEN_EXPIRED' }],
  ])('a request that waited until %i ms after the end of its token', async (late, outcome) => {
    let now = NOW;
    const sent = limited();
    const { exp } = JSON.parse(Buffer.from(sent.split('.')[1] as string, 'base64url').toString()) as {
      exp: number;
    };
    const slow = {
      kind: 'slow',
      routeOptions: [],
      demand: () => undefined,
      find: () => ({ present: true, item: 1 }) as const,
      verify: async () => {
        now = exp * 1000 + late;
        return { result: {} };
      },
    };
    const evidence = [appCheck({ ...OPTIONS, store: memoryStore() }), slow];
    const guard = createGuard({ evidence, accept: ['appCheck'], now: () => now });
    const route = guard.route({ require: ['slow' as never], appCheck: { consume: true } });
    const decision = await guard.check(requestWith(sent), route);
    const told =
      decision.outcome === 'refuse'
        ? { status: decision.response.status, code: decision.error.code }
        : { consumed: decision.results.appCheck?.consumed, reported: [] };
    expect(told).toEqual(outcome);
  });

  it('answers 503 where the store is down', async () => {
    const store = memoryStore();
    const check = {
      name: 'n',
      code: 'ERR_STORE_UNAVAILABLE',
      stage: 'unavailable',
      says: 's',
      spec: 's',
    } as const;
    const claim = (): Promise<boolean> => Promise.reject(new AttestationError(check));
    const decided = decide({ store: { ...store, claim } as Store });
    expect(await decided(limited())).toEqual({ status: 503, code: 'ERR_STORE_UNAVAILABLE' });
  });

  it('reports a second use where the route only reports', async () => {
    const decided = decide({ store: memoryStore() }, 'report');
    await decided(limited());
    expect(await decided(limited())).toEqual({
      consumed: undefined,
      reported: ['ERR_APP_CHECK_TOKEN_REUSED'],
    });
  });

  it('consumes on the routes that ask for it, and on no other', async () => {
    const { claimed, store } = recording();
    const guard = createGuard({ evidence: [appCheck({ ...OPTIONS, store })], now: () => NOW });
    for (const asked of [undefined, true, {}, { consume: false }] as const) {
      const route = guard.route(asked === undefined ? {} : { appCheck: asked });
      expect(await guard.check(requestWith(limited()), route)).toMatchObject({ outcome: 'accept' });
    }
    expect(claimed).toEqual([]);
  });
});

describe('with Firebase', () => {
  it.each<readonly [string, unknown, object]>([
    ['a first use', { outcome: 'consumed', already: false }, ONCE],
    [
      'a second use',
      { outcome: 'consumed', already: true },
      { status: 401, code: 'ERR_APP_CHECK_TOKEN_REUSED' },
    ],
    [
      'an answer without a word',
      { outcome: 'consumed' },
      { status: 401, code: 'ERR_APP_CHECK_TOKEN_REUSED' },
    ],
    ['a token that is refused', { outcome: 'invalid' }, { status: 401, code: 'ERR_APP_CHECK_TOKEN_INVALID' }],
    [
      'a server that may not ask',
      { outcome: 'misconfigured', problem: 'p' },
      { status: 503, code: 'ERR_APP_CHECK_CONFIGURATION_FAILED' },
    ],
    [
      'a quota that is used up',
      { outcome: 'throttled', problem: 'p', retryAfter: 9 },
      { status: 503, code: 'ERR_APP_CHECK_QUOTA_UNAVAILABLE' },
    ],
    [
      'an outage',
      { outcome: 'unavailable', problem: 'p', retryAfter: 9 },
      { status: 503, code: 'ERR_APP_CHECK_UNAVAILABLE' },
    ],
  ])('judges %s', async (_, outcome, wanted) => {
    const firebase = consumer(outcome);
    const sent = limited();
    expect(await decide({ consumer: firebase.consumer })(sent)).toEqual(wanted);
    expect(firebase.asked).toEqual([sent]);
  });

  it('asks about nothing that does not verify', async () => {
    const firebase = consumer({ outcome: 'consumed', already: false });
    const decided = decide({ consumer: firebase.consumer });
    expect(await decided(token({}, {}, stranger.privateKey))).toMatchObject({ status: 401 });
    expect(await decided('x')).toMatchObject({ status: 401 });
    expect(firebase.asked).toEqual([]);
  });

  it('asks again about a token that it remembers', async () => {
    const firebase = consumer({ outcome: 'consumed', already: false });
    const decided = decide({ consumer: firebase.consumer });
    await decided(limited());
    await decided(limited());
    expect(firebase.asked).toHaveLength(2);
  });
});
