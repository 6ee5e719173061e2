import { describe, expect, it } from 'vitest';
import { storeKeys } from '../../src/sessions/store-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { appAttest } from '../../src/app-attest/index.js';
import { apple, APP_ID, Backend, newKey, recording, tally, watched } from './backend.js';
import { devicesIn, enrolment, ids, KIND } from './device-records.js';
import { Outage, rejected } from './failing.js';
import { vouching } from './vouching.js';

const OTHER = 'key-attestation';
const BOUND = 'ERR_ENROLMENT_KEY_BOUND';

/** The same key as `k1`, of which another kind of evidence says it by another name. */
const elsewise = (subject?: string) =>
  enrolment('x1', subject, { kind: OTHER, key: { id: 'x1', thumbprint: 't-k1', publicKey: 'AAAA' } });

describe('a key', () => {
  it('of another device is refused, and nothing changes', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1'));
    expect(await rejected(devices.write('e', undefined, enrolment('k1')))).toBe(BOUND);
    expect(await devices.find('e')).toBeUndefined();
    expect((await devices.findByKey(KIND, 'k1'))?.device.id).toBe(first.id);
  });

  it.each([
    ['another user', 'alice', 'bob'],
    ['no user any more', 'alice', undefined],
    ['a user where there was none', undefined, 'bob'],
  ])('is refused for %s', async (_, before, after) => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1', before));
    expect(await rejected(devices.write('d', first, enrolment('k1', after)))).toBe(
      'ERR_ENROLMENT_KEY_SUBJECT',
    );
    expect((await devices.write('d', first, enrolment('k1', before))).id).toBe(first.id);
    expect((await devices.write('d', first, enrolment('k2', after))).enrolments).toHaveLength(2);
  });

  it('whose owner is a record that does not list it is nobody’s', async () => {
    const store = memoryStore();
    const devices = devicesIn(store);
    const first = await devices.write('d', undefined, enrolment('k1'));
    const orphan = JSON.stringify({ v: 1, recordId: first.id, deviceId: 'd' });
    await store.put(storeKeys.thumbprint('t-k2'), orphan, undefined);
    const place = JSON.stringify({ v: 1, deviceId: 'd', thumbprint: 't-k2' });
    await store.put(storeKeys.key(KIND, 'k2'), place, undefined);
    expect(await devices.findByKey(KIND, 'k2')).toBeUndefined();
    expect(ids(await devices.write('e', undefined, enrolment('k2')))).toEqual(['k2']);
  });

  it('that a record lists, and that has another owner, is not this record’s', async () => {
    const store = memoryStore();
    const devices = devicesIn(store);
    const first = await devices.write('d', undefined, enrolment('k1'));
    const owner = await store.get(storeKeys.thumbprint('t-k1'));
    const elsewhere = JSON.stringify({ v: 1, recordId: 'other', deviceId: 'e' });
    await store.put(storeKeys.thumbprint('t-k1'), elsewhere, owner?.version);
    expect(await devices.findKeyOf(first, KIND, 'k1')).toBeUndefined();
    expect(await devices.findByKey(KIND, 'k1')).toBeUndefined();
  });

  it('is found by the platform’s name of it only where that is of this key', async () => {
    const store = memoryStore();
    const devices = devicesIn(store);
    const first = await devices.write('d', undefined, enrolment('k1'));
    await devices.write('d', first, enrolment('k2'));
    const kept = await store.get(storeKeys.key(KIND, 'k1'));
    const wrong = JSON.stringify({ v: 1, deviceId: 'd', thumbprint: 't-k2' });
    await store.put(storeKeys.key(KIND, 'k1'), wrong, kept?.version);
    expect(await devices.findByKey(KIND, 'k1')).toBeUndefined();
    expect(await rejected(devices.write('d', await devices.find('d'), enrolment('k1')))).toBe(BOUND);
  });

  it('of a record that was made anew under the same device id is not taken for the old one’s', async () => {
    const store = memoryStore();
    const devices = devicesIn(store);
    await devices.write('d', undefined, enrolment('k1'));
    const device = await store.get(storeKeys.device('d'));
    await store.delete(storeKeys.device('d'), device?.version ?? '');
    await devices.write('d', undefined, enrolment('k2'));
    expect(await devices.findByKey(KIND, 'k1')).toBeUndefined();
    expect(ids(await devices.write('e', undefined, enrolment('k1')))).toEqual(['k1']);
  });
});

describe('a key that two kinds of evidence are about', () => {
  it('is one device’s: of another it is refused, under whatever name', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1'));
    expect(await rejected(devices.write('e', undefined, elsewise()))).toBe(BOUND);
    expect(await devices.find('e')).toBeUndefined();
    expect((await devices.findByKey(KIND, 'k1'))?.device.id).toBe(first.id);
    expect(await devices.findByKey(OTHER, 'x1')).toBeUndefined();
  });

  it('may be enrolled by both in one record, and for one user', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1', 'alice'));
    expect(await rejected(devices.write('d', first, elsewise('bob')))).toBe('ERR_ENROLMENT_KEY_SUBJECT');
    const both = await devices.write('d', first, elsewise('alice'));
    expect(ids(both)).toEqual(['k1', 'x1']);
    expect((await devices.findByKey(KIND, 'k1'))?.device.id).toBe(first.id);
    expect((await devices.findByKey(OTHER, 'x1'))?.device.id).toBe(first.id);
  });

  it('stays the record’s while one of them is left, and is free with the last', async () => {
    const devices = devicesIn(memoryStore());
    let record = await devices.write('d', undefined, enrolment('k1'));
    record = await devices.write('d', record, elsewise());
    for (let at = 2; at <= 8; at += 1) record = await devices.write('d', record, enrolment(`k${at}`));
    expect(ids(record)?.[0]).toBe('x1');
    expect(await devices.findByKey(KIND, 'k1')).toBeUndefined();
    expect(await devices.receipt(KIND, 'k1')).toBeUndefined();
    expect((await devices.findByKey(OTHER, 'x1'))?.device.id).toBe(record.id);
    expect(await rejected(devices.write('e', undefined, enrolment('k1')))).toBe(BOUND);
    await devices.write('d', record, enrolment('k9'));
    expect((await devices.write('e', undefined, enrolment('k1'))).deviceId).toBe('e');
  });

  it('is free when its device is forgotten', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1'));
    await devices.write('d', first, elsewise());
    await devices.forget('d');
    expect(ids(await devices.write('e', undefined, elsewise('bob')))).toEqual(['x1']);
    expect(await devices.receipt(KIND, 'k1')).toBeUndefined();
  });
});

it('a phone’s key in evidence of another kind is refused, without a trace', async () => {
  const { store, writes } = recording(memoryStore());
  const iphones = appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] });
  const key = newKey();
  const owner = new Backend({ store, enrolment: [iphones] });
  await owner.enrolled(key);
  const [known] = (await owner.guard.sessions?.findDevice('phone-1'))?.enrolments ?? [];
  const { thumbprint = '', publicKey = '' } = known?.enrolled.key ?? {};
  const forged = vouching({}, { key: { id: 'another name', thumbprint, publicKey } });
  const backend = new Backend({ store, enrolment: [iphones, forged] });
  const challenge = await backend.challenge('mallory');
  writes.length = 0;
  const reply = await backend.post('/attest', { challenge, device_id: 'mallory', token: 'good' });
  expect([reply.status, reply.code]).toEqual([403, BOUND]);
  expect(writes).toEqual(['claim challenge']);
  expect(await backend.recordId('mallory')).toBeUndefined();
});

/** A number from 0 up to below `below`, the same ones for the same seed. */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('of all that enrol a key at once', () => {
  it('exactly one gets it, whatever the order of their steps', async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const chance = chances(seed);
      const store = watched(memoryStore(), async () => {
        for (let turns = chance(6); turns > 0; turns -= 1) await Promise.resolve();
      });
      const devices = devicesIn(store);
      const names = ['d', 'e', 'f', 'g'];
      const tries = names.map((deviceId, at) =>
        devices.write(deviceId, undefined, at % 2 === 0 ? enrolment('k1') : elsewise()),
      );
      const ended = await Promise.allSettled(tries);
      const outcomes = ended.map((each) => (each.status === 'fulfilled' ? 'enrolled' : each.reason.code));
      expect([seed, tally(outcomes)]).toEqual([seed, { enrolled: 1, [BOUND]: 3 }]);
      // It is the winner's, and of those that had written their record already it is nobody's.
      const winner = ended.find((each) => each.status === 'fulfilled')?.value;
      const found = await Promise.all([devices.findByKey(KIND, 'k1'), devices.findByKey(OTHER, 'x1')]);
      expect([seed, found.map((owned) => owned?.device.id).filter(Boolean)]).toEqual([seed, [winner?.id]]);
      const records = await Promise.all(names.map((name) => devices.find(name)));
      const owners = records.map(
        async (record) =>
          record && ((await devices.findKeyOf(record, KIND, 'k1')) ?? devices.findKeyOf(record, OTHER, 'x1')),
      );
      expect((await Promise.all(owners)).filter(Boolean)).toHaveLength(1);
    }
  });

  it('under one device id one does, and it keeps its key', async () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const chance = chances(seed);
      const store = watched(memoryStore(), async () => {
        for (let turns = chance(6); turns > 0; turns -= 1) await Promise.resolve();
      });
      const devices = devicesIn(store);
      const tries = Array.from({ length: 4 }, () => devices.write('d', undefined, enrolment('k1')));
      const ended = await Promise.allSettled(tries);
      const outcomes = ended.map((each) => (each.status === 'fulfilled' ? 'enrolled' : each.reason.code));
      expect([seed, tally(outcomes)]).toEqual([seed, { enrolled: 1, ERR_ENROLMENT_CONFLICT: 3 }]);
      const winner = ended.find((each) => each.status === 'fulfilled')?.value;
      expect([seed, (await devices.findByKey(KIND, 'k1'))?.device.id]).toEqual([seed, winner?.id]);
    }
  });

  it.each([0, 1, 2, 3, 4])('one that is cut off after %i steps keeps it from nobody', async (steps) => {
    const inner = memoryStore();
    const outage = new Outage(inner);
    outage.left = steps;
    await expect(devicesIn(outage.store).write('d', undefined, enrolment('k1'))).rejects.toThrow();
    const devices = devicesIn(inner);
    const record = await devices.find('d');
    // Until its record lists it, another device may have it; from then on it is this one's, which enrols again.
    if (record === undefined) {
      expect(ids(await devices.write('e', undefined, elsewise()))).toEqual(['x1']);
      return;
    }
    expect(await devices.findKeyOf(record, KIND, 'k1')).toBeDefined();
    expect(await rejected(devices.write('e', undefined, elsewise()))).toBe(BOUND);
    await devices.write('d', record, enrolment('k1'));
    expect((await devices.findByKey(KIND, 'k1'))?.device.id).toBe(record.id);
  });
});
