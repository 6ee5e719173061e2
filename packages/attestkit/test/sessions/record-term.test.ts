import { describe, expect, it } from 'vitest';
import type { Enrolled } from '../../src/ports/enrolment.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, claimsOf, Clock, START, tokensOf } from './backend.js';
import { DAY, devicesIn, enrolledBy, enrolment, ids } from './device-records.js';
import { vouching } from './vouching.js';

const MINUTE = 60_000;
const TAKEOVER = 'ERR_ENROLMENT_TAKEOVER';
const VOUCHED: Partial<Enrolled> = { vouchesForDeviceId: true };

/** A server whose devices have no key. */
function keyless(said: Partial<Enrolled> = {}, more: object = {}) {
  const backend = new Backend({ enrolment: [vouching({}, said)], ...more });
  const enrol = async (extra: object = {}) => {
    const challenge = await backend.challenge();
    return backend.post('/attest', { challenge, device_id: 'phone-1', token: 'good', ...extra });
  };
  const record = async () => claimsOf(tokensOf(await enrol()).session)['rid'];
  return { backend, enrol, record };
}

describe('a device without a key', () => {
  it('whose sessions have all ended can enrol again, as a new one', async () => {
    const { backend, enrol, record } = keyless();
    const first = tokensOf(await enrol());
    backend.clock.ms += 30 * DAY - 1;
    expect((await enrol()).code).toBe(TAKEOVER);
    backend.clock.ms += DAY;
    expect((await enrol({ refresh_token: first.refresh })).status).toBe(200);
    expect(await backend.recordId()).not.toBe(claimsOf(first.session)['rid']);
    backend.clock.ms += 31 * DAY;
    expect(await backend.recordId()).toBeUndefined();
    expect(await record()).toBe(await backend.recordId());
  });

  it('is the same one as long as it comes back with its refresh token in time', async () => {
    const { backend, enrol } = keyless();
    let { session, refresh } = tokensOf(await enrol());
    const rid = claimsOf(session)['rid'];
    for (let month = 0; month < 4; month += 1) {
      backend.clock.ms += 29 * DAY;
      expect((await enrol()).code).toBe(TAKEOVER);
      ({ session, refresh } = tokensOf(await enrol({ refresh_token: refresh })));
      expect(claimsOf(session)['rid']).toBe(rid);
      ({ refresh } = tokensOf(await backend.refresh(refresh)));
    }
  });

  it('has its record until the last session can have ended, on clocks that are apart too', async () => {
    const { backend, enrol } = keyless({}, { sessions: { refreshLifetimeSeconds: 3600 } });
    const { refresh } = tokensOf(await enrol());
    backend.clock.ms += 3_600_000 - 1;
    expect((await backend.refresh(refresh)).status).toBe(200);
    backend.clock.ms += MINUTE;
    expect((await enrol()).code).toBe(TAKEOVER);
    backend.clock.ms += 1;
    expect((await enrol()).status).toBe(200);
  });

  it('for which an attester vouches keeps its record: it can always enrol again', async () => {
    const { backend, record } = keyless(VOUCHED);
    const first = await record();
    backend.clock.ms += 4000 * DAY;
    expect(await record()).toBe(first);
  });
});

describe('a record', () => {
  const setUp = (sessionMs = DAY) => {
    const clock = new Clock();
    const store = memoryStore({ now: clock.now });
    return { clock, store, devices: devicesIn(store, clock, sessionMs) };
  };

  it('says when it goes, and goes then', async () => {
    const { clock, devices } = setUp();
    const record = await devices.write('d', undefined, enrolment(undefined));
    expect(record.expiresAt).toBe(START + DAY + MINUTE);
    clock.ms += DAY + MINUTE - 1;
    expect(await devices.find('d')).toEqual(record);
    clock.ms += 1;
    expect(await devices.find('d')).toBeUndefined();
  });

  it('with a key stays, also where it had none before', async () => {
    const { clock, devices } = setUp();
    const first = await devices.write('d', undefined, enrolment(undefined));
    const second = await devices.write('d', first, enrolment('k1'));
    const third = await devices.write('d', second, enrolment(undefined));
    expect([second, third].map((record) => record.expiresAt)).toEqual([undefined, undefined]);
    clock.ms += 4000 * DAY;
    expect(ids(await devices.find('d'))).toEqual(['k1', undefined]);
    expect((await devices.findByKey('app-attest', 'k1'))?.device.id).toBe(first.id);
  });

  it('that loses its last key goes with its sessions', async () => {
    const { clock, devices } = setUp();
    let record = await devices.write('d', undefined, enrolment('k1'));
    for (let at = 0; at < 8; at += 1)
      record = await devices.write('d', record, enrolment(undefined, undefined, { kind: `kind-${at}` }));
    expect([ids(record)?.includes('k1'), record.expiresAt]).toEqual([false, clock.ms + DAY + MINUTE]);
    clock.ms += 2 * DAY;
    expect(await devices.find('d')).toBeUndefined();
  });

  it('lives no longer and no shorter for evidence that is renewed', async () => {
    const { clock, devices } = setUp();
    await devices.write('d', undefined, enrolment(undefined));
    clock.ms += DAY;
    const known = (await devices.find('d'))?.enrolments[0]?.enrolled as Enrolled;
    await devices.renew('d', known, enrolledBy(undefined, { facts: { riskMetric: 1 } }));
    expect((await devices.find('d'))?.enrolments[0]?.enrolled.facts).toEqual({ riskMetric: 1 });
    clock.ms += MINUTE - 1;
    expect(await devices.find('d')).toBeDefined();
    clock.ms += 1;
    expect(await devices.find('d')).toBeUndefined();
  });

  it('that has a key stays when its evidence is renewed', async () => {
    const { clock, devices } = setUp();
    const { enrolments } = await devices.write('d', undefined, enrolment('k1'));
    await devices.renew('d', enrolments[0]?.enrolled as Enrolled, enrolledBy('k1', { facts: { a: 1 } }));
    clock.ms += 4000 * DAY;
    expect(ids(await devices.find('d'))).toEqual(['k1']);
  });

  it('outlives a longer session from before sessions were made shorter', async () => {
    const { clock, store, devices } = setUp(30 * DAY);
    const first = await devices.write('d', undefined, enrolment(undefined));
    const shorter = devicesIn(store, clock, DAY);
    expect((await shorter.write('d', first, enrolment(undefined))).expiresAt).toBe(first.expiresAt);
    clock.ms += 30 * DAY;
    expect((await shorter.find('d'))?.id).toBe(first.id);
    clock.ms += MINUTE;
    expect(await shorter.find('d')).toBeUndefined();
  });

  it('whose time is over by a clock that is ahead of the store’s is written all the same', async () => {
    const { store, devices } = setUp();
    await devices.write('d', undefined, enrolment(undefined));
    const ahead = new Clock();
    ahead.ms += 2 * DAY;
    const known = (await devices.find('d'))?.enrolments[0]?.enrolled as Enrolled;
    expect(await devicesIn(store, ahead).renew('d', known, { ...known, facts: { a: 1 } })).toBeDefined();
    expect((await devices.find('d'))?.enrolments[0]?.enrolled.facts).toEqual({ a: 1 });
  });
});
