import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Enrolled, EnrolmentEvidence } from '../../src/ports/enrolment.js';
import type { SessionsOptions, TakenDeviceId } from '../../src/sessions/index.js';
import { storeKeys } from '../../src/sessions/store-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { apple, APP_ID, AUDIENCE, Backend, bearer, newKey, recording, START, tokensOf } from './backend.js';
import { DOWN } from './failing.js';
import { vouching } from './vouching.js';

const TAKEOVER = 'ERR_ENROLMENT_TAKEOVER';

/** Genuine evidence of some device under an id that is taken: what else it sends decides. */
async function comes(backend: Backend, extra: object = {}, fields: Record<string, string> = {}) {
  const { code } = await backend.attest(newKey(backend.clock.now), 'phone-1', extra, { fields });
  return code ?? 'enrolled';
}

describe('a device id that is taken', () => {
  it('is refused to another device, without a trace in the record', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    await backend.enrolled();
    const before = await backend.guard.sessions?.findDevice('phone-1');
    writes.length = 0;
    const refused = await backend.attest();
    expect([refused.status, refused.code, refused.body]).toEqual([403, TAKEOVER, {}]);
    expect(writes).toEqual([]);
    expect(await backend.guard.sessions?.findDevice('phone-1')).toEqual(before);
  });

  it('is its owner’s by the key that it has: evidence for it over a new challenge', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const id = await backend.recordId();
    await backend.enrolled(key);
    expect(await backend.recordId()).toBe(id);
    expect((await backend.guard.sessions?.findDevice('phone-1'))?.enrolments).toHaveLength(1);
  });

  it('is not the sender’s of evidence for its key that others can have too', async () => {
    const key = { id: 'A'.repeat(43), thumbprint: 'T'.repeat(43), publicKey: 'AAAA' };
    for (const [provesKey, code] of [
      [{ provesKey: true }, undefined],
      [{}, TAKEOVER],
    ] as const) {
      const { store, writes } = recording(memoryStore());
      const backend = new Backend({ store, enrolment: [vouching(provesKey, { key })] });
      const enrol = async (extra: object = {}) => {
        const sent = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good' };
        return backend.post('/attest', { ...sent, ...extra });
      };
      const { refresh } = tokensOf(await enrol());
      writes.length = 0;
      const again = await enrol();
      expect(again.code).toBe(code);
      if (code !== undefined) expect(writes).toEqual([]);
      // With another proof it is the same key in the same record.
      const proof = code === undefined ? tokensOf(again).refresh : refresh;
      expect((await enrol({ refresh_token: proof })).status).toBe(200);
      expect((await backend.guard.sessions?.findDevice('phone-1'))?.enrolments).toHaveLength(1);
    }
  });

  it('is its owner’s by a live session, and not by one that has ended', async () => {
    const backend = new Backend();
    const { session } = await backend.enrolled();
    const other = await backend.enrolled(newKey(), 'phone-2');
    const id = await backend.recordId();
    expect(await comes(backend, {}, bearer(session) as Record<string, string>)).toBe('enrolled');
    expect(await backend.recordId()).toBe(id);
    expect((await backend.guard.sessions?.findDevice('phone-1'))?.enrolments).toHaveLength(2);
    for (const token of [other.session, `${session}x`, session.slice(0, -2), other.refresh, 'x'])
      expect(await comes(backend, {}, { authorization: `Bearer ${token}` })).toBe(TAKEOVER);
    await backend.post('/revoke', { token: session });
    expect(await comes(backend, {}, { authorization: `Bearer ${session}` })).toBe(TAKEOVER);
    const again = tokensOf(await backend.refresh(other.refresh));
    backend.clock.ms += 1_800_000;
    expect(await comes(backend, {}, { authorization: `Bearer ${again.session}` })).toBe(TAKEOVER);
  });

  it('is its owner’s by a session at once no more when the device was forgotten and enrolled anew', async () => {
    const backend = new Backend();
    const { session, refresh } = await backend.enrolled();
    await backend.guard.sessions?.forgetDevice('phone-1');
    await backend.enrolled();
    expect(await comes(backend, {}, { authorization: `Bearer ${session}` })).toBe(TAKEOVER);
    expect(await comes(backend, { refresh_token: refresh })).toBe(TAKEOVER);
  });

  it('is not the one’s whose record is gone, or whose family has ended, whatever the store still has', async () => {
    const inner = memoryStore();
    const keeping = {
      ...inner,
      put: (key: string, value: string, version?: string) => inner.put(key, value, version),
    };
    const backend = new Backend({
      store: keeping,
      sessions: { refreshLifetimeSeconds: 1800, revocation: 'off' },
    });
    const { session, refresh } = await backend.enrolled();
    const device = storeKeys.device('phone-1');
    const { value: record = '', version = '' } = (await inner.get(device)) ?? {};
    await inner.delete(device, version);
    await backend.enrolled();
    expect(await comes(backend, { refresh_token: refresh })).toBe(TAKEOVER);
    expect(await comes(backend, {}, { authorization: `Bearer ${session}` })).toBe(TAKEOVER);
    await inner.delete(device, (await inner.get(device))?.version ?? '');
    await inner.put(device, record, undefined);
    expect(await comes(backend, { refresh_token: refresh })).toBe('enrolled');
    backend.clock.ms += 1_800_000;
    expect(await comes(backend, { refresh_token: refresh })).toBe(TAKEOVER);
  });

  it('is its owner’s by a live refresh token, which is not spent by it', async () => {
    const backend = new Backend();
    const { refresh } = await backend.enrolled();
    const other = await backend.enrolled(newKey(), 'phone-2');
    expect(await comes(backend, { refresh_token: refresh })).toBe('enrolled');
    expect(await comes(backend, { refresh_token: other.refresh })).toBe(TAKEOVER);
    const next = tokensOf(await backend.refresh(refresh));
    expect(backend.events.at(-1)?.retried).toBe(false);
    expect(await comes(backend, { refresh_token: refresh })).toBe(TAKEOVER);
    expect(await comes(backend, { refresh_token: next.session })).toBe(TAKEOVER);
    expect(await comes(backend, { refresh_token: next.refresh })).toBe('enrolled');
    await backend.post('/revoke', { token: next.refresh });
    expect(await comes(backend, { refresh_token: next.refresh })).toBe(TAKEOVER);
  });

  it('is its owner’s by a key that it has, once for each counter', async () => {
    const backend = new Backend();
    const old = newKey();
    await backend.enrolled(old);
    const attempt = async (proof: (body: Record<string, string>) => object) => {
      const body = await backend.evidence();
      const { code } = await backend.post('/attest', { ...body, ...proof(body) });
      return code ?? 'enrolled';
    };
    expect(await attempt((body) => backend.previous(old, body))).toBe('enrolled');
    expect(await attempt((body) => backend.previous(newKey(), body))).toBe(TAKEOVER);
    const stranger = newKey();
    await backend.enrolled(stranger, 'phone-2');
    expect(await attempt((body) => backend.previous(stranger, body))).toBe(TAKEOVER);
    const unnamed = (body: Record<string, string>) => {
      const { previous_assertion } = backend.previous(old, body) as Record<string, string>;
      return { previous_assertion };
    };
    expect(await attempt(unnamed)).toBe(TAKEOVER);
    expect(await attempt(() => ({ previous_key_id: old.keyId }))).toBe(TAKEOVER);
    expect(await attempt((body) => ({ ...backend.previous(old, body), previous_key_id: 'x' }))).toBe(
      TAKEOVER,
    );
    expect(await attempt(() => ({ previous_key_id: 7 }))).toBe(TAKEOVER);
    await backend.guard.sessions?.revokeKey(await thumbprintOf(backend));
    expect(await attempt((body) => backend.previous(old, body))).toBe(TAKEOVER);
  });

  it('spends the counter of a key that vouches, so that its proof serves once', async () => {
    const backend = new Backend();
    const old = newKey();
    await backend.enrolled(old);
    const body = await backend.evidence();
    const proof = backend.previous(old, body);
    const sent = { ...body, ...proof };
    const both = await Promise.all([backend.post('/attest', sent), backend.post('/attest', sent)]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    const again = { ...(await backend.evidence()), ...proof };
    const { session } = tokensOf(await backend.post('/assert', await backend.exchange(old)));
    const early = old.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' }).xAppAttest;
    const next = await backend.evidence();
    const later = { ...next, ...backend.previous(old, next) };
    expect((await backend.post('/attest', later)).status).toBe(200);
    // What it signed before is as spent as by a request.
    expect(await backend.use(session, { fields: { 'x-app-attest': early } }, { assertion: true })).toBe(
      'ERR_ASSERTION_COUNTER',
    );
    expect((await backend.post('/attest', again)).code).toBe(TAKEOVER);
  });
});

describe('what the application says', () => {
  const asked: TakenDeviceId[] = [];
  const saying = (authorizeEnrolment: unknown) =>
    new Backend({ sessions: { authorizeEnrolment } as SessionsOptions });

  it('is asked with the device and the evidence, and may let in', async () => {
    const backend = saying((taken: TakenDeviceId) => Boolean(asked.push(taken)));
    await backend.enrolled();
    expect(asked).toEqual([]);
    expect(await comes(backend)).toBe('enrolled');
    expect(asked).toMatchObject([
      { deviceId: 'phone-1', recordId: await backend.recordId(), enrolled: { kind: 'app-attest' } },
    ]);
  });

  it.each([[false], ['yes'], [1], [{}], [undefined], [null]])(
    'counts only where it is true, not %j',
    async (answer) => {
      for (const say of [() => answer, async () => answer]) {
        const backend = saying(say);
        await backend.enrolled();
        expect(await comes(backend)).toBe(TAKEOVER);
      }
    },
  );

  it('is an outage where it throws', async () => {
    const backend = saying(() => {
      throw new Error('token=hunter2');
    });
    await backend.enrolled();
    const reply = await backend.attest();
    expect([reply.status, reply.code]).toEqual([503, 'ERR_GUARD_INTERNAL']);
    expect(JSON.stringify(backend.events)).not.toContain('hunter2');
  });
});

it('an attester that signs the device id needs no other proof', async () => {
  const about = { kind: 'double', platform: 'ios', appId: 'app', environment: 'production' } as const;
  const attester = (vouchesForDeviceId: boolean): EnrolmentEvidence => ({
    kind: 'double',
    fields: ['token'],
    verify: () =>
      ({
        ...about,
        attestedAt: START,
        facts: {},
        ...(vouchesForDeviceId && { vouchesForDeviceId }),
      }) as Enrolled,
    appraise: () => undefined,
  });
  const codes = [];
  for (const vouches of [true, false]) {
    const backend = new Backend({ enrolment: [attester(vouches)] });
    const enrol = async () =>
      (
        await backend.post('/attest', {
          challenge: await backend.challenge(),
          device_id: 'phone-1',
          token: 't',
        })
      ).code;
    codes.push([await enrol(), await enrol()]);
  }
  expect(codes).toEqual([
    [undefined, undefined],
    [undefined, TAKEOVER],
  ]);
});

it('an attester that signs device ids owns none that another kind of evidence has enrolled', async () => {
  const appleRoots = { appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] };
  const attester: EnrolmentEvidence = {
    kind: 'double',
    fields: ['token'],
    verify: () => ({
      kind: 'double',
      platform: 'unknown',
      appId: 'app',
      environment: 'production',
      attestedAt: START,
      facts: {},
      vouchesForDeviceId: true,
    }),
    appraise: () => undefined,
  };
  const backend = new Backend({ enrolment: [appAttest(appleRoots), attester] });
  const enrol = async (fields: Record<string, string> = {}) =>
    backend.post(
      '/attest',
      { challenge: await backend.challenge(), device_id: 'phone-1', token: 't' },
      { fields },
    );
  const { session } = await backend.enrolled();
  expect((await enrol()).code).toBe(TAKEOVER);
  // Once its owner has let it in, the record is its own too.
  expect((await enrol({ authorization: `Bearer ${session}` })).status).toBe(200);
  expect((await enrol()).status).toBe(200);
});

it('a proof that cannot be judged now is an outage, and not a refusal', async () => {
  const inner = memoryStore();
  let down = false;
  const get: typeof inner.get = async (key) => {
    if (down && key.startsWith('cutoff/session')) throw new AttestationError(DOWN);
    return inner.get(key);
  };
  const backend = new Backend({ store: { ...inner, get } });
  const { session } = await backend.enrolled();
  down = true;
  const reply = await backend.attest(newKey(), 'phone-1', {}, { fields: bearer(session) });
  expect([reply.status, reply.code]).toEqual([503, 'STORE_DOWN']);
});

async function thumbprintOf(backend: Backend): Promise<string> {
  const device = await backend.guard.sessions?.findDevice('phone-1');
  return device?.enrolments[0]?.enrolled.key?.thumbprint ?? '';
}
