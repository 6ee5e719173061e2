import { expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, Clock, newKey, tokensOf } from './support/backend.js';
import { keyIdOf } from './support/signing-device.js';
import { KEY_ID, vouched } from './support/vouched-devices.js';
import { vouching } from './support/vouching.js';

const DAY = 86_400_000;

it('a device that is used for years is found by its record, and can be blocked by it', async () => {
  const clock = new Clock();
  const backend = new Backend({ clock });
  const key = newKey(clock.now);
  await backend.enrolled(key);
  const recordId = (await backend.recordId()) ?? '';
  for (let day = 0; day < 900; day += 90) {
    expect(tokensOf(await backend.post('/assert', await backend.exchange(key))).session).toBeDefined();
    clock.ms += 90 * DAY;
  }
  expect(await backend.control.find({ recordId })).toMatchObject({ recordId, deviceId: 'phone-1' });
  expect(await backend.control.block({ recordId })).toBe(true);
});

it('a device that is used for a year keeps its receipt', async () => {
  const key = { id: KEY_ID, thumbprint: KEY_ID, publicKey: KEY_ID };
  const renewal = { isDue: () => false, renew: async () => undefined };
  const backend = new Backend({
    enrollment: [vouching({ provesKey: true, renewal }, { key, receipt: 'AAAA' })],
    sessions: { refreshLifetimeSeconds: 31_622_400 },
  });
  let { refresh } = tokensOf(await vouched(backend));
  const recordId = (await backend.recordId()) ?? '';
  for (let day = 0; day < 340; day += 20) {
    backend.clock.ms += (day === 0 ? 1 : 20) * DAY;
    ({ refresh } = tokensOf(await backend.refresh(refresh)));
  }
  expect(await backend.control.receipt(recordId)).toBe('AAAA');
});

/** The store of a device that is about to be used for the first time, when what points to it is given a longer life. */
async function atFirstUse(before: (backend: Backend) => Promise<unknown> = async () => undefined) {
  const clock = new Clock();
  const inner = memoryStore({ now: clock.now });
  const lives: number[] = [];
  let armed = false;
  const advance: typeof inner.advance = async (key, value, options) => {
    // 0 renews the life of a counter, and counts nothing.
    if (value === 0 && armed) {
      armed = false;
      await before(backend);
    }
    if (value === 0) lives.push(Number(options?.ttlMs) / DAY);
    return inner.advance(key, value, options);
  };
  const store = {
    claim: inner.claim.bind(inner),
    get: inner.get.bind(inner),
    put: inner.put.bind(inner),
    delete: inner.delete.bind(inner),
    advance,
  };
  const backend: Backend = new Backend({ clock, store });
  const key = newKey(clock.now);
  const { refresh } = await backend.enrolled(key);
  armed = true;
  await backend.refresh(refresh);
  return { backend, key, lives };
}

it('the counter of a key lives as long as what points to the record', async () => {
  const { lives } = await atFirstUse();
  expect(lives).toEqual([460]);
});

it('a key that is blocked while its life is renewed keeps its counter for good', async () => {
  let keyId = '';
  const { backend, key, lives } = await atFirstUse(async (server) => {
    keyId = (await server.device())?.enrolled.key?.id ?? '';
    expect(await server.control.block({ keyId })).toBe(true);
  });
  expect(keyId).toBe(keyIdOf(key));
  expect((await backend.device())?.blocked).toEqual(['key']);
  // The block, the renewal that came too late, and the block again.
  expect(lives).toHaveLength(3);
  expect(lives[2]).toBe(lives[0]);
  expect(lives[2]).toBeGreaterThan(lives[1] ?? 0);
});
