import { describe, expect, it } from 'vitest';
import {
  appCheck,
  appCheckEnrollment,
  inspectAppCheckToken,
  verifyAppCheckToken,
  type AppCheckOptions,
} from '../../src/app-check/index.js';
import { createGuard } from '../../src/create-guard.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { EnrollmentContext } from '../../src/ports/enrollment.js';
import type { DecisionEvent } from '../../src/ports/events.js';
import { memoryStore } from '../../src/stores/memory.js';
import { consumer } from './support/consumer.js';
import {
  CLAIMS,
  expected,
  KEYS,
  limited,
  NOW,
  PROJECT_OPTIONS,
  requestWith,
  SECONDS,
  token,
} from './support/tokens.js';

const OPTIONS: AppCheckOptions = { ...PROJECT_OPTIONS, keys: KEYS };
const HALF_HOUR = 1800;
const DAY = 86_400;

/** A token that lives for so many seconds from a minute ago. */
const living = (seconds: number, claims: object = {}): string =>
  token({ exp: CLAIMS.iat + seconds, jti: `${seconds}`, ...claims });

/** Both memories, each new. */
const memories = (): readonly (readonly [string, object])[] => [
  ['a store', { store: memoryStore() }],
  ['Firebase', { consumer: consumer({ outcome: 'consumed', already: false }).consumer }],
];

/** What a route that consumes tokens decides, and what its event says. */
async function decide(options: object, sent: string) {
  const events: DecisionEvent[] = [];
  const guard = createGuard({
    evidence: [appCheck({ ...OPTIONS, ...options })],
    now: () => NOW,
    onEvent: (event) => void events.push(event as DecisionEvent),
  });
  const decision = await guard.check(requestWith(sent), guard.route({ appCheck: { consume: true } }));
  const [event] = events;
  if (event === undefined) throw new Error('there was no event');
  const result = decision.outcome === 'accept' ? decision.results.appCheck : undefined;
  const code = decision.outcome === 'refuse' ? decision.error.code : undefined;
  const status = decision.outcome === 'refuse' ? decision.response.status : 200;
  return { event, result, code, status };
}

describe('a token is of limited use by its lifetime alone', () => {
  it.each([
    [1, 'without a jti', { jti: undefined }, true],
    [300, 'as Firebase makes it', {}, true],
    [300, 'without a jti', { jti: undefined }, true],
    [HALF_HOUR - 0.001, 'just below 30 minutes', {}, true],
    [HALF_HOUR, 'of 30 minutes', {}, false],
    [3600, 'with a jti', {}, false],
    [3600, 'without a jti', { jti: undefined }, false],
    [7 * DAY, 'with a jti', {}, false],
  ])('%d seconds, %s', (seconds, _, claims, limitedUse) => {
    const sent = living(seconds + 60, { iat: SECONDS, exp: SECONDS + seconds, ...claims });
    expect(verifyAppCheckToken(sent, expected)).toMatchObject({ limitedUse });
    expect(inspectAppCheckToken(sent, expected)).toMatchObject({ verdict: 'pass', result: { limitedUse } });
  });

  it.each([
    ['expires when it was issued', { iat: SECONDS + 30, exp: SECONDS + 30 }],
    ['expires before it was issued', { iat: SECONDS + 60, exp: SECONDS + 1 }],
  ])('and is no token where it %s', async (_, claims) => {
    const code = 'ERR_APP_CHECK_TOKEN_LIFETIME_INVALID';
    expect(inspectAppCheckToken(token(claims), expected)).toMatchObject({ verdict: 'fail', code });
    for (const [, memory] of memories()) expect(await decide(memory, token(claims))).toMatchObject({ code });
  });
});

describe.each(['a store', 'Firebase'])('a route that consumes tokens, with %s', (name) => {
  const memory = (): object => new Map(memories()).get(name) as object;

  it.each([HALF_HOUR, 3600, DAY, 7 * DAY])(
    'refuses a session token with a jti: %d seconds',
    async (seconds) => {
      const { code, status, event } = await decide(memory(), living(seconds));
      expect([status, code]).toEqual([401, 'ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH']);
      // What the operator has to know: whose fault it may be, and what to do.
      expect(event.refused).toMatchObject({ code, stage: 'untrusted' });
      expect(event.refused?.says).toBe(
        'the App Check token is not a limited-use token: it lives for 30 minutes or longer (`exp` - `iat`)',
      );
      expect(event.refused?.cause).toContain('firebase-android-sdk#8204');
      expect(event.refused?.cause).toContain('acceptSessionTokens');
      expect(event.refused?.cause).not.toContain(living(seconds));
    },
  );

  it('consumes nothing by refusing one', async () => {
    const firebase = consumer({ outcome: 'consumed', already: false });
    const claimed: string[] = [];
    const store = { ...memoryStore(), claim: async (key: string) => claimed.push(key) > 0 };
    const how = name === 'Firebase' ? { consumer: firebase.consumer } : { store };
    await decide(how, living(3600));
    expect([firebase.asked, claimed]).toEqual([[], []]);
    await decide(how, limited());
    expect(firebase.asked.length + claimed.length).toBe(1);
  });

  it('accepts a limited-use token, and says so', async () => {
    const { result, event } = await decide(memory(), limited());
    expect(result).toMatchObject({ limitedUse: true, consumed: true });
    expect([event.demandsMet, event.demandsSkipped]).toEqual([['consume'], []]);
  });
});

describe('acceptSessionTokens', () => {
  it('consumes a session token all the same, and counts that the demand was skipped', async () => {
    const options = { store: memoryStore(), acceptSessionTokens: true };
    const first = await decide(options, living(3600));
    expect(first.result).toMatchObject({ limitedUse: false, consumed: true });
    expect([first.event.demandsMet, first.event.demandsSkipped]).toEqual([['consume'], ['limited-use']]);
    expect((await decide(options, living(3600))).code).toBe('ERR_APP_CHECK_TOKEN_REUSED');
    expect((await decide(options, limited())).event.demandsSkipped).toEqual([]);
  });

  it('consumes a session token at Firebase', async () => {
    const firebase = consumer({ outcome: 'consumed', already: false });
    const sent = living(7 * DAY);
    const { result } = await decide({ consumer: firebase.consumer, acceptSessionTokens: true }, sent);
    expect(result).toMatchObject({ consumed: true });
    expect(firebase.asked).toEqual([sent]);
  });

  it('remembers a session token for as long as it lives', async () => {
    const ttls: number[] = [];
    const store = { ...memoryStore(), claim: async (_: string, ttlMs: number) => ttls.push(ttlMs) > 0 };
    await decide({ store, acceptSessionTokens: true }, living(7 * DAY));
    expect(ttls[0]).toBeGreaterThanOrEqual((CLAIMS.iat + 7 * DAY - SECONDS + 60) * 1000);
  });

  it.each([
    ['longer than seven days', living(7 * DAY + 1), 'ERR_APP_CHECK_TOKEN_LIFETIME_INVALID'],
    ['without a jti', living(3600, { jti: undefined }), 'ERR_APP_CHECK_JTI_MISSING'],
    ['with an empty jti', living(3600, { jti: '' }), 'ERR_APP_CHECK_JTI_MISSING'],
    ['of the debug provider', living(3600, { provider: 'debug' }), 'ERR_APP_CHECK_PROVIDER_DENIED'],
    ['that has expired', living(60), 'ERR_APP_CHECK_TOKEN_EXPIRED'],
  ])('accepts no token %s', async (_, sent, code) => {
    expect((await decide({ store: memoryStore(), acceptSessionTokens: true }, sent)).code).toBe(code);
  });

  it.each([
    ['consumes nothing', { acceptSessionTokens: true }],
    ['is no boolean', { acceptSessionTokens: 'true', store: memoryStore() }],
  ])('is refused where it %s', (_, more) => {
    const wrong = expect.objectContaining({
      name: 'ConfigurationError',
      variable: 'acceptSessionTokens',
    }) as Error;
    expect(() => appCheck({ ...OPTIONS, ...more } as AppCheckOptions)).toThrow(wrong);
  });
});

describe('a limited-use token without an identifier', () => {
  it.each([{ jti: undefined }, { jti: '' }, { jti: 7 }, { jti: ['once'] }, { jti: null }])(
    'is not remembered by a store: %j',
    async (claims) => {
      const { code, status } = await decide({ store: memoryStore() }, limited('x', claims));
      expect([status, code]).toEqual([401, 'ERR_APP_CHECK_JTI_MISSING']);
    },
  );
});

describe('enrollment', () => {
  const context: EnrollmentContext = {
    challenge: 'AQEBAnR3byBieXRlcw',
    deviceId: 'device-1',
    now: NOW,
    request: { method: 'POST', target: '/device/attest', fields: () => [] },
    consumeChallenge: () => Promise.resolve(),
  };
  const enroll = async (options: object, sent: string): Promise<unknown> =>
    appCheckEnrollment({ ...OPTIONS, allowUnbound: true, ...options }).verify(
      { app_check_token: sent },
      context,
    );

  it.each(['a store', 'Firebase'])(
    'refuses a session token with %s, before anything is consumed',
    async (name) => {
      const memory = new Map(memories()).get(name) as object;
      let challenges = 0;
      const evidence = appCheckEnrollment({ ...OPTIONS, allowUnbound: true, ...memory });
      const consumeChallenge = async (): Promise<void> => void (challenges += 1);
      const verifying = async (): Promise<unknown> =>
        evidence.verify({ app_check_token: living(3600) }, { ...context, consumeChallenge });
      await expect(verifying()).rejects.toMatchObject({
        code: 'ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH',
        cause: { message: expect.stringContaining('firebase-android-sdk#8204') as string },
      });
      expect(challenges).toBe(0);
    },
  );

  it('takes one by the named relaxation, once', async () => {
    const options = { store: memoryStore(), acceptSessionTokens: true };
    expect(await enroll(options, living(3600))).toMatchObject({ kind: 'appCheck' });
    await expect(enroll(options, living(3600))).rejects.toMatchObject({
      code: 'ERR_APP_CHECK_TOKEN_REUSED',
    });
  });

  it('always consumes a limited-use token', async () => {
    for (const [, memory] of memories())
      expect(await enroll(memory, limited())).toMatchObject({ kind: 'appCheck' });
    const store = memoryStore();
    await enroll({ store }, limited());
    await expect(enroll({ store }, limited())).rejects.toBeInstanceOf(AttestationError);
  });
});
