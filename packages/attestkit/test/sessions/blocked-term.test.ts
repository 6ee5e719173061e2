import { describe, expect, it } from 'vitest';
import type { BlockTarget } from '../../src/sessions/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, Clock, tokensOf, watched } from './backend.js';
import { vouching } from './vouching.js';

const YEAR = 366 * 86_400_000;

/** One device whose evidence is always good, so that it can be attested again when years have passed. */
const KEY = { id: 'k'.repeat(43), thumbprint: 't'.repeat(43), publicKey: 'AAAA' };

/**
 * A device that refreshes for the first time: right before it looks at one that points to the record, to give that a later
 * end, another process blocks the device, from beginning to end.
 */
async function blockedDuringRefresh(pointer: string, targetOf: (recordId: string) => BlockTarget) {
  const clock = new Clock();
  let act: (() => Promise<void>) | undefined;
  const store = watched(memoryStore({ now: clock.now }), async (operation, name) => {
    if (operation !== 'get' || !name.startsWith(pointer)) return;
    const run = act;
    act = undefined;
    await run?.();
  });
  const options = { clock, store, enrolment: [vouching({ provesKey: true }, { key: KEY })] };
  const [backend, other] = [new Backend(options), new Backend(options)];
  const attest = async (label: string) =>
    backend.post('/attest', { challenge: await backend.challenge(label), device_id: label, token: 'good' });
  const { refresh } = tokensOf(await attest('phone-1'));
  const target = targetOf((await backend.recordId()) ?? '');
  act = async () => expect(await other.control.block(target)).toBe(true);
  await backend.refresh(refresh);
  expect(act).toBeUndefined();
  return { backend, clock, attest, target };
}

describe('a device that is blocked while a refresh gives its record a later end', () => {
  it.each<[string, string, (recordId: string) => BlockTarget]>([
    ['key', 'key/', () => ({ keyId: KEY.id })],
    ['record', 'key/', (recordId) => ({ recordId })],
    ['record', 'id/', (recordId) => ({ recordId })],
  ])('stays blocked by its %s for good, whatever becomes of %s', async (_name, pointer, targetOf) => {
    const { backend, clock, attest, target } = await blockedDuringRefresh(pointer, targetOf);
    expect((await attest('phone-2')).status).not.toBe(200);
    clock.ms += 3 * YEAR;
    expect((await backend.device())?.blocked).not.toEqual([]);
    expect((await attest('phone-2')).status).not.toBe(200);
    expect(await backend.control.unblock(target)).toBe(true);
  });
});
