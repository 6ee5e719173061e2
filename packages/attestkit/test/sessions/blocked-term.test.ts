import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import type { BlockTarget } from '../../src/devices/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, Clock, tokensOf, watched } from './support/backend.js';
import { DOWN } from './support/failing.js';
import { FakeKey, START } from './orders/evidence.js';
import { attestBody, type Have } from './orders/phone.js';
import { openServer, readSession } from './orders/subject.js';
import { vouching } from './support/vouching.js';

const YEAR = 366 * 86_400_000;

/** One device whose evidence is always good, so that it can be attested again when years have passed. */
const KEY = { id: 'k'.repeat(43), thumbprint: 't'.repeat(43), publicKey: 'AAAA' };

type Moment = readonly [operation: keyof Store, pointer: string];

/**
 * A device that refreshes for the first time, which gives its record a later end: right before an operation on what points
 * to the record, another process blocks the device, from beginning to end. Where the first process stops then, nothing of
 * it reaches the record any more.
 */
async function blockedDuringRefresh(
  [at, pointer]: Moment,
  stops: boolean,
  targetOf: (recordId: string) => BlockTarget,
) {
  const clock = new Clock();
  let act: (() => Promise<void>) | undefined;
  let isStopped = false;
  const inner = memoryStore({ now: clock.now });
  const store = watched(inner, async (operation, name) => {
    if (isStopped && name.startsWith('device/')) throw new AttestationError(DOWN);
    if (operation !== at || !name.startsWith(pointer)) return;
    const run = act;
    act = undefined;
    await run?.();
    isStopped = stops && run !== undefined;
  });
  const options = { clock, enrollment: [vouching({ provesKey: true }, { key: KEY })] };
  const [backend, other] = [new Backend({ ...options, store }), new Backend({ ...options, store: inner })];
  const attest = async (label: string) =>
    other.post('/attest', { challenge: await other.challenge(label), device_id: label, token: 'good' });
  const { refresh } = tokensOf(await attest('phone-1'));
  const target = targetOf((await other.recordId()) ?? '');
  act = async () => expect(await other.control.block(target)).toBe(true);
  await backend.refresh(refresh);
  expect(act).toBeUndefined();
  return { other, clock, attest, target };
}

describe('a device that is blocked while a refresh gives its record a later end', () => {
  const byKey = () => ({ keyId: KEY.id });
  const byRecord = (recordId: string) => ({ recordId });

  describe.each([
    ['goes on', false],
    ['stops', true],
  ])('by a process that %s', (_what, stops) => {
    it.each<[string, string, keyof Store, (recordId: string) => BlockTarget]>([
      ['key', 'key/', 'get', byKey],
      ['key', 'key/', 'put', byKey],
      ['record', 'key/', 'get', byRecord],
      ['record', 'key/', 'put', byRecord],
      ['record', 'id/', 'get', byRecord],
      ['record', 'id/', 'put', byRecord],
    ])(
      'stays blocked by its %s for good, whatever becomes of %s (%s)',
      async (_name, pointer, at, targetOf) => {
        const { other, clock, attest, target } = await blockedDuringRefresh([at, pointer], stops, targetOf);
        expect((await attest('phone-2')).status).not.toBe(200);
        clock.ms += 3 * YEAR;
        expect((await other.device())?.blocked).not.toEqual([]);
        expect((await attest('phone-2')).status).not.toBe(200);
        expect(await other.control.unblock(target)).toBe(true);
      },
    );
  });
});

describe('a device that is blocked while a new key is on its way to replace its key', () => {
  it('stays blocked for good, although the new key had been sent before and looked at the pointer after the block', async () => {
    const clock = { ms: START };
    const [old, next] = [new FakeKey('old'), new FakeKey('next')];
    const phone: Have = { platform: 'android', label: 'phone-1', key: old };
    let before: (operation: keyof Store, name: string) => unknown = () => undefined;
    const inner = memoryStore({ now: () => clock.ms });
    const one = openServer(
      watched(inner, (...call) => before(...call)),
      clock,
    );
    const other = openServer(inner, clock);
    const replace = () => attestBody(other, phone, next, { key: old });
    const { session = '' } = await other.attest(attestBody(other, phone, old));

    before = (operation, name) => {
      if (operation === 'put' && name.startsWith('device/')) throw new AttestationError(DOWN);
    };
    expect((await one.attest(replace())).status).toBe(503);

    const record = { id: readSession(session).record, label: 'phone-1' };
    before = async (operation, name) => {
      if (operation !== 'get' || !name.startsWith('key/')) return;
      before = () => undefined;
      expect((await other.attest(replace())).status).toBe(200);
      expect((await other.block({ record })).status).toBe(200);
    };
    expect((await one.attest(replace())).status).toBe(403);

    clock.ms += 3 * YEAR;
    const elsewhere: Have = { platform: 'android', label: 'phone-2' };
    expect((await other.attest(attestBody(other, elsewhere, next))).status).toBe(409);
    expect((await other.unblock({ record })).status).toBe(200);
  });
});
