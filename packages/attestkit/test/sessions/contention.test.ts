import { expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, newKey } from './support/backend.js';
import { keyIdOf } from './support/signing-device.js';

/** A device, and a store in which another writer is always faster at keys of one kind, once `busy` names it. */
async function contested() {
  const inner = memoryStore();
  const state = { busy: '' };
  const isBusy = (key: string): boolean => state.busy !== '' && key.startsWith(state.busy);
  const backend = new Backend({
    store: {
      ...inner,
      claim: (key, ttlMs) => inner.claim(key, ttlMs),
      advance: (key, value, options) => inner.advance(key, value, options),
      get: (key) => inner.get(key),
      put: async (key, ...rest) => !isBusy(key) && inner.put(key, ...rest),
      delete: async (key, ...rest) => !isBusy(key) && inner.delete(key, ...rest),
    },
  });
  const key = newKey();
  await backend.enrolled(key);
  return { backend, state, recordId: (await backend.recordId()) ?? '', keyId: keyIdOf(key) };
}

const BUSY = { code: 'ERR_STATE_CONTENTION', stage: 'unavailable', retryAfter: 1 };

it.each<[string, string, (device: Awaited<ReturnType<typeof contested>>) => Promise<unknown>]>([
  ['blocking a record', 'device/', ({ backend, recordId }) => backend.control.block({ recordId })],
  ['blocking a record whose pointers', 'id/', ({ backend, recordId }) => backend.control.block({ recordId })],
  ['blocking a key', 'key/', ({ backend, keyId }) => backend.control.block({ keyId })],
  ['blocking a key whose record', 'device/', ({ backend, keyId }) => backend.control.block({ keyId })],
  ['ending sessions', 'device/', ({ backend, recordId }) => backend.control.end({ recordId })],
  ['forgetting a device', 'device/', ({ backend, recordId }) => backend.control.forget(recordId)],
  ['forgetting a device whose key', 'key/', ({ backend, recordId }) => backend.control.forget(recordId)],
])('%s is written by others each time ends, and says that it was not done', async (_, busy, run) => {
  const device = await contested();
  device.state.busy = busy;
  await expect(run(device)).rejects.toMatchObject(BUSY);
  device.state.busy = '';
  expect((await device.backend.device())?.blocked).toEqual([]);
  expect(await run(device)).toBe(true);
});

it.each(['device/', 'key/'])('unblocking a key while others write %s each time ends, too', async (busy) => {
  const { backend, state, keyId } = await contested();
  await backend.control.block({ keyId });
  state.busy = busy;
  await expect(backend.control.unblock({ keyId })).rejects.toMatchObject(BUSY);
  state.busy = '';
  expect((await backend.device())?.blocked).toEqual(['key']);
  await backend.control.unblock({ keyId });
  expect((await backend.device())?.blocked).toEqual([]);
});
