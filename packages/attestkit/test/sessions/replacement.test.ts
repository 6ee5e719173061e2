import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import type { TakenDeviceId } from '../../src/devices/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { AUDIENCE, Backend, newKey, recording, tokensOf, type BackendOptions } from './support/backend.js';
import { DOWN, Outage } from './support/failing.js';
import { keyIdOf } from './support/signing-device.js';

const TAKEN = 'ERR_ENROLLMENT_LABEL_TAKEN';

describe('a new key with a proof by the old one', () => {
  it('replaces it in the same record, and ends the sessions of the old one', async () => {
    const backend = new Backend({ sessions: { revocation: 'immediate' } });
    const [old, young] = [newKey(), newKey()];
    const first = await backend.enrolled(old);
    const before = await backend.device();
    const body = await backend.evidence(young);
    const second = tokensOf(await backend.post('/attest', { ...body, ...backend.previous(old, body) }));
    expect(backend.lastChange).toMatchObject({ change: 'replaced', proof: 'key' });
    const after = await backend.device();
    expect(after?.recordId).toBe(before?.recordId);
    expect(after?.enrolled.key?.id).toBe(keyIdOf(young));
    expect(after?.sessions).toHaveLength(1);
    expect(await backend.use(first.session)).toBe('ERR_SESSION_ENDED');
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_ENDED');
    expect(await backend.use(second.session)).toBe('accepted');
  });

  it('retires the old one: it neither signs, nor gets a session, nor enrolls, under whatever label', async () => {
    const backend = new Backend();
    const [old, young] = [newKey(), newKey()];
    await backend.enrolled(old);
    const body = await backend.evidence(young);
    await backend.post('/attest', { ...body, ...backend.previous(old, body) });
    expect((await backend.post('/assert', await backend.exchange(old))).code).toBe(
      'ERR_ASSERTION_KEY_UNKNOWN',
    );
    const signed = old.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' }).authorization;
    const route = { signedRequest: { session: 'optional' }, accept: ['signedRequest'] } as const;
    expect(await backend.check({ fields: { authorization: signed } }, route)).toMatchObject({
      error: { code: 'ERR_ASSERTION_KEY_UNKNOWN' },
    });
    const again = await backend.attest(old);
    expect([again.status, again.code]).toEqual([409, 'ERR_ENROLLMENT_KEY_ENDED']);
    const proven = await backend.evidence(old);
    const back = await backend.post('/attest', { ...proven, ...backend.previous(young, proven) });
    expect([back.status, back.code]).toEqual([409, 'ERR_ENROLLMENT_KEY_ENDED']);
    expect((await backend.attest(old, 'phone-2')).code).toBe('ERR_ENROLLMENT_KEY_TAKEN');
  });

  it('is refused with any other proof', async () => {
    const backend = new Backend();
    const [old, stranger] = [newKey(), newKey()];
    await backend.enrolled(old);
    await backend.enrolled(stranger, 'phone-2');
    const attempt = async (proof: (body: Record<string, string>) => object) => {
      const body = await backend.evidence();
      const { code } = await backend.post('/attest', { ...body, ...proof(body) });
      return code ?? 'enrolled';
    };
    const of = (body: Record<string, string>) => backend.previous(old, body) as Record<string, string>;
    expect(await attempt((body) => backend.previous(newKey(), body))).toBe(TAKEN);
    expect(await attempt((body) => backend.previous(stranger, body))).toBe(TAKEN);
    expect(await attempt((body) => ({ previous_assertion: of(body)['previous_assertion'] }))).toBe(TAKEN);
    expect(await attempt((body) => ({ ...of(body), previous_key_id: 'x' }))).toBe(TAKEN);
    expect(await attempt((body) => ({ ...of(body), previous_key_id: stranger.keyId }))).toBe(TAKEN);
    expect(await attempt(() => ({ previous_key_id: old.keyId }))).toBe('ERR_ENROLLMENT_MEMBERS_MALFORMED');
    expect(await attempt(() => ({ previous_key_id: 7 }))).toBe('ERR_ENROLLMENT_MEMBERS_MALFORMED');
    expect(await attempt(of)).toBe('enrolled');
  });

  it('spends the counter of the old one, and its proof serves once', async () => {
    const backend = new Backend();
    const old = newKey();
    const { session } = await backend.enrolled(old);
    const early = old.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' }).xAppAttest;
    const body = await backend.evidence();
    const sent = { ...body, ...backend.previous(old, body) };
    const { store, writes } = recording(backend.store);
    const other = new Backend({ store, clock: backend.clock });
    const both = await Promise.all([other.post('/attest', sent), other.post('/attest', sent)]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(writes.indexOf('advance count')).toBeLessThan(writes.indexOf('claim spent'));
    expect(
      await backend.use(session, { fields: { 'x-app-attest': early } }, { signedRequest: true }),
    ).not.toBe('accepted');
  });

  it('is accepted whatever the policy says of the old one by now, and not if that is blocked', async () => {
    const backend = new Backend();
    const [old, young, third] = [newKey(), newKey(), newKey()];
    await backend.enrolled(old);
    backend.clock.ms += 1000;
    const policy = { maxAgeSeconds: 1 } as const;
    const strict = new Backend({ store: backend.store, clock: backend.clock, policy });
    backend.clock.ms += 1000;
    expect((await strict.post('/assert', await strict.exchange(old))).code).toBe(
      'ERR_POLICY_EVIDENCE_TOO_OLD',
    );
    const body = await backend.evidence(young);
    expect((await backend.post('/attest', { ...body, ...backend.previous(old, body) })).status).toBe(200);
    await backend.control.block({ keyId: keyIdOf(young) });
    const next = await backend.evidence(third);
    const refused = await backend.post('/attest', { ...next, ...backend.previous(young, next) });
    expect([refused.status, refused.code]).toEqual([403, 'ERR_SESSION_DEVICE_BLOCKED']);
  });

  it('that is cut off after any step goes on by assert, or by the next proof', async () => {
    const steps = 4;
    for (let step = 0; step <= steps; step += 1) {
      const outage = new Outage(memoryStore());
      const backend = new Backend({ store: outage.store });
      const [old, young] = [newKey(), newKey()];
      await backend.enrolled(old);
      const body = await backend.evidence(young);
      outage.left = step;
      const cut = await backend.post('/attest', { ...body, ...backend.previous(old, body) });
      outage.left = Number.POSITIVE_INFINITY;
      expect([step, cut.status]).toEqual([step, step < steps ? 503 : 200]);
      const pending = await backend.post('/assert', await backend.exchange(young));
      if (pending.status === 200) continue;
      expect([step, pending.status]).toEqual([step, 401]);
      const next = await backend.evidence(newKey());
      expect((await backend.post('/attest', { ...next, ...backend.previous(old, next) })).status).toBe(200);
    }
  });
});

describe('what the application says of a replacement', () => {
  const asked: TakenDeviceId[] = [];
  const saying = (authorizeEnrollment: unknown, more: BackendOptions = {}) =>
    new Backend({ authorizeEnrollment, ...more } as BackendOptions);

  it('is asked with the device and the evidence, and may let the key replace the old one', async () => {
    const backend = saying((taken: TakenDeviceId) => Boolean(asked.push(taken)));
    await backend.enrolled();
    expect(asked).toEqual([]);
    expect((await backend.attest()).status).toBe(200);
    expect(backend.lastChange).toMatchObject({ change: 'replaced', proof: 'application' });
    expect(asked).toMatchObject([
      { deviceId: 'phone-1', recordId: await backend.recordId(), enrolled: { kind: 'appAttest' } },
    ]);
  });

  it.each([[false], ['yes'], [1], [{}], [undefined], [null]])(
    'counts only where it is true, not %j',
    async (answer) => {
      for (const say of [() => answer, async () => answer]) {
        const backend = saying(say);
        await backend.enrolled();
        expect((await backend.attest()).code).toBe(TAKEN);
      }
    },
  );

  it('is an outage where it throws', async () => {
    const backend = saying(() => {
      throw new Error('token=hunter2');
    });
    await backend.enrolled();
    const reply = await backend.attest();
    expect([reply.status, reply.code]).toEqual([503, 'ERR_ENROLLMENT_AUTHORIZATION_FAILED']);
    expect(JSON.stringify(backend.events)).not.toContain('hunter2');
  });

  it('is not asked for a blocked device, another user’s, a retired key, or evidence that does not hold', async () => {
    let user = 'alice';
    let times = 0;
    const backend = saying(() => Boolean((times += 1)), { subject: () => user });
    const [first, second] = [newKey(), newKey()];
    await backend.enrolled(first);
    await backend.enrolled(second);
    expect(times).toBe(1);
    expect((await backend.attest(first)).code).toBe('ERR_ENROLLMENT_KEY_ENDED');
    const body = await backend.evidence();
    expect((await backend.post('/attest', { ...body, attestation: 'AAAA' })).status).toBe(403);
    user = 'bob';
    expect((await backend.attest()).code).toBe('ERR_ENROLLMENT_USER_TAKEN');
    user = 'alice';
    await backend.control.block({ recordId: (await backend.recordId()) ?? '' });
    expect((await backend.attest()).code).toBe('ERR_SESSION_DEVICE_BLOCKED');
    expect(times).toBe(1);
  });
});

it('a store that is down while a replacement is judged is an outage, and not a refusal', async () => {
  const inner = memoryStore();
  let down = false;
  const get: typeof inner.get = async (key) => {
    if (down && key.startsWith('device/')) throw new AttestationError(DOWN);
    return inner.get(key);
  };
  const backend = new Backend({ store: { ...inner, get } });
  const old = newKey();
  await backend.enrolled(old);
  const body = await backend.evidence();
  down = true;
  const reply = await backend.post('/attest', { ...body, ...backend.previous(old, body) });
  expect([reply.status, reply.code]).toEqual([503, 'STORE_DOWN']);
});
