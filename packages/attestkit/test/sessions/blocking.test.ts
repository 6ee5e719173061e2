import { describe, expect, it } from 'vitest';
import { storeKeys } from '../../src/sessions/state/store-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { AUDIENCE, Backend, bearer, newKey, recording, tokensOf, watched } from './support/backend.js';
import { keyIdOf } from './support/signing-device.js';

const immediate = { sessions: { revocation: 'immediate' } } as const;
const BLOCKED = 'ERR_SESSION_DEVICE_BLOCKED';
const ALONE = { signedRequest: { session: 'optional' }, accept: ['signedRequest'] } as const;

describe.each(['recordId', 'keyId'] as const)('a device that is blocked by its %s', (name) => {
  async function blocked() {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ ...immediate, store });
    const key = newKey();
    const tokens = await backend.enrolled(key);
    const id = name === 'recordId' ? ((await backend.recordId()) ?? '') : keyIdOf(key);
    const target = { [name]: id } as { readonly recordId: string };
    return { backend, key, tokens, target, writes };
  }

  it('gets nothing, writes nothing, and signs nothing, on every instance', async () => {
    const { backend, key, tokens, target, writes } = await blocked();
    expect(await backend.control.block(target)).toBe(true);
    const there = new Backend({ ...immediate, store: backend.store, clock: backend.clock });
    const signed = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
    const [again, exchange, next] = [
      await there.evidence(key),
      await there.exchange(key),
      await there.evidence(),
    ];
    writes.length = 0;
    for (const reply of [
      await there.post('/attest', again),
      await there.post('/assert', exchange),
      await there.refresh(tokens.refresh),
      await there.post('/attest', { ...next, ...there.previous(key, next) }),
    ])
      expect([reply.status, reply.code]).toEqual([403, expect.stringMatching(/_BLOCKED$/)]);
    expect(writes).toEqual([]);
    expect(await there.use(tokens.session)).toBe(BLOCKED);
    const fields = { authorization: signed.authorization };
    expect(await there.check({ fields }, ALONE)).toMatchObject({ error: { code: BLOCKED } });
    const beside = { ...bearer(tokens.session), 'x-app-attest': signed.xAppAttest };
    expect(await there.check({ fields: beside }, { signedRequest: true })).toMatchObject({
      error: { code: BLOCKED },
    });
  });

  it('comes back when the block is lifted by the same name; its earlier sessions do not', async () => {
    const { backend, key, tokens, target } = await blocked();
    expect(await backend.control.unblock(target)).toBe(false);
    await backend.control.block(target);
    const other =
      name === 'recordId' ? { keyId: keyIdOf(key) } : { recordId: (await backend.recordId()) ?? '' };
    expect(await backend.control.unblock(other)).toBe(false);
    expect((await backend.post('/assert', await backend.exchange(key))).code).toBe(BLOCKED);
    expect(await backend.control.unblock(target)).toBe(true);
    expect(await backend.control.unblock(target)).toBe(false);
    expect(await backend.use(tokens.session)).toBe('ERR_SESSION_ENDED');
    expect((await backend.refresh(tokens.refresh)).code).toBe('ERR_REFRESH_ENDED');
    const { session } = tokensOf(await backend.post('/assert', await backend.exchange(key)));
    expect(await backend.use(session)).toBe('accepted');
    expect((await backend.attest(key)).status).toBe(200);
  });

  it('stays blocked, and its key and label with it, however long', async () => {
    const { backend, key, target } = await blocked();
    await backend.control.block(target);
    backend.clock.ms += 4000 * 86_400_000;
    expect((await backend.device())?.blocked).toHaveLength(1);
    expect(await backend.control.find({ recordId: (await backend.recordId()) ?? '' })).toBeDefined();
    const pointer = await backend.store.get(storeKeys.key(keyIdOf(key)));
    expect(pointer?.value).toContain('phone-1');
  });

  it('needs both blocks lifted where both were made', async () => {
    const { backend, key } = await blocked();
    const [record, ofKey] = [{ recordId: (await backend.recordId()) ?? '' }, { keyId: keyIdOf(key) }];
    for (const each of [record, ofKey]) expect(await backend.control.block(each)).toBe(true);
    expect((await backend.device())?.blocked).toEqual(['record', 'key']);
    expect(await backend.control.unblock(name === 'recordId' ? record : ofKey)).toBe(true);
    expect((await backend.post('/assert', await backend.exchange(key))).code).toBe(BLOCKED);
    expect(await backend.control.unblock(name === 'recordId' ? ofKey : record)).toBe(true);
    expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
  });

  it('takes effect on an instance that remembers the device within the bound', async () => {
    const here = new Backend();
    const there = new Backend({ store: here.store, clock: here.clock });
    const key = newKey();
    const { session } = await here.enrolled(key);
    expect(await there.use(session)).toBe('accepted');
    const target =
      name === 'recordId' ? { recordId: (await here.recordId()) ?? '' } : { keyId: keyIdOf(key) };
    await here.control.block(target);
    expect(await here.use(session)).toBe(BLOCKED);
    here.clock.ms += 4999;
    expect(await there.use(session)).toBe('accepted');
    here.clock.ms += 1;
    expect(await there.use(session)).toBe(BLOCKED);
  });
});

it('blocking, unblocking, ending or forgetting what is not known says so', async () => {
  const backend = new Backend();
  const { session } = await backend.enrolled();
  const { control } = backend;
  const thumbprint = (await backend.device())?.enrolled.key?.thumbprint ?? '';
  for (const name of ['nobody', '', session, thumbprint, 'phone-1']) {
    expect(await control.block({ recordId: name })).toBe(false);
    expect(await control.block({ keyId: name })).toBe(false);
    expect(await control.unblock({ recordId: name })).toBe(false);
    expect(await control.unblock({ keyId: name })).toBe(false);
    expect(await control.end({ recordId: name })).toBe(false);
    expect(await control.forget(name)).toBe(false);
    expect(await control.find({ recordId: name })).toBeUndefined();
    expect(await control.receipt(name)).toBeUndefined();
  }
  expect(await backend.use(session)).toBe('accepted');
});

it('a key that is blocked while it enrolls gets nothing', async () => {
  let meanwhile: (() => Promise<unknown>) | undefined;
  const store = watched(memoryStore(), async (operation, key) => {
    if (operation !== 'put' || !key.startsWith('device/')) return;
    const now = meanwhile;
    meanwhile = undefined;
    await now?.();
  });
  const backend = new Backend({ ...immediate, store });
  const key = newKey();
  meanwhile = () => backend.control.block({ keyId: keyIdOf(key) });
  const reply = await backend.attest(key);
  expect([reply.status, reply.code]).toEqual([403, 'ERR_ENROLLMENT_KEY_BLOCKED']);
  expect(await backend.device()).toBeUndefined();
  expect(await backend.control.unblock({ keyId: keyIdOf(key) })).toBe(true);
  expect((await backend.attest(key)).status).toBe(200);
});

describe('a device that is forgotten', () => {
  it('is gone with its sessions; its label is free, its key is not', async () => {
    const backend = new Backend(immediate);
    const key = newKey();
    const first = await backend.enrolled(key);
    const recordId = (await backend.recordId()) ?? '';
    expect(await backend.control.forget(recordId)).toBe(true);
    expect(await backend.control.forget(recordId)).toBe(false);
    expect(await backend.device()).toBeUndefined();
    expect(await backend.control.find({ recordId })).toBeUndefined();
    expect(await backend.use(first.session)).toBe('ERR_SESSION_ENDED');
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_ENDED');
    expect((await backend.post('/assert', await backend.exchange(key))).code).toBe(
      'ERR_ASSERTION_KEY_UNKNOWN',
    );
    for (const label of ['phone-1', 'phone-2']) {
      const reply = await backend.attest(key, label);
      expect([label, reply.status]).toEqual([label, 409]);
    }
    expect((await backend.attest(newKey())).status).toBe(200);
    expect(await backend.recordId()).not.toBe(recordId);
    backend.clock.ms += 120_001;
    expect((await backend.attest(key)).code).toBe('ERR_ENROLLMENT_KEY_ENDED');
  });

  it('while it enrolls again is forgotten: what was acknowledged before is gone, and what comes after stays', async () => {
    const inner = memoryStore();
    let meanwhile: (() => Promise<void>) | undefined;
    const store = watched(inner, async (operation, key) => {
      if (operation !== 'put' || !key.startsWith('key/')) return;
      const now = meanwhile;
      meanwhile = undefined;
      await now?.();
    });
    const backend = new Backend({ ...immediate, store });
    const key = newKey();
    await backend.enrolled(key);
    let late = '';
    meanwhile = async () => {
      late = tokensOf(await backend.attest(key)).session;
    };
    expect(await backend.control.forget((await backend.recordId()) ?? '')).toBe(true);
    expect(late).not.toBe('');
    expect(await backend.use(late)).toBe('ERR_SESSION_ENDED');
    const { session } = await backend.enrolled(newKey());
    expect(await backend.use(session)).toBe('accepted');
  });

  it('leaves a block of its key', async () => {
    const backend = new Backend(immediate);
    const key = newKey();
    await backend.enrolled(key);
    await backend.control.block({ keyId: keyIdOf(key) });
    expect(await backend.control.forget((await backend.recordId()) ?? '')).toBe(true);
    backend.clock.ms += 120_001;
    expect((await backend.attest(key)).code).toBe('ERR_ENROLLMENT_KEY_BLOCKED');
    expect((await backend.attest(newKey())).status).toBe(200);
  });
});
