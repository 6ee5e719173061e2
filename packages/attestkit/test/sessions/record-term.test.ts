import { describe, expect, it } from 'vitest';
import { storeKeys } from '../../src/sessions/state/store-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { AUDIENCE, Backend, bearer, Clock, newKey, tokensOf } from './support/backend.js';
import { keyIdOf } from './support/signing-device.js';
import { vouching } from './support/vouching.js';

const DAY = 86_400_000;

/** The last time to live of each value, days, by the kind of its key. */
function lives(ttls: ReadonlyMap<string, number>, recordId: string, key: ReturnType<typeof newKey>) {
  const names = {
    device: storeKeys.device(storeKeys.labelDigest('phone-1')),
    key: storeKeys.key(keyIdOf(key)),
    id: storeKeys.id(recordId),
  };
  const days: Record<string, number> = {};
  for (const [name, storeKey] of Object.entries(names)) days[name] = ttls.get(storeKey) ?? -1;
  return days;
}

/** A server, and the times to live that it gave to its store, in days. */
function serverOf() {
  const ttls = new Map<string, number>();
  const clock = new Clock();
  const inner = memoryStore({ now: clock.now });
  const put: typeof inner.put = async (key, value, expected, ttlMs) => {
    const isWritten = await inner.put(key, value, expected, ttlMs);
    if (isWritten) ttls.set(key, (ttlMs ?? Number.POSITIVE_INFINITY) / DAY);
    return isWritten;
  };
  return { backend: new Backend({ clock, store: { ...inner, put } }), ttls };
}

describe('the term of a record', () => {
  it('is 7 days where it is not used; its pointers live 60 days longer', async () => {
    const { backend, ttls } = serverOf();
    const key = newKey();
    await backend.enrolled(key);
    const recordId = (await backend.recordId()) ?? '';
    expect((await backend.device())?.expiresAt).toBe(backend.clock.ms + 7 * DAY);
    expect(lives(ttls, recordId, key)).toEqual({ device: 7, key: 67, id: 67 });
  });

  it.each([
    [
      'a refresh',
      async (backend: Backend, _: object, refresh: string) => void tokensOf(await backend.refresh(refresh)),
    ],
    [
      'a proof by its key',
      async (backend: Backend, key: ReturnType<typeof newKey>) =>
        void tokensOf(await backend.post('/assert', await backend.exchange(key))),
    ],
    [
      'new evidence',
      async (backend: Backend, key: ReturnType<typeof newKey>) => void tokensOf(await backend.attest(key)),
    ],
    [
      'a signed request',
      async (backend: Backend, key: ReturnType<typeof newKey>, _: string, session: string) => {
        const { xAppAttest } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
        const fields = { ...bearer(session), 'x-app-attest': xAppAttest };
        expect((await backend.check({ fields }, { signedRequest: true })).outcome).toBe('accept');
        // It is written beside the request.
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    ],
  ] as const)('is 400 days after %s', async (_, use) => {
    const { backend, ttls } = serverOf();
    const key = newKey();
    const { refresh, session } = await backend.enrolled(key);
    const recordId = (await backend.recordId()) ?? '';
    backend.clock.ms += 1000;
    await use(backend, key, refresh, session);
    expect((await backend.device())?.expiresAt).toBe(backend.clock.ms + 400 * DAY);
    expect(lives(ttls, recordId, key)).toEqual({ device: 400, key: 460, id: 460 });
  });

  it('is moved with its pointers once it would move more than 30 days past what they were given for', async () => {
    const puts: string[] = [];
    const clock = new Clock();
    const inner = memoryStore({ now: clock.now });
    const put: typeof inner.put = (key, ...rest) => {
      puts.push(key.split('/', 1)[0] as string);
      return inner.put(key, ...rest);
    };
    const backend = new Backend({ clock, store: { ...inner, put } });
    const key = newKey();
    let { refresh } = await backend.enrolled(key);
    const next = async (days: number) => {
      clock.ms += days * DAY;
      puts.length = 0;
      ({ refresh } = tokensOf(await backend.refresh(refresh)));
      return [...puts].toSorted();
    };
    // The first use, which makes 400 days of 7.
    expect(await next(1)).toEqual(['device', 'device', 'id', 'key']);
    for (let day = 1; day < 25; day += 5) expect(await next(5)).toEqual(['device']);
    ({ refresh } = tokensOf(await backend.post('/assert', await backend.exchange(key))));
    expect((await backend.device())?.expiresAt).toBeGreaterThan(clock.ms + 399 * DAY);
  });

  it('of a device without a key is that of its last session, and 7 days where it is not used', async () => {
    const backend = new Backend({ enrollment: [vouching()] });
    const challenge = await backend.challenge();
    const { refresh } = tokensOf(
      await backend.post('/attest', { challenge, device_id: 'phone-1', token: 'good' }),
    );
    const { ms } = backend.clock;
    expect((await backend.device())?.expiresAt).toBe(ms + 7 * DAY);
    backend.clock.ms += 1000;
    await backend.refresh(refresh);
    expect((await backend.device())?.expiresAt).toBe(ms + 30 * DAY + 60_000);
  });

  it('does not end before the last challenge that it has used', async () => {
    const sessions = { refreshLifetimeSeconds: 60, expirySeconds: 60 };
    const backend = new Backend({
      challengeExpirySeconds: 3600,
      sessions,
      enrollment: [vouching({}, { vouchesForDeviceId: true })],
    });
    const enroll = async () => ({
      challenge: await backend.challenge(),
      device_id: 'phone-1',
      token: 'good',
    });
    await backend.post('/attest', await enroll());
    const body = await enroll();
    expect((await backend.post('/attest', body)).status).toBe(200);
    backend.clock.ms += 3_500_000;
    expect((await backend.post('/attest', body)).code).toBe('ERR_CHALLENGE_REUSED');
  });
});

it('a device that has used 16 challenges has to wait until one has expired', async () => {
  const backend = new Backend();
  const key = newKey();
  await backend.enrolled(key);
  for (let time = 1; time < 16; time += 1)
    expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
  const few = await backend.post('/assert', await backend.exchange(key));
  expect([few.status, few.code]).toEqual([429, 'ERR_CHALLENGE_LIMIT']);
  backend.clock.ms += 300_000;
  expect((await backend.post('/assert', await backend.exchange(key))).code).toBe('ERR_CHALLENGE_LIMIT');
  backend.clock.ms += 60_000;
  expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
});

it('a device has at most 8 sessions: the one that was refreshed longest ago ends, without an alarm', async () => {
  const backend = new Backend({ sessions: { revocation: 'immediate' } });
  const key = newKey();
  const all = [await backend.enrolled(key)];
  for (let more = 0; more < 8; more += 1) {
    backend.clock.ms += 1000;
    all.push(tokensOf(await backend.post('/assert', await backend.exchange(key))));
  }
  expect((await backend.device())?.sessions).toHaveLength(8);
  expect(await backend.use(all[0]?.session ?? '')).toBe('ERR_SESSION_ENDED');
  const ended = await backend.refresh(all[0]?.refresh ?? '');
  expect([ended.status, ended.code]).toEqual([401, 'ERR_REFRESH_ENDED']);
  for (const { session } of all.slice(1)) expect(await backend.use(session)).toBe('accepted');
});

describe('a proof by the key beside a refresh token', () => {
  async function continuing() {
    const backend = new Backend();
    const key = newKey();
    const first = await backend.enrolled(key);
    const second = tokensOf(await backend.refresh(first.refresh));
    const assert = async (refresh: string) =>
      tokensOf(await backend.post('/assert', { ...(await backend.exchange(key)), refresh_token: refresh }));
    return { backend, first, second, assert };
  }

  it('continues that session, and spends the token', async () => {
    const { backend, second, assert } = await continuing();
    const third = await assert(second.refresh);
    expect((await backend.device())?.sessions).toHaveLength(1);
    expect((await backend.refresh(third.refresh)).status).toBe(200);
    expect((await backend.refresh(second.refresh)).code).toBe('ERR_REFRESH_REUSED');
  });

  it('gets the successor of a token whose answer may have been lost', async () => {
    const { backend, first, second, assert } = await continuing();
    expect((await assert(first.refresh)).refresh).toBe(second.refresh);
    expect((await backend.device())?.sessions).toHaveLength(1);
  });

  it('ends the session of a token that was copied, and begins another', async () => {
    const { backend, first, second, assert } = await continuing();
    backend.clock.ms += 31_000;
    const third = await assert(first.refresh);
    expect(backend.events.at(-1)?.notes).toEqual([expect.stringContaining('spent before')]);
    expect((await backend.refresh(second.refresh)).code).toBe('ERR_REFRESH_ENDED');
    expect((await backend.refresh(third.refresh)).status).toBe(200);
  });
});
