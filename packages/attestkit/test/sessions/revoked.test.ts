import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, newKey, recording, watched } from './backend.js';

describe('revoked', () => {
  it('a device and a key stay out until they are lifted, and earlier sessions for ever', async () => {
    const backend = new Backend({ sessions: { revocation: 'immediate' } });
    const { sessions } = backend.guard;
    const key = newKey();
    const first = await backend.enrolled(key);
    await sessions?.revokeDevice('phone-1');
    expect(await backend.use(first.session)).toBe('ERR_SESSION_REVOKED');
    const refused = await backend.attest(key);
    expect([refused.status, refused.code]).toEqual([403, 'ERR_SESSION_REVOKED']);
    expect((await backend.post('/assert', await backend.exchange(key))).code).toBe('ERR_SESSION_REVOKED');
    await sessions?.liftDevice('phone-1');
    const second = await backend.enrolled(key);
    expect(await backend.use(second.session)).toBe('accepted');
    expect(await backend.use(first.session)).toBe('ERR_SESSION_REVOKED');
    const record = await sessions?.findDevice('phone-1');
    const thumbprint = record?.enrolments[0]?.enrolled.key?.thumbprint ?? '';
    await sessions?.revokeKey(thumbprint);
    expect(await backend.use(second.session)).toBe('ERR_SESSION_REVOKED');
    expect((await backend.attest(key)).code).toBe('ERR_SESSION_REVOKED');
    await sessions?.liftKey(thumbprint);
    expect((await backend.attest(key)).status).toBe(200);
    expect(await backend.use(second.session)).toBe('ERR_SESSION_REVOKED');
  });

  it('a device or a key that comes back consumes and writes nothing', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    const { sessions } = backend.guard;
    const key = newKey();
    await backend.enrolled(key);
    const thumbprint = (await sessions?.findDevice('phone-1'))?.enrolments[0]?.enrolled.key?.thumbprint;
    await sessions?.revokeKey(thumbprint ?? '');
    const [body, exchange] = [await backend.evidence(key), await backend.exchange(key)];
    writes.length = 0;
    expect((await backend.post('/attest', body)).code).toBe('ERR_SESSION_REVOKED');
    expect((await backend.post('/assert', exchange)).code).toBe('ERR_SESSION_REVOKED');
    await sessions?.liftKey(thumbprint ?? '');
    await sessions?.revokeDevice('phone-1');
    expect((await backend.post('/attest', body)).code).toBe('ERR_SESSION_REVOKED');
    expect((await backend.post('/assert', exchange)).code).toBe('ERR_SESSION_REVOKED');
    expect(new Set(writes)).toEqual(new Set(['put cutoff']));
    await sessions?.liftDevice('phone-1');
    expect((await backend.post('/attest', body)).status).toBe(200);
  });

  it('a device does not come back under another id with the same key', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    await backend.guard.sessions?.revokeDevice('phone-1');
    expect((await backend.attest(key, 'phone-2')).code).toBe('ERR_ENROLMENT_KEY_BOUND');
  });

  it('while it enrols, a device gets nothing', async () => {
    const inner = memoryStore();
    let revoke: (() => Promise<void>) | undefined;
    const claim: typeof inner.claim = async (key, ttlMs) => {
      await revoke?.();
      return inner.claim(key, ttlMs);
    };
    const backend = new Backend({ store: { ...inner, claim } });
    revoke = () => backend.guard.sessions?.revokeDevice('phone-1') as Promise<void>;
    expect((await backend.attest()).code).toBe('ERR_SESSION_REVOKED');
  });

  it('a forgotten device is free for whoever comes', async () => {
    const backend = new Backend({ sessions: { revocation: 'immediate' } });
    const key = newKey();
    const first = await backend.enrolled(key);
    const id = await backend.recordId();
    await backend.guard.sessions?.forgetDevice('phone-1');
    expect(await backend.recordId()).toBeUndefined();
    expect(await backend.use(first.session)).toBe('ERR_SESSION_REVOKED');
    expect((await backend.attest(newKey())).status).toBe(200);
    expect(await backend.recordId()).not.toBe(id);
    expect((await backend.attest(key, 'phone-2')).status).toBe(200);
  });

  it('a session that begins while its device is forgotten dies with it', async () => {
    const inner = memoryStore();
    let meanwhile: (() => Promise<void>) | undefined;
    const store = watched(inner, async (operation, key) => {
      if (operation !== 'delete' || !key.startsWith('device/')) return;
      await meanwhile?.();
      meanwhile = undefined;
    });
    const sessions = { revocation: 'immediate', authorizeEnrolment: () => true } as const;
    const backend = new Backend({ store, sessions });
    await backend.enrolled();
    let late = '';
    meanwhile = async () => {
      late = (await backend.enrolled()).session;
    };
    await backend.guard.sessions?.forgetDevice('phone-1');
    expect(await backend.use(late)).toBe('ERR_SESSION_REVOKED');
    expect((await backend.attest()).status).toBe(200);
  });

  it('a forgotten device stays out where it was revoked', async () => {
    const backend = new Backend({ sessions: { revocation: 'immediate' } });
    await backend.enrolled();
    await backend.guard.sessions?.revokeDevice('phone-1');
    await backend.guard.sessions?.forgetDevice('phone-1');
    expect(await backend.recordId()).toBeUndefined();
    expect((await backend.attest(newKey())).code).toBe('ERR_SESSION_REVOKED');
    await backend.guard.sessions?.liftDevice('phone-1');
    expect((await backend.attest(newKey())).status).toBe(200);
  });
});
