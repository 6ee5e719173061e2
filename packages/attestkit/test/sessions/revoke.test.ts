import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, claimsOf, newKey, newSecret, recording, tokensOf } from './support/backend.js';
import { Outage } from './support/failing.js';

const immediate = { sessions: { revocation: 'immediate' } } as const;

describe('revoking (RFC 7009)', () => {
  it.each(['session', 'refresh'] as const)('by the %s token ends that session alone', async (which) => {
    const backend = new Backend(immediate);
    const key = newKey();
    const first = await backend.enrolled(key);
    const second = tokensOf(await backend.post('/assert', await backend.exchange(key)));
    const other = await backend.enrolled(newKey(), 'phone-2');
    const reply = await backend.post('/revoke', { token: first[which] });
    expect([reply.status, reply.body]).toEqual([200, {}]);
    expect(await backend.use(first.session)).toBe('ERR_SESSION_ENDED');
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_ENDED');
    for (const each of [second, other]) expect(await backend.use(each.session)).toBe('accepted');
    expect((await backend.refresh(second.refresh)).status).toBe(200);
    expect((await backend.attest(key)).status).toBe(200);
  });

  it('is answered with 200 for tokens that are unknown, and writes nothing for them', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    const stranger = await new Backend({ secret: newSecret() }).enrolled();
    const { session } = await backend.enrolled();
    writes.length = 0;
    const forged = `${session.slice(0, -4)}AAAA`;
    for (const token of ['x', 'a.b.c', forged, stranger.session, stranger.refresh, 'A'.repeat(76)]) {
      const { status, body } = await backend.post('/revoke', { token });
      expect([token, status, body]).toEqual([token, 200, {}]);
    }
    expect(writes).toEqual([]);
  });

  it('is answered with 200 a second time, and by a token that was spent', async () => {
    const backend = new Backend(immediate);
    const first = await backend.enrolled();
    const second = tokensOf(await backend.refresh(first.refresh));
    for (let time = 0; time < 2; time += 1)
      expect((await backend.post('/revoke', { token: first.refresh })).status).toBe(200);
    expect(await backend.use(second.session)).toBe('ERR_SESSION_ENDED');
  });

  it.each([
    [{}],
    [{ token: '' }],
    [{ token: 7 }],
    [{ token: null }],
    [{ token: ['x'] }],
    [{ refresh_token: 'x' }],
  ])('with the body %j is answered with 400', async (body) => {
    expect((await new Backend().post('/revoke', body)).status).toBe(400);
  });

  it('is answered with 503 while the store is down, and not with success', async () => {
    const outage = new Outage(memoryStore());
    const backend = new Backend({ store: outage.store });
    const { session, refresh } = await backend.enrolled();
    outage.left = 0;
    for (const token of [session, refresh]) {
      const reply = await backend.post('/revoke', { token });
      expect([reply.status, reply.answer.headers['retry-after']]).toEqual([503, '5']);
    }
  });

  it('takes effect on another instance within the bound', async () => {
    const here = new Backend();
    const there = new Backend({ store: here.store, clock: here.clock });
    const { session } = await here.enrolled();
    expect(await there.use(session)).toBe('accepted');
    await here.post('/revoke', { token: session });
    expect(await here.use(session)).toBe('ERR_SESSION_ENDED');
    here.clock.ms += 4999;
    expect(await there.use(session)).toBe('accepted');
    here.clock.ms += 1;
    expect(await there.use(session)).toBe('ERR_SESSION_ENDED');
  });

  it('outlives every token of the session', async () => {
    const backend = new Backend({ sessions: { refreshLifetimeSeconds: 3600, expirySeconds: 3600 } });
    const { session, refresh } = await backend.enrolled();
    await backend.post('/revoke', { token: refresh });
    backend.clock.ms += 3_599_999;
    expect(await backend.use(session)).toBe('ERR_SESSION_ENDED');
    expect((await backend.refresh(refresh)).code).toBe('ERR_REFRESH_ENDED');
  });

  it('outlives them also where sessions have been made shorter since', async () => {
    const long = new Backend();
    const short = new Backend({
      store: long.store,
      clock: long.clock,
      sessions: { refreshLifetimeSeconds: 3600, expirySeconds: 600 },
    });
    const { refresh } = await long.enrolled();
    await short.post('/revoke', { token: refresh });
    long.clock.ms += 3_700_000;
    expect((await short.refresh(refresh)).code).toBe('ERR_REFRESH_ENDED');
  });

  it('while it is refreshed leaves no session alive', async () => {
    const inner = memoryStore();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const put: typeof inner.put = async (key, ...rest) => {
      if (key.startsWith('device/')) {
        const now = meanwhile;
        meanwhile = undefined;
        await now?.();
      }
      return inner.put(key, ...rest);
    };
    const backend = new Backend({ ...immediate, store: { ...inner, put } });
    const first = await backend.enrolled();
    meanwhile = () => backend.post('/revoke', { token: first.session });
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_ENDED');
    expect(await backend.use(first.session)).toBe('ERR_SESSION_ENDED');
  });

  it('by the server ends a session by its id, and says whether there was one', async () => {
    const backend = new Backend(immediate);
    const key = newKey();
    const { session, refresh } = await backend.enrolled(key);
    const other = tokensOf(await backend.post('/assert', await backend.exchange(key)));
    const recordId = (await backend.recordId()) ?? '';
    const sessionId = claimsOf(session)['sid'] as string;
    expect(await backend.control.end({ recordId, sessionId: 'x' })).toBe(false);
    expect(await backend.control.end({ recordId: sessionId, sessionId })).toBe(false);
    expect(await backend.control.end({ recordId, sessionId })).toBe(true);
    expect(await backend.control.end({ recordId, sessionId })).toBe(false);
    expect(await backend.use(session)).toBe('ERR_SESSION_ENDED');
    expect((await backend.refresh(refresh)).code).toBe('ERR_REFRESH_ENDED');
    expect(await backend.use(other.session)).toBe('accepted');
    expect(await backend.control.end({ recordId })).toBe(true);
    expect(await backend.use(other.session)).toBe('ERR_SESSION_ENDED');
  });
});
