import { describe, expect, it } from 'vitest';
import {
  currentMarks,
  NO_MARKS,
  withUser,
  type DeviceRecord,
} from '../../src/sessions/state/device-record.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, newKey, recording } from './support/backend.js';
import { keyIdOf } from './support/signing-device.js';

const NOW = 1_800_000_000_000;

describe('what stands under a label', () => {
  it('forgets challenges a minute after they expired, and counts all up to then as used', () => {
    const spent = [
      ['a', NOW - 60_000],
      ['b', NOW - 59_999],
      ['c', NOW - 90_000],
    ] as const;
    const current = currentMarks({ ended: {}, spent, spentFloor: NOW - 100_000 }, NOW);
    expect(current).toEqual({ ended: {}, spent: [['b', NOW - 59_999]], spentFloor: NOW - 60_000 });
    expect(currentMarks({ ...NO_MARKS, spentFloor: 7 }, NOW).spentFloor).toBe(7);
  });

  it('forgets an ended key when its time is over', () => {
    const ended = { a: { why: 'blocked', until: NOW }, b: { why: 'retired', until: NOW + 1 } } as const;
    expect(Object.keys(currentMarks({ ...NO_MARKS, ended }, NOW).ended)).toEqual(['b']);
  });

  it('keeps the session at hand alone once a user is named, and no user is named twice', () => {
    const families = [1, 2, 3].map((sid) => ({ sid }));
    const record = { families } as unknown as DeviceRecord;
    expect(withUser(record, 'ann')).toEqual({ user: 'ann', families: [{ sid: 3 }] });
    expect(withUser(record, undefined)).toBe(record);
    const named = { ...record, user: 'ann' };
    expect(withUser(named, 'bob')).toBe(named);
  });
});

describe('a block of a key', () => {
  it('is lifted long after it was made', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const target = { keyId: keyIdOf(key) };
    await backend.control.block(target);
    backend.clock.ms += 120_001;
    expect(await backend.control.unblock(target)).toBe(true);
    expect((await backend.device())?.blocked).toEqual([]);
    expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
  });

  it('that was never made is not lifted, and nothing is written', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    const key = newKey();
    await backend.enrolled(key);
    writes.length = 0;
    expect(await backend.control.unblock({ keyId: keyIdOf(key) })).toBe(false);
    expect(writes).toEqual([]);
  });

  it('of a device whose record has ended is not made, since it is nobody’s', async () => {
    const backend = new Backend();
    await backend.enrolled();
    const recordId = (await backend.recordId()) ?? '';
    // Seven days without use; what points to the record lives longer.
    backend.clock.ms += 8 * 86_400_000;
    expect(await backend.device()).toBeUndefined();
    expect(await backend.control.block({ recordId })).toBe(false);
  });
});

describe('what a listener is told', () => {
  it('names the record and the session of each change', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const recordId = (await backend.recordId()) ?? '';
    const sessionId = (await backend.device())?.sessions[0]?.sessionId ?? '';
    await backend.control.end({ recordId, sessionId });
    expect(backend.others.findLast(({ type }) => type === 'session')).toMatchObject({
      change: 'ended',
      recordId,
      session: sessionId,
      requestId: undefined,
      device: undefined,
    });
    await backend.control.block({ recordId });
    expect(backend.lastChange).toMatchObject({ change: 'blocked', recordId });
    await backend.control.unblock({ recordId });
    expect(backend.lastChange).toMatchObject({ change: 'unblocked', recordId });
    await backend.control.block({ keyId: keyIdOf(key) });
    expect(backend.lastChange).toMatchObject({ change: 'blocked', recordId: undefined });
    await backend.control.forget(recordId);
    expect(backend.lastChange).toMatchObject({ change: 'forgotten', recordId });
  });
});
