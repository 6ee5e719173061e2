import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { memoryStore } from '../../src/stores/memory.js';
import type { Store } from '../../src/ports/store.js';
import { Backend, Clock, newKey, tokensOf, watched } from './support/backend.js';
import { DOWN } from './support/failing.js';
import { sign } from './support/signing-device.js';
import { alone, DAY, KEY_ID, KEYED, KEYLESS, vouched } from './support/vouched-devices.js';

describe('a device in daily use keeps its record', () => {
  it('without a key, renewed when a fifth of its session is left', async () => {
    const backend = new Backend(KEYLESS);
    let { refresh } = tokensOf(await vouched(backend));
    const recordId = await backend.recordId();
    for (let day = 1; day <= 60; day += 1) {
      backend.clock.ms += DAY;
      const reply =
        day % 24 === 0 ? await vouched(backend, { refresh_token: refresh }) : await backend.refresh(refresh);
      expect([day, reply.status, reply.code]).toEqual([day, 200, undefined]);
      ({ refresh } = tokensOf(reply));
    }
    expect(await backend.recordId()).toBe(recordId);
  });

  it('with a key, by sessions, where idleDays is 30', async () => {
    const backend = new Backend({ idleDays: 30 });
    const key = newKey();
    let { refresh } = await backend.enrolled(key);
    for (let day = 1; day <= 60; day += 1) {
      backend.clock.ms += DAY;
      const reply =
        day % 20 === 0
          ? await backend.post('/assert', await backend.exchange(key))
          : await backend.refresh(refresh);
      expect([day, reply.status, reply.code]).toEqual([day, 200, undefined]);
      ({ refresh } = tokensOf(reply));
    }
  });

  it('with a key, by signed requests, where idleDays is 30', async () => {
    const backend = new Backend({ idleDays: 30 });
    const key = newKey();
    await backend.enrolled(key);
    for (let day = 1; day <= 60; day += 1) {
      backend.clock.ms += DAY;
      const { authorization } = sign(key, {});
      expect([day, (await alone(backend, { authorization })).outcome]).toEqual([day, 'accept']);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
});

describe('a key has one record', () => {
  it('also if it came back to its label shortly before its pointer ended', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock });
    const key = newKey(clock.now);
    await backend.enrolled(key);
    clock.ms += 66 * DAY;
    // Its record was not used, and ended after 7 days: the key begins again under its label.
    const again = await backend.enrolled(key);
    clock.ms += 2 * DAY;
    const second = await backend.attest(key, 'phone-2');
    expect([second.status, second.code]).toEqual([409, 'ERR_ENROLLMENT_KEY_TAKEN']);
    expect((await backend.refresh(again.refresh)).status).toBe(200);
  });

  it('and is found by its name as long as its record lives', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock });
    const key = newKey(clock.now);
    await backend.enrolled(key);
    clock.ms += 66 * DAY;
    const again = await backend.enrolled(key);
    clock.ms += 2 * DAY;
    expect((await backend.refresh(again.refresh)).status).toBe(200);
    const { authorization } = sign(key, {});
    expect(await alone(backend, { authorization })).toMatchObject({ outcome: 'accept' });
  });
});

describe('the pointer of a blocked device does not end', () => {
  it('where its key was unblocked and its record was not', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock, ...KEYED });
    await vouched(backend);
    const recordId = (await backend.recordId()) ?? '';
    await backend.control.block({ keyId: KEY_ID });
    await backend.control.block({ recordId });
    await backend.control.unblock({ keyId: KEY_ID });
    expect((await vouched(backend)).code).toBe('ERR_SESSION_DEVICE_BLOCKED');
    clock.ms += 461 * DAY;
    const elsewhere = await vouched(backend, {}, 'phone-2');
    expect([elsewhere.status, elsewhere.code]).toEqual([409, 'ERR_ENROLLMENT_KEY_TAKEN']);
  });

  it('if it was moved while the key was being blocked', async () => {
    const clock = new Clock();
    const inner = memoryStore({ now: clock.now });
    let onGetKey: (() => Promise<unknown>) | undefined;
    let gate: Promise<unknown> = Promise.resolve();
    // The process that extends.
    const slow = watched(inner, async (operation, key) => {
      if (operation === 'get' && key.startsWith('key/') && onGetKey !== undefined) {
        const run = onGetKey;
        onGetKey = undefined;
        await run();
      }
    });
    // The process that blocks: it is held between the pointer and the record.
    let reached: () => void = () => undefined;
    let armed = false;
    const held = watched(inner, async (operation, key) => {
      if (armed && operation === 'get' && key.startsWith('device/')) {
        reached();
        await gate;
      }
    });
    const backend = new Backend({ clock, store: slow, ...KEYED });
    const operator = new Backend({ clock, store: held, ...KEYED });
    const { refresh } = tokensOf(await vouched(backend));
    clock.ms += DAY;
    let release: () => void = () => undefined;
    gate = new Promise<void>((resolve) => (release = resolve));
    let blocking: Promise<boolean> | undefined;
    onGetKey = async () => {
      armed = true;
      const at = new Promise<void>((resolve) => (reached = resolve));
      blocking = operator.control.block({ keyId: KEY_ID });
      await at;
    };
    await backend.refresh(refresh);
    armed = false;
    release();
    expect(await blocking).toBe(true);
    clock.ms += 461 * DAY;
    const elsewhere = await vouched(backend, {}, 'phone-2');
    expect([elsewhere.status, elsewhere.code]).toEqual([403, 'ERR_ENROLLMENT_KEY_BLOCKED']);
  });
});

it('a counter does not end before the record, also where idleDays was made shorter', async () => {
  const clock = new Clock();
  const store: Store = memoryStore({ now: clock.now });
  const before = new Backend({ clock, store });
  const key = newKey(clock.now);
  const { refresh } = await before.enrolled(key);
  tokensOf(await before.refresh(refresh));
  const after = new Backend({ clock, store, idleDays: 30 });
  const { authorization } = sign(key, {});
  expect((await alone(after, { authorization })).outcome).toBe('accept');
  expect((await alone(after, { authorization })).outcome).toBe('refuse');
  clock.ms += 91 * DAY;
  expect((await alone(after, { authorization })).outcome).toBe('refuse');
});

it('a pointer that the store lost is written again when its device is used', async () => {
  const clock = new Clock();
  const store = memoryStore({ now: clock.now });
  const backend = new Backend({ clock, store });
  const key = newKey(clock.now);
  const { refresh } = await backend.enrolled(key);
  const name = `key/${Buffer.from(key.keyId, 'base64').toString('base64url')}`;
  const lost = await store.get(name);
  await store.delete(name, lost?.version ?? '');
  clock.ms += DAY;
  tokensOf(await backend.refresh(refresh));
  expect((await backend.attest(key, 'phone-2')).code).toBe('ERR_ENROLLMENT_KEY_TAKEN');
});

it('a key that was left half enrolled in a replacement has a pointer for as long as its record lives', async () => {
  const clock = new Clock();
  const inner = memoryStore({ now: clock.now });
  let isDown = false;
  const store = watched(inner, (operation, name) => {
    if (isDown && operation === 'put' && name.startsWith('device/')) throw new AttestationError(DOWN);
  });
  const backend = new Backend({ clock, store });
  const [old, next] = [newKey(clock.now), newKey(clock.now)];
  const first = await backend.enrolled(old);
  isDown = true;
  const half = await backend.evidence(next);
  expect((await backend.post('/attest', { ...half, ...backend.previous(old, half) })).status).toBe(503);
  isDown = false;
  clock.ms += 6 * DAY;
  tokensOf(await backend.refresh(first.refresh));
  for (let day = 0; day < 60; day += 20) {
    clock.ms += 20 * DAY;
    tokensOf(await backend.post('/assert', await backend.exchange(old)));
  }
  const body = await backend.evidence(next);
  expect((await backend.post('/attest', { ...body, ...backend.previous(old, body) })).status).toBe(200);
  clock.ms += 2 * DAY;
  const second = await backend.attest(next, 'phone-2');
  expect([second.status, second.code]).toEqual([409, 'ERR_ENROLLMENT_KEY_TAKEN']);
});

it('a session that has expired stays so where the clock is set back', async () => {
  const backend = new Backend({ store: memoryStore() });
  const { session } = await backend.enrolled();
  backend.clock.ms += 2_000_000;
  expect(await backend.use(session)).toBe('ERR_SESSION_EXPIRED');
  backend.clock.ms -= 2_000_000;
  expect(await backend.use(session)).toBe('ERR_SESSION_EXPIRED');
});

it('a block that failed has blocked nothing, and one that held is found by its id when its pointers would have ended', async () => {
  const clock = new Clock();
  const inner = memoryStore({ now: clock.now });
  let isDown = false;
  const store = watched(inner, (operation, name) => {
    if (isDown && operation === 'put' && name.startsWith('id/')) throw new AttestationError(DOWN);
  });
  const backend = new Backend({ clock, store });
  await backend.enrolled();
  const recordId = (await backend.recordId()) ?? '';
  isDown = true;
  await expect(backend.control.block({ recordId })).rejects.toBeDefined();
  isDown = false;
  expect((await backend.device())?.blocked).toEqual([]);
  expect(await backend.control.block({ recordId })).toBe(true);
  clock.ms += 68 * DAY;
  expect((await backend.device())?.blocked).toEqual(['record']);
  expect(await backend.control.unblock({ recordId })).toBe(true);
});
