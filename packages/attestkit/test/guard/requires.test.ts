import { expect, it } from 'vitest';
import { createGuard } from '../../src/create-guard.js';
import { guardFromEnv } from '../../src/env/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { DecisionEvent, GuardEvent } from '../../src/ports/events.js';
import type { Evidence } from '../../src/ports/evidence.js';
import { AUDIENCE, Backend, bearer, newKey, requestOf, tokensOf } from '../sessions/support/backend.js';
import { vouching } from '../sessions/support/vouching.js';
import { decided, double, request } from './support/double.js';

/** A double whose kind requires others. */
const requiring = (kind: string, ...others: string[]): Evidence => ({
  ...double(kind),
  requires: () => others,
});
const kinds = [double('a'), requiring('b', 'a'), requiring('c', 'b')];
const guard = createGuard({ evidence: kinds, accept: ['a'] });

it('what a required kind requires is required too, and what that requires', async () => {
  const route = guard.route({ require: ['c'] });
  expect(route.asked).toEqual(['a', 'b', 'c']);
  expect(await decided(guard, request({ c: 'good' }), route)).toEqual([401, 'a_MISSING']);
  expect(await decided(guard, request({ c: 'good', a: 'good' }), route)).toEqual([401, 'b_MISSING']);
  expect(await decided(guard, request({ c: 'good', a: 'good', b: 'good' }), route)).toEqual([
    ['a', 'b', 'c'],
    [],
  ]);
});

it('what the one accepted kind requires is required too', async () => {
  const route = guard.route({ accept: ['b'] });
  expect(route.asked).toEqual(['a', 'b']);
  expect(await decided(guard, request({ b: 'good' }), route)).toEqual([401, 'a_MISSING']);
});

it('one of several accepted kinds requires no other', () => {
  expect(() => guard.route({ accept: ['a', 'b'] })).toThrow(ConfigurationError);
  expect(guard.route({ accept: ['b'], require: ['a', 'b'] }).asked).toEqual(['a', 'b']);
});

it('a kind that requires others comes right behind them', () => {
  const route = createGuard({ evidence: [double('other'), ...kinds], accept: ['a'] }).route({
    require: ['a', 'other', 'b'],
  });
  expect(route.asked).toEqual(['a', 'b', 'other']);
});

it('what a refused kind required is not told of as verified', async () => {
  const told: DecisionEvent[] = [];
  const telling = createGuard({
    evidence: kinds,
    accept: ['a'],
    onEvent: (event) => event.type === 'decision' && told.push(event),
  });
  const route = telling.route({ require: ['b'] });
  await decided(telling, request({ a: 'good', b: 'bad' }), route);
  expect(told).toMatchObject([{ outcome: 'refused', evidence: [] }]);
});

it('a path is excluded only where the one that is routed by is excluded too', async () => {
  const open = guard.route({ exclude: ['/open'] });
  expect(await decided(guard, request({}, { target: '/open' }), open)).toEqual([[], []]);
  const routed = { target: '/open', routed: '/admin' };
  expect(await decided(guard, request({}, routed), open)).toEqual([401, 'a_MISSING']);
});

it('a need in no form refuses, also where the decision comes later', async () => {
  const wrong = {
    ...double('a', () => Promise.reject(new Error('x'))),
    need: () => ({ header: 7 }) as never,
  };
  const decision = await createGuard({ evidence: [wrong] }).check(request({ a: 'x' }));
  expect(decision).toMatchObject({ outcome: 'refuse', error: { code: 'ERR_GUARD_INTERNAL' } });
});

it('an address that cannot be read leaves the event without it', async () => {
  const told: GuardEvent[] = [];
  const telling = createGuard({ evidence: [double('a')], onEvent: (event) => told.push(event) });
  const sent = Object.defineProperty(request({}), 'ip', {
    get: () => {
      throw new Error('no peer');
    },
  });
  expect(await decided(telling, sent)).toEqual([401, 'a_MISSING']);
  expect(told).toMatchObject([{ outcome: 'refused', address: undefined }]);
});

it('a further kind that has to be asked for opens no route from the environment', () => {
  const asked = { ...double('b'), onlyIfAsked: true as const };
  const made = guardFromEnv({ env: {}, evidence: [double('a'), asked], log: () => undefined });
  expect(made.route().asked).toEqual(['a']);
});

it('a block and an end count while the body of a signed request is on its way', async () => {
  for (const meanwhile of ['block', 'expiry'] as const) {
    const backend = new Backend({ sessions: { revocation: 'immediate' } });
    const key = newKey();
    const { session } = await backend.enrolled(key);
    const { xAppAttest } = key.signRequest({
      audience: AUDIENCE,
      method: 'POST',
      target: '/pay',
      body: '{}',
    });
    let arrive: ((bytes: Uint8Array) => void) | undefined;
    const arriving = new Promise<Uint8Array>((resolve) => (arrive = resolve));
    const sent = requestOf({
      method: 'POST',
      target: '/pay',
      fields: { ...bearer(session), 'x-app-attest': xAppAttest },
    });
    const route = backend.guard.route({ signedRequest: true });
    const deciding = backend.guard.check({ ...sent, body: () => arriving }, route);
    await new Promise((resolve) => setImmediate(resolve));
    if (meanwhile === 'expiry') backend.clock.ms += 4_000_000;
    else await backend.control.block({ recordId: (await backend.recordId()) as string });
    arrive?.(Buffer.from('{}'));
    expect(await deciding).toMatchObject({
      outcome: 'refuse',
      error: { code: meanwhile === 'block' ? 'ERR_SESSION_DEVICE_BLOCKED' : 'ERR_SESSION_EXPIRED' },
    });
  }
});

it.each([
  ['with a session required', { signedRequest: true, require: ['session', 'spy'] }, []],
  ['with one that is optional', { signedRequest: { session: 'optional' }, require: ['session', 'spy'] }, []],
])('no third kind sees the session of a blocked device, %s', async (_, options, seen) => {
  const spied: unknown[] = [];
  const spy = double('spy', (_item, { results }) => {
    spied.push(...Object.keys(results));
    return { result: {} };
  });
  const backend = new Backend({ evidence: [spy], sessions: { revocation: 'immediate' } });
  const key = newKey();
  const { session } = await backend.enrolled(key);
  await backend.control.block({ recordId: (await backend.recordId()) as string });
  const { xAppAttest } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
  const fields = { ...bearer(session), 'x-app-attest': xAppAttest, spy: 'x' };
  const decision = await backend.check({ fields }, options as object);
  expect(decision).toMatchObject({ outcome: 'refuse', error: { code: 'ERR_SESSION_DEVICE_BLOCKED' } });
  expect(spied).toEqual(seen);
  expect(backend.decisions.at(-1)?.evidence).toEqual([]);
});

it('an endpoint answers though the clock fails', async () => {
  let fails = false;
  const now = () => {
    if (fails) throw new Error('no clock');
    return Date.now();
  };
  const backend = new Backend({ now });
  fails = true;
  const target = '/device/challenge?device_id=phone-1';
  expect(await backend.guard.answer(requestOf({ target }), '/challenge')).toMatchObject({
    status: 503,
    body: '{}',
  });
});

it('a copied refresh token is told of at attest as well', async () => {
  const backend = new Backend({ enrollment: [vouching()] });
  const attest = async (more: object = {}) =>
    backend.post('/attest', {
      challenge: await backend.challenge(),
      device_id: 'phone-1',
      token: 'good',
      ...more,
    });
  const first = tokensOf(await attest());
  await backend.refresh(tokensOf(await backend.refresh(first.refresh)).refresh);
  backend.others.length = 0;
  expect((await attest({ refresh_token: first.refresh })).status).toBe(409);
  expect(backend.others).toMatchObject([{ type: 'session', change: 'reused' }]);
});
