import { describe, expect, it } from 'vitest';
import { appCheck } from '../../src/app-check/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Evidence } from '../../src/ports/evidence.js';
import { assertion, session } from '../../src/sessions/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { KEYS, limited, NOW, PROJECT_OPTIONS, token } from '../app-check/support/tokens.js';
import { AUDIENCE, Backend, bearer, Clock, newKey, recording } from '../sessions/support/backend.js';
import { check, decided, double, DOWN, guarding, request, route } from './support/double.js';

/** What was done, in order. */
let done: string[] = [];

/** Evidence that serves one request; its item says what comes of using it up. */
function single(kind: string, use: (item: string) => unknown = (item) => item): Evidence {
  return double(kind, (item) => {
    done.push(`verify ${kind}`);
    if (item === 'bad') throw new AttestationError(check(`${kind}_bad`, 'untrusted'));
    const consume = async (): Promise<unknown> => {
      done.push(`consume ${kind}`);
      if (item === 'used') throw new AttestationError(check(`${kind}_used`, 'malformed'));
      return use(item);
    };
    return { result: 'not consumed', met: `once-${kind}`, consume };
  });
}

const ALL = { require: ['a', 'b', 'c'] };

function guardOf(more: object = {}, ...kinds: Evidence[]) {
  done = [];
  return guarding(kinds.length > 0 ? kinds : [single('a'), double('b'), single('c')], {
    accept: ['a'],
    ...more,
  });
}

describe('what serves one request', () => {
  it('is used up when all evidence holds, in its order, and gives the result', async () => {
    const { guard, events } = guardOf();
    const decision = await guard.check(request({ a: 'x', b: 'good', c: 'y' }), route(guard, ALL));
    expect(done).toEqual(['verify a', 'verify c', 'consume a', 'consume c']);
    expect(decision).toMatchObject({ outcome: 'accept', results: { a: 'x', b: { kind: 'b' }, c: 'y' } });
    expect(events).toMatchObject([{ verified: ['a', 'b', 'c'], met: ['once-a', 'once-c'] }]);
  });

  it.each([
    ['is malformed', { a: 'x', b: ['good', 'good'], c: 'y' }, [402, 'b_REPEATED']],
    ['is missing', { a: 'x', c: 'y' }, [401, 'b_MISSING']],
    ['does not hold', { a: 'x', b: 'bad', c: 'y' }, [403, 'b_bad']],
    ['is denied', { a: 'x', b: 'denied', c: 'y' }, [404, 'b_denied']],
    ['does not hold, at the end', { a: 'x', b: 'good', c: 'bad' }, [403, 'c_bad']],
  ])('is not used up by a request of which other evidence %s', async (_, fields, outcome) => {
    for (const enforcement of ['enforce', 'report'] as const) {
      const { guard } = guardOf();
      const asked = route(guard, { ...ALL, enforcement });
      const code = outcome[1];
      const wanted = enforcement === 'enforce' ? outcome : [[], [code]];
      expect(await decided(guard, request(fields as Record<string, string>), asked)).toEqual(wanted);
      expect(done.filter((each) => each.startsWith('consume'))).toEqual([]);
    }
  });

  it.each([
    ['enforce', [403, 'UNMET'], []],
    ['report', [['a', 'b'], ['UNMET']], ['consume a']],
  ] as const)('where a demand on other evidence is unmet: %s', async (enforcement, outcome, consumed) => {
    const unmet = { error: new AttestationError(check('UNMET', 'untrusted')), enforcement };
    const { guard } = guardOf(
      {},
      single('a'),
      double('b', () => ({ result: 1, unmet })),
    );
    const asked = route(guard, { require: ['a', 'b'] });
    expect(await decided(guard, request({ a: 'x', b: 'y' }), asked)).toEqual(outcome);
    expect(done.slice(1)).toEqual(consumed);
  });

  it('refuses as its kind does where it was used before, and what comes after it is kept', async () => {
    const { guard, events } = guardOf();
    const used = request({ a: 'used', b: 'good', c: 'y' });
    expect(await decided(guard, used, route(guard, ALL))).toEqual([402, 'a_used']);
    expect(done).toEqual(['verify a', 'verify c', 'consume a']);
    expect(events).toMatchObject([{ outcome: 'refuse', met: [] }]);
  });

  it('is let pass without a result where the route only reports, and meets nothing', async () => {
    const { guard, events } = guardOf({ enforcement: 'report' });
    const used = request({ a: 'used', b: 'good', c: 'y' });
    expect(await decided(guard, used, route(guard, ALL))).toEqual([[], ['a_used']]);
    expect(events).toMatchObject([{ outcome: 'accept', verified: [], met: [] }]);
  });

  it.each([
    ['a store that is down', () => Promise.reject(new AttestationError(DOWN)), 'STORE_DOWN'],
    ['a bug', () => Promise.reject(new TypeError('x')), 'ERR_GUARD_INTERNAL'],
    ['no result', () => undefined, 'ERR_GUARD_INTERNAL'],
  ])('that cannot be used up because of %s is refused with 503', async (_, use, code) => {
    const { guard } = guardOf({}, single('a', use));
    expect(await decided(guard, request({ a: 'x' }))).toEqual([503, code]);
    const throwing = double('a', () => ({ result: 1, consume: use as () => Promise<unknown> }));
    expect(await decided(guardOf({}, throwing).guard, request({ a: 'x' }))).toEqual([503, code]);
  });

  it('is used up after evidence that had to be waited for too', async () => {
    const slow = double('b', async (item) => {
      await new Promise((resolve) => setImmediate(resolve));
      done.push('verify b');
      if (item === 'bad') throw new AttestationError(check('b_bad', 'untrusted'));
      return { result: item };
    });
    const { guard } = guardOf({}, single('a'), slow);
    const both = route(guard, { require: ['a', 'b'] });
    expect(await decided(guard, request({ a: 'x', b: 'bad' }), both)).toEqual([403, 'b_bad']);
    expect(await decided(guard, request({ a: 'x', b: 'good' }), both)).toEqual([['a', 'b'], []]);
    expect(done.slice(2)).toEqual(['verify a', 'verify b', 'consume a']);
  });
});

/** A server with App Check, sessions and signed requests. */
async function server() {
  const clock = new Clock();
  clock.ms = NOW;
  const { store, writes } = recording(memoryStore({ now: clock.now }));
  const tokens = appCheck({ ...PROJECT_OPTIONS, keys: KEYS, store });
  const backend = new Backend({ clock, store, evidence: [tokens, session(), assertion()] });
  const key = newKey(clock.now);
  const { session: bearerToken } = await backend.enrolled(key);
  writes.length = 0;
  return {
    backend,
    key,
    writes,
    ours: bearer(bearerToken),
    other: bearer(`${bearerToken.slice(0, -4)}AAAA`),
  };
}

const ONCE = { appCheck: { consume: true } };

it('a limited-use token serves again where the session beside it was refused', async () => {
  const { backend, writes, ours, other } = await server();
  const asked = { ...ONCE, require: ['app-check', 'session'] };
  const send = (fields: object, header = limited()) =>
    backend.use('', { fields: { 'x-firebase-appcheck': header, ...fields } }, asked);
  expect(await send(other)).toBe('ERR_SESSION_SIGNATURE_INVALID');
  expect(await send({ authorization: [] })).toBe('ERR_SESSION_MISSING');
  expect(writes).toEqual([]);
  // What can be told of the token without using it up comes first.
  expect(await send(other, token())).toBe('ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH');
  expect(await send(ours)).toBe('accepted');
  expect(await send(ours)).toBe('ERR_APP_CHECK_TOKEN_REUSED');
});

it('a counter and a challenge serve again where an App Check token beside them was refused', async () => {
  const { backend, key, writes, ours } = await server();
  const challenge = await backend.challenge('phone-1', 'request');
  const signed = { audience: AUDIENCE, method: 'GET', target: '/', challenge };
  const fields = { ...ours, 'x-app-attest': key.signRequest(signed).xAppAttest };
  const send = (header: string) =>
    backend.use(
      '',
      { fields: { ...fields, 'x-firebase-appcheck': header } },
      { ...ONCE, assertion: { challenge: 'required' }, require: ['assertion', 'app-check'] },
    );
  expect(await send('junk')).toBe('ERR_APP_CHECK_TOKEN_MALFORMED');
  expect(await send(token())).toBe('ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH');
  expect(writes).toEqual([]);
  expect(await send(limited())).toBe('accepted');
  // Then, beside the answer, the first use moves the end of the device's record.
  expect(writes.slice(0, 3)).toEqual(['advance count', 'claim spent', 'claim app-check']);
  expect(await send(limited('another'))).toBe('ERR_ASSERTION_COUNTER_REUSED');
});
