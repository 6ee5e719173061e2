import { afterEach, describe, expect, it, vi } from 'vitest';
import { enrollmentLimits, readLimits } from '../../src/endpoints/limits.js';
import { tokenBuckets } from '../../src/endpoints/rate-limiter.js';
import { queryParameter } from '../../src/endpoints/read-request.js';
import { watchedStore } from '../../src/endpoints/watched-store.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { StoreEvent } from '../../src/ports/events.js';
import type { Store } from '../../src/ports/store.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, newKey, requestOf } from '../sessions/support/backend.js';
import { DOWN } from '../sessions/support/failing.js';
import { vouching } from '../sessions/support/vouching.js';

afterEach(() => vi.restoreAllMocks());

describe('an event of an endpoint', () => {
  it('says how long it took', async () => {
    const backend = new Backend();
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(5).mockReturnValue(12);
    await backend.send('/jwks.json', {});
    clock.mockRestore();
    expect(backend.events.map(({ durationMs }) => durationMs)).toEqual([7]);
  });

  it('says that a session began where one began, and at a refresh that none did', async () => {
    const backend = new Backend();
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    const changes = () => backend.others.flatMap((event) => (event.type === 'session' ? [event.change] : []));
    expect(changes()).toEqual(['begun']);
    await backend.refresh(refresh);
    expect(changes()).toEqual(['begun']);
    await backend.post('/assert', await backend.exchange(key));
    expect(changes()).toEqual(['begun', 'begun']);
    await backend.refresh('nothing');
    expect(changes()).toEqual(['begun', 'begun']);
  });
});

it('endpoints count what they accepted and what they refused, each by its code', async () => {
  const backend = new Backend();
  await backend.challenge();
  await backend.send('/challenge', { target: '/c' });
  const counted = backend.guard.counters().filter(({ route }) => route?.includes('/challenge'));
  expect(counted.map(({ outcome, code, count }) => [outcome, code, count])).toEqual([
    ['accepted', undefined, 1],
    ['refused', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED', 1],
  ]);
});

it('a refusal without a limit or an outage says nothing of when to come again', async () => {
  const backend = new Backend({ audience: undefined as never, enrollment: [vouching()] });
  const { answer } = await backend.refresh('nothing');
  expect(answer.status).toBe(401);
  expect(answer.headers).not.toHaveProperty('retry-after');
  expect(answer.headers['www-authenticate']).toMatch(/^Attest realm="[^"]+", need="session"$/);
});

it('a limit that is asked later is waited for', async () => {
  const limiter = ({ step }: { step: string }) =>
    new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(step !== 'device'), 5);
    });
  const backend = new Backend({ limiter });
  const body = { device_id: 'phone-1', challenge: 'x' };
  expect((await backend.post('/attest', body)).code).toBe('ERR_ENDPOINT_LIMIT');
});

describe('limits', () => {
  it('that are misspelt are named with their owner', () => {
    expect(() => readLimits({ perMinute: 1 } as never)).toThrow(
      'devices.limits.perMinute is not an option of devices.limits.',
    );
  });

  it('of an address that nobody knows, and of a name that is none, are their own', () => {
    const of = { remotePerMinute: 1, unknownAddresses: 2, newRecordsPerHour: 1 };
    const limits = enrollmentLimits(readLimits(of), () => 0);
    const names = ['unix', 'nix', 'bnix', 'x/unix', '/unix', 'X', '', `${'a'.repeat(128)}b`];
    expect(names.map((name) => limits.remote(name))).toEqual(names.map(() => true));
    expect(limits.remote('unix')).toBe(false);
    // Cut off at 128 characters.
    expect(limits.remote(`${'a'.repeat(128)}c`)).toBe(false);
    expect([1, 2, 3].map(() => limits.remote(undefined))).toEqual([true, true, false]);
  });

  it('let pass what names no device, and count devices of an address apart from all', async () => {
    const allowed = tokenBuckets(readLimits({ devicePerMinute: 1 }), () => 0);
    const use = (step: 'device' | 'verified', address?: string, device?: string) =>
      allowed({ endpoint: 'attest', step, address, device });
    expect([1, 2, 3].map(() => use('device', 'a', undefined))).toEqual([true, true, true]);
    expect([use('device', 'a', 'd'), use('device', 'a', 'd'), use('device', 'b', 'd')]).toEqual([
      true,
      false,
      true,
    ]);
    expect([use('verified', 'a', 'd'), use('verified', 'b', 'd'), use('device', 'c', 'd')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a request to an endpoint', () => {
  it.each([
    ['identity', 200],
    ['Identity', 200],
    ['gzip', 400],
  ])('with the content coding %s', async (coding, status) => {
    const backend = new Backend();
    const body = JSON.stringify(await backend.evidence());
    const fields = { 'content-type': 'application/json', 'content-encoding': coding };
    expect((await backend.send('/attest', { method: 'POST', body, fields })).status).toBe(status);
  });

  it('has a media type that is JSON from its first letter', async () => {
    const backend = new Backend();
    const body = JSON.stringify(await backend.evidence());
    for (const type of ['x-application/json', 'text/plain; application/json', undefined]) {
      const fields = type === undefined ? {} : { 'content-type': type };
      expect((await backend.send('/attest', { method: 'POST', body, fields })).status).toBe(400);
    }
  });

  it('has no parameter where it has no query', () => {
    const repeated = new AttestationError(DOWN);
    const read = (target: string) => queryParameter(requestOf({ target }), 'a', repeated);
    expect(['a=1', '/a=1', '?a=1', '/?a=1', '/?b=1'].map(read)).toEqual([
      undefined,
      undefined,
      '1',
      '1',
      undefined,
    ]);
    expect(() => read('/?a=1&a=2')).toThrow(repeated);
  });
});

it('a store that fails is told of by operation, time, and the cause of what it throws itself', async () => {
  const told: StoreEvent[] = [];
  const { store: failing, error } = failingStore();
  const store = watchedStore(
    failing,
    () => 7,
    (event) => told.push(event),
  );
  const calls = [
    () => store.claim('a', 1),
    () => store.advance('a', 1),
    () => store.get('a'),
    () => store.put('a', 'b', undefined),
    () => store.delete('a', '1'),
  ];
  for (const call of calls) {
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(5).mockReturnValue(12);
    await expect(call()).rejects.toBe(error);
    clock.mockRestore();
  }
  expect(told).toEqual(
    ['claim', 'advance', 'get', 'put', 'delete'].map((operation) => ({
      type: 'store',
      at: 7,
      durationMs: 7,
      operation,
      code: 'STORE_DOWN',
      cause: 'why',
    })),
  );
  expect(
    await watchedStore(
      memoryStore(),
      () => 7,
      () => undefined,
    ).claim('a', 1),
  ).toBe(true);
});

function failingStore(): { store: Store; error: AttestationError } {
  const error = new AttestationError(DOWN, { cause: new Error('why') });
  const fail = () => Promise.reject(error);
  return { store: { claim: fail, advance: fail, get: fail, put: fail, delete: fail }, error };
}
