import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { apple, APP_ID, Backend, newKey, recording, tokensOf } from './support/backend.js';
import { keyIdOf } from './support/signing-device.js';
import { storeKeys } from '../../src/sessions/state/store-keys.js';
import { vouching } from './support/vouching.js';

const DEVICE = storeKeys.device(storeKeys.labelDigest('phone-1'));

/** Keys of this kind of evidence are attested once, as on Android. */
const attestedOnce = (id: string) =>
  vouching({}, { key: { id: id.repeat(43), thumbprint: `t${id.repeat(42)}`, publicKey: 'AAAA' } });

describe('a free label', () => {
  it('gets a record with one key, whose id the server assigns', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const device = await backend.device();
    expect(device).toMatchObject({
      deviceId: 'phone-1',
      user: undefined,
      blocked: [],
      enrolled: { kind: 'appAttest' },
    });
    expect(device?.enrolled.key?.id).toBe(keyIdOf(key));
    expect(device?.recordId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(await backend.control.find({ recordId: device?.recordId ?? '' })).toEqual(device);
    expect(backend.lastChange).toMatchObject({ change: 'enrolled', proof: undefined });
  });

  it('does not mind a proof by an old key: there is nothing to replace', async () => {
    const backend = new Backend();
    const body = await backend.evidence();
    const reply = await backend.post('/attest', { ...body, ...backend.previous(newKey(), body) });
    expect(reply.status).toBe(200);
    expect(backend.lastChange).toMatchObject({ change: 'enrolled', proof: undefined });
  });
});

describe('the label of a key', () => {
  it('is refused to another key, without a trace', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    await backend.enrolled();
    const before = await backend.device();
    writes.length = 0;
    const reply = await backend.attest();
    expect([reply.status, reply.code, reply.body]).toEqual([409, 'ERR_ENROLLMENT_LABEL_TAKEN', {}]);
    expect(writes).toEqual([]);
    expect(await backend.device()).toEqual(before);
  });

  it('is renewed by new evidence for that key: the record and its sessions stay', async () => {
    const backend = new Backend();
    const key = newKey();
    const first = await backend.enrolled(key);
    const before = await backend.device();
    backend.clock.ms += 60_000;
    const second = await backend.enrolled(key);
    expect(backend.lastChange).toMatchObject({ change: 'renewed', proof: 'evidence' });
    const after = await backend.device();
    expect(after).toMatchObject({ recordId: before?.recordId, createdAt: before?.createdAt });
    expect(after?.enrolledAt).toBe(backend.clock.ms);
    expect(after?.sessions).toHaveLength(2);
    for (const { session } of [first, second]) expect(await backend.use(session)).toBe('accepted');
    expect((await backend.refresh(first.refresh)).status).toBe(200);
  });

  it('is not renewed by evidence that others can have too: the device has to use assert', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store, enrollment: [attestedOnce('A')] });
    const enroll = async (more: object = {}) => {
      const sent = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good' };
      return backend.post('/attest', { ...sent, ...more });
    };
    const { refresh } = tokensOf(await enroll());
    writes.length = 0;
    for (const more of [{}, { refresh_token: refresh }]) {
      const reply = await enroll(more);
      expect([reply.status, reply.code]).toEqual([409, 'ERR_ENROLLMENT_KEY_PROOF_MISSING']);
    }
    expect(writes).toEqual([]);
  });

  it('is spent with its challenge: the same evidence does not renew twice', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const body = await backend.evidence(key);
    expect((await backend.post('/attest', body)).status).toBe(200);
    const again = await backend.post('/attest', body);
    expect([again.status, again.code]).toEqual([400, 'ERR_CHALLENGE_REUSED']);
    expect((await backend.device())?.sessions).toHaveLength(2);
  });
});

describe('the key of a label', () => {
  it('is refused under another label', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const reply = await backend.attest(key, 'phone-2');
    expect([reply.status, reply.code]).toEqual([409, 'ERR_ENROLLMENT_KEY_TAKEN']);
    expect(await backend.device('phone-2')).toBeUndefined();
    const other = newKey();
    await backend.enrolled(other, 'phone-2');
    const body = await backend.evidence(key, 'phone-2');
    const proven = { ...body, ...backend.previous(other, body, 'phone-2') };
    expect((await backend.post('/attest', proven)).code).toBe('ERR_ENROLLMENT_KEY_TAKEN');
  });

  it('is refused by evidence of another kind, under whatever label', async () => {
    const key = newKey();
    const shared = memoryStore();
    await new Backend({ store: shared }).enrolled(key);
    const forged = vouching(
      { provesKey: true },
      { key: { id: keyIdOf(key), thumbprint: 't', publicKey: 'AAAA' } },
    );
    const backend = new Backend({ store: shared, enrollment: [forged] });
    for (const deviceId of ['phone-1', 'phone-2']) {
      const challenge = await backend.challenge(deviceId);
      const reply = await backend.post('/attest', { challenge, device_id: deviceId, token: 'good' });
      expect([deviceId, reply.status, reply.code]).toEqual([deviceId, 409, 'ERR_ENROLLMENT_KEY_TAKEN']);
    }
  });

  it('of a record that is gone may come back under that label alone', async () => {
    const backend = new Backend();
    const key = newKey(backend.clock.now);
    await backend.enrolled(key);
    // Not used for 7 days, it ends; what says whose its key is stays.
    const { version = '' } = (await backend.store.get(DEVICE)) ?? {};
    await backend.store.delete(DEVICE, version);
    expect(await backend.device()).toBeUndefined();
    expect((await backend.attest(key, 'phone-2')).code).toBe('ERR_ENROLLMENT_KEY_TAKEN');
    expect((await backend.attest(key)).status).toBe(200);
  });
});

describe('a record without a key', () => {
  const backendOf = (more: object = {}) =>
    new Backend({
      enrollment: [
        vouching({}, more),
        appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] }),
      ],
    });
  const enroll = async (backend: Backend, more: object = {}) => {
    const sent = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good' };
    return backend.post('/attest', { ...sent, ...more });
  };

  it('is renewed by its refresh token, which is spent by it', async () => {
    const backend = backendOf();
    const first = tokensOf(await enroll(backend));
    const before = await backend.device();
    backend.clock.ms += 3_600_000;
    const second = tokensOf(await enroll(backend, { refresh_token: first.refresh }));
    expect(backend.lastChange).toMatchObject({ change: 'renewed', proof: 'refresh-token' });
    const after = await backend.device();
    expect(after?.recordId).toBe(before?.recordId);
    expect(after?.sessions).toHaveLength(1);
    expect(after?.sessions[0]?.expiresAt).toBe((before?.sessions[0]?.expiresAt ?? 0) + 3_600_000);
    expect((await backend.refresh(second.refresh)).status).toBe(200);
    backend.clock.ms += 600_001;
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_REUSED');
  });

  it('can lose the answer: the token serves again while its successor is unused', async () => {
    const backend = backendOf();
    const first = tokensOf(await enroll(backend));
    await enroll(backend, { refresh_token: first.refresh });
    backend.clock.ms += 600_000;
    const next = tokensOf(await enroll(backend, { refresh_token: first.refresh }));
    expect((await backend.refresh(next.refresh)).status).toBe(200);
    expect((await backend.device())?.sessions).toHaveLength(1);
  });

  it('ends the session of a token that was copied', async () => {
    const backend = backendOf();
    const first = tokensOf(await enroll(backend));
    const second = tokensOf(await backend.refresh(first.refresh));
    tokensOf(await backend.refresh(second.refresh));
    const reply = await enroll(backend, { refresh_token: first.refresh });
    expect([reply.status, reply.code]).toEqual([409, 'ERR_ENROLLMENT_LABEL_TAKEN']);
    expect(backend.events.at(-1)?.refused?.cause).toContain('ERR_REFRESH_REUSED');
    expect((await backend.device())?.sessions).toEqual([]);
  });

  it.each([
    ['without a token', async () => ({})],
    [
      'with a session token',
      async (backend: Backend) => ({ refresh_token: tokensOf(await enroll(backend)).session }),
    ],
    ['with a token that is not ours', async () => ({ refresh_token: 'A'.repeat(119) })],
    [
      'with the token of another device',
      async (backend: Backend) => ({ refresh_token: (await backend.enrolled(newKey(), 'phone-2')).refresh }),
    ],
  ])('is refused %s: its label is another device’s', async (_, more) => {
    const backend = backendOf();
    const sent = await more(backend);
    if ((await backend.device()) === undefined) await enroll(backend);
    const reply = await enroll(backend, sent);
    expect([reply.status, reply.code]).toEqual([409, 'ERR_ENROLLMENT_LABEL_TAKEN']);
  });

  it('never gets a key, and a record with a key is never renewed without', async () => {
    const backend = backendOf();
    const { refresh, session } = tokensOf(await enroll(backend));
    const fields = { authorization: `Bearer ${session}` };
    const keyed = await backend.attest(newKey(), 'phone-1', { refresh_token: refresh }, { fields });
    expect([keyed.status, keyed.code]).toEqual([409, 'ERR_ENROLLMENT_KIND_MISMATCH']);
    const other = backendOf();
    const phone = await other.enrolled();
    const keyless = await enroll(other, { refresh_token: phone.refresh });
    expect([keyless.status, keyless.code]).toEqual([409, 'ERR_ENROLLMENT_KIND_MISMATCH']);
  });

  it('is renewed by evidence of the same kind and app alone', async () => {
    const first = backendOf();
    const { refresh } = tokensOf(await enroll(first));
    for (const [kind, more] of [
      ['double', { appId: 'other' }],
      ['other', {}],
    ] as const) {
      const evidence = { ...vouching({}, { ...more, kind }), kind };
      const second = new Backend({ store: first.store, clock: first.clock, enrollment: [evidence] });
      expect((await enroll(second, { refresh_token: refresh })).code).toBe('ERR_ENROLLMENT_LABEL_TAKEN');
    }
  });

  it('is renewed by an attester that signs the label, and by none that another kind enrolled', async () => {
    const backend = backendOf({ vouchesForDeviceId: true });
    expect((await enroll(backend)).status).toBe(200);
    expect((await enroll(backend)).status).toBe(200);
    expect(backend.lastChange).toMatchObject({ change: 'renewed', proof: 'attester' });
    const unsigned = new Backend({ store: backend.store, clock: backend.clock, enrollment: [vouching()] });
    expect((await enroll(unsigned)).code).toBe('ERR_ENROLLMENT_LABEL_TAKEN');
    const phone = backendOf({ vouchesForDeviceId: true });
    await phone.enrolled();
    expect((await enroll(phone)).code).toBe('ERR_ENROLLMENT_KIND_MISMATCH');
  });
});
