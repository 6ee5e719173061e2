import { describe, expect, it } from 'vitest';
import type { RouteOptions } from '../../src/guard/index.js';
import { refreshBytes } from '../../src/sessions/request-bytes.js';
import { memoryStore } from '../../src/stores/memory.js';
import type { Store } from '../../src/ports/store.js';
import { AUDIENCE, Backend, Clock, newKey, tokensOf, watched } from './backend.js';
import { ALONE, sign } from './signing-device.js';
import { vouching } from './vouching.js';

const DAY = 86_400_000;

const KEYLESS = { enrolment: [vouching()] };

/** Enrols a device, or renews it, by evidence that says what the test wants. */
async function vouched(backend: Backend, more: object = {}, deviceId = 'phone-1') {
  const challenge = await backend.challenge(deviceId);
  return backend.post('/attest', { challenge, device_id: deviceId, token: 'good', ...more });
}

/** The id of a key that evidence says what the test wants of. */
const KEY_ID = Buffer.alloc(32, 7).toString('base64url');

/** A device with a key, whose evidence has no certificates that end. */
const KEYED = {
  enrolment: [
    vouching(
      { provesKey: true },
      { key: { id: KEY_ID, thumbprint: KEY_ID, publicKey: Buffer.alloc(32, 7).toString('base64url') } },
    ),
  ],
};

const alone = (backend: Backend, fields: object) =>
  backend.check({ fields: fields as never }, ALONE as RouteOptions);

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
    const backend = new Backend({ sessions: { idleDays: 30 } });
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
    const backend = new Backend({ sessions: { idleDays: 30 } });
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
  it('also where it came back to its label shortly before its pointer ended', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock });
    const key = newKey(clock.now);
    await backend.enrolled(key);
    clock.ms += 66 * DAY;
    // Its record was not used, and ended after 7 days: the key begins again under its label.
    const again = await backend.enrolled(key);
    clock.ms += 2 * DAY;
    const second = await backend.attest(key, 'phone-2');
    expect([second.status, second.code]).toEqual([409, 'ERR_ENROLMENT_KEY_TAKEN']);
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

it('a blocked user does not go on by requests that the key signs alone', async () => {
  const clock = new Clock();
  const backend = new Backend({ clock, sessions: { subject: () => 'alice' } });
  const key = newKey(clock.now);
  await backend.enrolled(key);
  await backend.control.block({ user: 'alice' });
  expect((await backend.post('/assert', await backend.exchange(key))).code).toBe('ERR_SESSION_USER_BLOCKED');
  clock.ms += 100 * DAY - 94 * DAY;
  const { authorization } = sign(key, {});
  expect(await alone(backend, { authorization })).toMatchObject({ outcome: 'refuse' });
});

describe('a refresh with a proof', () => {
  it('is judged anew after another request came first, and does not count its own proof against itself', async () => {
    const clock = new Clock();
    const inner = memoryStore({ now: clock.now });
    let meanwhile: (() => Promise<unknown>) | undefined;
    const store = watched(inner, async (operation, key) => {
      if (operation !== 'put' || !key.startsWith('device/') || meanwhile === undefined) return;
      const run = meanwhile;
      meanwhile = undefined;
      await run();
    });
    const sessions = { refresh: 'proof' as const };
    const backend = new Backend({ clock, store, sessions });
    const other = new Backend({ clock, store: inner, sessions });
    const key = newKey();
    const first = await backend.enrolled(key);
    await backend.post('/assert', await backend.exchange(key));
    const { sessions: live = [] } = (await other.device()) ?? {};
    const sid = live.at(-1)?.sessionId ?? '';
    const recordId = (await other.recordId()) ?? '';
    const clientData = refreshBytes({ audience: AUDIENCE, deviceId: 'phone-1', refreshToken: first.refresh });
    const assertion = Buffer.from(key.assert({ clientData })).toString('base64');
    meanwhile = () => other.control.end({ recordId, sessionId: sid });
    const reply = await backend.post('/refresh', { refresh_token: first.refresh, assertion });
    expect([reply.status, reply.code]).toEqual([200, undefined]);
  });
});

describe('a user who is blocked for an hour', () => {
  it('costs a device no refresh token, and raises no alarm of theft', async () => {
    const clock = new Clock();
    let user: string | undefined = 'alice';
    const backend = new Backend({ clock, ...KEYLESS, sessions: { subject: () => user } });
    const { refresh } = tokensOf(await vouched(backend));
    user = undefined;
    await backend.control.block({ user: 'alice' });
    expect((await backend.refresh(refresh)).code).toBe('ERR_SESSION_USER_BLOCKED');
    clock.ms += 3_600_000;
    await backend.control.unblock({ user: 'alice' });
    const reply = await backend.refresh(refresh);
    expect([reply.status, reply.code]).toEqual([200, undefined]);
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
    expect([elsewhere.status, elsewhere.code]).toEqual([409, 'ERR_ENROLMENT_KEY_TAKEN']);
  });

  it('where it was moved while the key was being blocked', async () => {
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
    expect([elsewhere.status, elsewhere.code]).toEqual([403, 'ERR_ENROLMENT_KEY_BLOCKED']);
  });
});

it('keys that replace one another are limited as new records are: each leaves a pointer behind', async () => {
  const backend = new Backend({ limits: { newRecordsPerHour: 3 } });
  let key = newKey();
  await backend.enrolled(key);
  const statuses: number[] = [];
  for (let time = 0; time < 10; time += 1) {
    const next = newKey();
    const body = await backend.evidence(next);
    const reply = await backend.post('/attest', { ...body, ...backend.previous(key, body) });
    statuses.push(reply.status);
    if (reply.status === 200) key = next;
  }
  expect(statuses).toContain(429);
});

it('a counter does not end before the record, also where idleDays was made shorter', async () => {
  const clock = new Clock();
  const store: Store = memoryStore({ now: clock.now });
  const before = new Backend({ clock, store });
  const key = newKey(clock.now);
  const { refresh } = await before.enrolled(key);
  tokensOf(await before.refresh(refresh));
  const after = new Backend({ clock, store, sessions: { idleDays: 30 } });
  const { authorization } = sign(key, {});
  expect((await alone(after, { authorization })).outcome).toBe('accept');
  expect((await alone(after, { authorization })).outcome).toBe('refuse');
  clock.ms += 91 * DAY;
  expect((await alone(after, { authorization })).outcome).toBe('refuse');
});

describe('a refresh token that was copied and used', () => {
  it('is found out where its device sends the spent one beside a proof', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock, sessions: { revocation: 'immediate' } });
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    const thief = tokensOf(await backend.refresh(refresh));
    clock.ms += 60_000;
    const body = { ...(await backend.exchange(key)), refresh_token: refresh };
    expect((await backend.post('/assert', body)).status).toBe(200);
    expect(await backend.use(thief.session)).toBe('ERR_SESSION_ENDED');
  });
});

it('a session from before the device had a user does not come to speak for the user', async () => {
  let user: string | undefined;
  const backend = new Backend({ sessions: { subject: () => user } });
  const key = newKey();
  const guest = await backend.enrolled(key);
  user = 'alice';
  tokensOf(await backend.post('/assert', await backend.exchange(key)));
  user = undefined;
  const reply = await backend.refresh(guest.refresh);
  expect(reply.status).toBe(401);
});
