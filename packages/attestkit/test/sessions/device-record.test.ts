import { describe, expect, it } from 'vitest';
import type { Enrolled } from '../../src/ports/enrolment.js';
import { storeKeys } from '../../src/sessions/store-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { START, watched } from './backend.js';
import { devicesIn, enrolledBy, enrolment, ids, KIND } from './device-records.js';
import { Outage, rejected } from './failing.js';

describe('a device record', () => {
  it('gets a random id, and lists several keys, the newest last', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1'));
    const second = await devices.write('d', first, enrolment('k2'));
    const other = await devices.write('e', undefined, enrolment('k3'));
    expect(first.id).toMatch(/^[\w-]{22}$/);
    expect([second.id, second.createdAt]).toEqual([first.id, START]);
    expect(other.id).not.toBe(first.id);
    expect(ids(await devices.find('d'))).toEqual(['k1', 'k2']);
    expect((await devices.findByKey(KIND, 'k2'))?.device.id).toBe(first.id);
    expect((await devices.findByKey(KIND, 'k3'))?.device.deviceId).toBe('e');
    expect(await devices.findByKey('other', 'k3')).toBeUndefined();
    expect(await devices.findByKey(KIND, 'k4')).toBeUndefined();
  });

  it('keeps the receipt beside it', async () => {
    const devices = devicesIn(memoryStore());
    const record = await devices.write('d', undefined, enrolment('k1'));
    expect(record.enrolments[0]?.enrolled).not.toHaveProperty('receipt');
    expect(await devices.receipt(KIND, 'k1')).toBe('cmVj');
    expect(await devices.receipt(KIND, 'k2')).toBeUndefined();
  });

  it('keeps no notes, not those of renewed evidence either', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1', undefined, { notes: ['new'] }));
    expect(first.enrolments[0]?.enrolled).not.toHaveProperty('notes');
    const renewed = { ...enrolledBy('k1'), facts: { riskMetric: 1 }, notes: ['new'] };
    await devices.renew('d', first.enrolments[0]?.enrolled as Enrolled, renewed);
    const [kept] = (await devices.find('d'))?.enrolments ?? [];
    expect(kept?.enrolled.facts).toEqual({ riskMetric: 1 });
    expect(kept?.enrolled).not.toHaveProperty('notes');
  });

  it('replaces an enrolment of the same key, and one without a key of the same kind', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1'));
    const again = await devices.write('d', first, { ...enrolment('k1'), enrolledAt: START + 1 });
    expect(again.enrolments).toHaveLength(1);
    expect(again.enrolments[0]?.enrolledAt).toBe(START + 1);
    const keyless = await devices.write('d', again, enrolment(undefined));
    const twice = await devices.write('d', keyless, enrolment(undefined));
    expect(ids(twice)).toEqual(['k1', undefined]);
  });

  it('holds eight keys at most: the oldest goes, and is its key no more', async () => {
    const devices = devicesIn(memoryStore());
    let record = await devices.write('d', undefined, enrolment('k0'));
    for (let at = 1; at <= 8; at += 1) record = await devices.write('d', record, enrolment(`k${at}`));
    expect(ids(record)).toEqual(['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8']);
    expect(await devices.findByKey(KIND, 'k0')).toBeUndefined();
    expect(await devices.findKeyOf(record, KIND, 'k0')).toBeUndefined();
    expect(await devices.receipt(KIND, 'k0')).toBeUndefined();
    expect(await devices.receipt(KIND, 'k1')).toBe('cmVj');
    // It may be enrolled anew, by whoever proves to have it.
    expect(ids(await devices.write('e', undefined, enrolment('k0')))).toEqual(['k0']);
  });
});

describe('a write', () => {
  it.each([0, 1, 2])(
    'that is cut off after %i steps leaves nothing in the way of the next',
    async (steps) => {
      const outage = new Outage(memoryStore());
      const devices = devicesIn(outage.store);
      outage.left = steps;
      expect(await rejected(devices.write('d', undefined, enrolment('k1')))).toBe('STORE_DOWN');
      outage.left = Number.POSITIVE_INFINITY;
      expect(await devices.find('d')).toBeUndefined();
      expect(await devices.findByKey(KIND, 'k1')).toBeUndefined();
      const again = await devices.write('d', undefined, enrolment('k1'));
      expect((await devices.findByKey(KIND, 'k1'))?.device.id).toBe(again.id);
    },
  );

  it.each([0, 1, 2])(
    'of a second key that is cut off after %i steps leaves the first as it was',
    async (n) => {
      const outage = new Outage(memoryStore());
      const devices = devicesIn(outage.store);
      const first = await devices.write('d', undefined, enrolment('k1'));
      outage.left = n;
      expect(await rejected(devices.write('d', first, enrolment('k2')))).toBe('STORE_DOWN');
      outage.left = Number.POSITIVE_INFINITY;
      expect(ids(await devices.find('d'))).toEqual(['k1']);
      expect((await devices.findByKey(KIND, 'k1'))?.device.id).toBe(first.id);
      // Whoever has evidence for the key may enrol it, here or elsewhere.
      expect(ids(await devices.write('e', undefined, enrolment('k2')))).toEqual(['k2']);
    },
  );

  it('of two devices under one new id: one of them, and the other is told to try again', async () => {
    const devices = devicesIn(memoryStore());
    const both = await Promise.allSettled([
      devices.write('d', undefined, enrolment('k1')),
      devices.write('d', undefined, enrolment('k2')),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const failed = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(failed.reason).toMatchObject({
      code: 'ERR_ENROLMENT_CONFLICT',
      stage: 'unavailable',
      retryAfter: 1,
    });
    expect((await devices.find('d'))?.enrolments).toHaveLength(1);
  });

  it('onto a record that was forgotten meanwhile is refused', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1'));
    await devices.forget('d');
    expect(await rejected(devices.write('d', first, enrolment('k2')))).toBe('ERR_ENROLMENT_CONFLICT');
    expect(await devices.find('d')).toBeUndefined();
  });
});

describe('forgetting a device', () => {
  it('frees its id and its keys, and deletes its receipts', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1'));
    await devices.write('d', first, enrolment(undefined));
    await devices.forget('d');
    expect(await devices.find('d')).toBeUndefined();
    expect(await devices.findByKey(KIND, 'k1')).toBeUndefined();
    expect(await devices.receipt(KIND, 'k1')).toBeUndefined();
    expect((await devices.write('e', undefined, enrolment('k1', 'bob'))).id).not.toBe(first.id);
    await devices.forget('nobody');
  });

  it('leaves a key that another device has by now', async () => {
    const store = memoryStore();
    const devices = devicesIn(store);
    await devices.write('d', undefined, enrolment('k1'));
    const owner = await store.get(storeKeys.thumbprint('t-k1'));
    const other = await devices.write('e', undefined, enrolment('k2'));
    const moved = JSON.stringify({ v: 1, recordId: other.id, deviceId: 'e' });
    await store.put(storeKeys.thumbprint('t-k1'), moved, owner?.version);
    await devices.forget('d');
    expect(await store.get(storeKeys.thumbprint('t-k1'))).toMatchObject({ value: moved });
    expect(await devices.receipt(KIND, 'k1')).toBe('cmVj');
  });
});

describe('renewing evidence', () => {
  const newer = enrolledBy('k1', { facts: { riskMetric: 3 }, receipt: 'bmV3' });
  const known = async (devices: ReturnType<typeof devicesIn>) =>
    (await devices.find('d'))?.enrolments[0]?.enrolled as Enrolled;

  it('takes the place of what it renews', async () => {
    const devices = devicesIn(memoryStore());
    const first = await devices.write('d', undefined, enrolment('k1', 'alice'));
    await devices.write('d', first, enrolment('k2', 'alice'));
    expect(await devices.renew('d', await known(devices), newer)).toMatchObject({ facts: { riskMetric: 3 } });
    const record = await devices.find('d');
    expect(ids(record)).toEqual(['k1', 'k2']);
    expect(record?.enrolments[0]).toMatchObject({ subject: 'alice', enrolled: { facts: { riskMetric: 3 } } });
    expect(record?.enrolments[0]?.enrolled).not.toHaveProperty('receipt');
    expect(await devices.receipt(KIND, 'k1')).toBe('bmV3');
  });

  it('leaves what another one has brought meanwhile, and its receipt', async () => {
    const devices = devicesIn(memoryStore());
    await devices.write('d', undefined, enrolment('k1'));
    const before = await known(devices);
    await devices.renew('d', before, newer);
    const nothing = enrolledBy('k1', { facts: { receiptRetryAt: 1 }, receipt: 'b2xk' });
    expect((await devices.renew('d', before, nothing))?.facts).toEqual({ riskMetric: 3 });
    expect((await known(devices)).facts).toEqual({ riskMetric: 3 });
    expect(await devices.receipt(KIND, 'k1')).toBe('bmV3');
  });

  it('brings no key back that is gone, and writes nothing', async () => {
    const writes: string[] = [];
    const store = watched(memoryStore(), (operation, key) => {
      if (operation === 'put') writes.push(key.split('/', 1)[0] as string);
    });
    const devices = devicesIn(store);
    expect(await devices.renew('d', newer, newer)).toBeUndefined();
    expect(await devices.find('d')).toBeUndefined();
    expect(writes).toEqual([]);
  });
});
