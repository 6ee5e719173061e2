import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, claimsOf, newKey, recording, tokensOf } from './support/backend.js';

/** A server whose application names the user of the moment. */
function serverOf(first: string | undefined) {
  const at = { user: first };
  const { store, writes } = recording(memoryStore());
  const backend = new Backend({ store, subject: () => at.user, sessions: { revocation: 'immediate' } });
  return { at, backend, writes };
}

describe('the user of a device', () => {
  it('is set by its enrollment, and never changed', async () => {
    const { at, backend } = serverOf('alice');
    const key = newKey();
    const { session } = await backend.enrolled(key);
    expect(claimsOf(session)).toMatchObject({ sub: 'alice' });
    at.user = 'bob';
    for (const reply of [
      await backend.attest(key),
      await backend.post('/assert', await backend.exchange(key)),
      await backend.post('/attest', await replacing(backend, key)),
    ])
      expect([reply.status, reply.code]).toEqual([409, 'ERR_ENROLLMENT_USER_TAKEN']);
    expect((await backend.device())?.user).toBe('alice');
  });

  it('stays where the application names none', async () => {
    const { at, backend } = serverOf('alice');
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    at.user = undefined;
    for (const reply of [
      await backend.refresh(refresh),
      await backend.attest(key),
      await backend.post('/assert', await backend.exchange(key)),
      await backend.post('/attest', await replacing(backend, key)),
    ])
      expect(claimsOf(tokensOf(reply).session)).toMatchObject({ sub: 'alice' });
  });

  it('is set once by new evidence, a proof by the key or a replacement, where there was none', async () => {
    const by = [
      (backend: Backend, key: ReturnType<typeof newKey>) => backend.attest(key),
      async (backend: Backend, key: ReturnType<typeof newKey>) =>
        backend.post('/assert', await backend.exchange(key)),
      async (backend: Backend, key: ReturnType<typeof newKey>) =>
        backend.post('/attest', await replacing(backend, key)),
    ];
    for (const set of by) {
      const { at, backend } = serverOf(undefined);
      const key = newKey();
      await backend.enrolled(key);
      at.user = 'alice';
      expect(claimsOf(tokensOf(await set(backend, key)).session)).toMatchObject({ sub: 'alice' });
      expect((await backend.device())?.user).toBe('alice');
      at.user = 'bob';
      expect((await backend.attest(key)).status).toBe(409);
    }
  });

  it('is one: of two users who enroll one key at once, one has it', async () => {
    const users = ['alice', 'bob'];
    const store = memoryStore();
    for (let round = 0; round < 20; round += 1) {
      const deviceId = `phone-${round}`;
      const key = newKey();
      const servers = users.map((user) => new Backend({ store, subject: () => user }));
      const bodies = await Promise.all(servers.map((server) => server.evidence(key, deviceId)));
      const replies = await Promise.all(
        servers.map((server, at) => server.post('/attest', bodies[at] as object)),
      );
      expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      const device = await servers[0]?.device(deviceId);
      const winner = replies.findIndex(({ status }) => status === 200);
      expect(device?.user).toBe(users[winner]);
      expect(device?.sessions).toHaveLength(1);
    }
  });
});

describe('a user who is blocked', () => {
  it('gets no session on any device, old or new, until the block is lifted', async () => {
    const { at, backend, writes } = serverOf('alice');
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    expect(await backend.control.block({ user: 'alice' })).toBe(true);
    const bodies = [await backend.evidence(newKey(), 'phone-2'), await backend.exchange(key)];
    writes.length = 0;
    for (const reply of [
      await backend.post('/attest', bodies[0] as object),
      await backend.post('/assert', bodies[1] as object),
      await backend.refresh(refresh),
    ])
      expect([reply.status, reply.code]).toEqual([403, 'ERR_SESSION_USER_BLOCKED']);
    expect(writes).toEqual([]);
    // A request that names no user gets nothing for hers either.
    at.user = undefined;
    for (const reply of [
      await backend.refresh(refresh),
      await backend.refresh(refresh),
      await backend.post('/assert', await backend.exchange(key)),
      await backend.attest(key),
    ])
      expect([reply.status, reply.code]).toEqual([403, 'ERR_SESSION_USER_BLOCKED']);
    at.user = 'bob';
    expect((await backend.attest(newKey(), 'phone-3')).status).toBe(200);
    expect(await backend.control.unblock({ user: 'alice' })).toBe(true);
    expect(await backend.control.unblock({ user: 'alice' })).toBe(false);
    at.user = 'alice';
    expect((await backend.attest(newKey(), 'phone-2')).status).toBe(200);
    expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
  });

  it('keeps live sessions until their tokens expire', async () => {
    const { backend } = serverOf('alice');
    const { session } = await backend.enrolled();
    await backend.control.block({ user: 'alice' });
    expect(await backend.use(session)).toBe('accepted');
    backend.clock.ms += 1_800_000;
    expect(await backend.use(session)).toBe('ERR_SESSION_EXPIRED');
  });

  it('may be blocked twice', async () => {
    const { backend } = serverOf('alice');
    for (let time = 0; time < 2; time += 1) expect(await backend.control.block({ user: 'alice' })).toBe(true);
    expect((await backend.attest()).code).toBe('ERR_SESSION_USER_BLOCKED');
  });
});

/** The body with which a new key replaces one. */
async function replacing(backend: Backend, old: ReturnType<typeof newKey>): Promise<object> {
  const body = await backend.evidence();
  return { ...body, ...backend.previous(old, body) };
}
