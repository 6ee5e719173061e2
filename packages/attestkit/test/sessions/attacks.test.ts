import { describe, expect, it } from 'vitest';
import { sessionBytes } from '../../src/sessions/index.js';
import { storeKeys } from '../../src/sessions/store-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { AUDIENCE, Backend, bearer, newKey, tokensOf } from './backend.js';

describe('a stolen token', () => {
  it('does not take over a device id from a network that its session is not bound to', async () => {
    const backend = new Backend({ sessions: { bind: { ip: true } } });
    const victim = await backend.enrolled();
    const elsewhere = { ip: '198.51.100.9', fields: bearer(victim.session) };
    expect(await backend.use(victim.session, elsewhere)).toBe('ERR_SESSION_BINDING_IP');
    expect((await backend.attest(newKey(), 'phone-1', {}, elsewhere)).code).toBe('ERR_ENROLMENT_TAKEOVER');
    expect((await backend.attest(newKey(), 'phone-1', {}, { fields: bearer(victim.session) })).status).toBe(
      200,
    );
  });

  it('does not take over a device id with a user agent that its session is not bound to', async () => {
    const backend = new Backend({ sessions: { bind: { userAgent: true } } });
    const ours = { fields: { 'user-agent': 'app/1' } };
    const theirs = { fields: { 'user-agent': 'curl' } };
    const victim = await backend.enrolled(newKey(), 'phone-1', ours);
    const proof = { refresh_token: victim.refresh };
    expect((await backend.attest(newKey(), 'phone-1', proof, theirs)).code).toBe('ERR_ENROLMENT_TAKEOVER');
    const fields = { ...theirs.fields, ...bearer(victim.session) };
    expect((await backend.attest(newKey(), 'phone-1', {}, { fields })).code).toBe('ERR_ENROLMENT_TAKEOVER');
    expect((await backend.attest(newKey(), 'phone-1', proof, ours)).status).toBe(200);
  });

  it('that was spent ends its session, also where it comes with another user agent', async () => {
    const backend = new Backend({ sessions: { bind: { userAgent: true } } });
    const ours = { fields: { 'user-agent': 'app/1' } };
    const first = await backend.enrolled(newKey(), 'phone-1', ours);
    const second = tokensOf(await backend.refresh(first.refresh, ours));
    backend.clock.ms += 31_000;
    const thief = { fields: { 'user-agent': 'curl' } };
    expect((await backend.refresh(first.refresh, thief)).code).toBe('ERR_REFRESH_REUSED');
    expect((await backend.refresh(second.refresh, ours)).code).toBe('ERR_SESSION_REVOKED');
  });

  it('that was spent ends its session, also where the device is let in no more', async () => {
    const backend = new Backend();
    const key = newKey();
    const first = await backend.enrolled(key);
    const second = tokensOf(await backend.refresh(first.refresh));
    backend.clock.ms += 31_000;
    const [enrolment] = (await backend.guard.sessions?.findDevice('phone-1'))?.enrolments ?? [];
    const owner = storeKeys.thumbprint(enrolment?.enrolled.key?.thumbprint ?? '');
    await backend.store.delete(owner, (await backend.store.get(owner))?.version ?? '');
    expect((await backend.refresh(second.refresh)).code).toBe('ERR_REFRESH_DEVICE_GONE');
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_REUSED');
    expect((await backend.refresh(second.refresh)).code).toBe('ERR_SESSION_REVOKED');
  });
});

describe('evidence of two devices in one request', () => {
  const options = { sessions: { header: 'x-session' } };
  const route = { assertion: { session: 'optional' }, accept: ['session'] } as const;

  it('is refused: the key that stands alone is not of the session beside it', async () => {
    const backend = new Backend(options);
    const victim = await backend.enrolled(newKey(), 'victim');
    const key = newKey();
    await backend.enrolled(key, 'attacker');
    const sign = () => key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' }).authorization;
    const mixed = { fields: { 'x-session': victim.session, authorization: sign() } };
    const decision = await backend.check(mixed, route);
    expect(decision).toMatchObject({ outcome: 'refuse', error: { code: 'ERR_ASSERTION_KEY_OWNER' } });
  });

  it('is refused also where the route asks for the key alone', async () => {
    const backend = new Backend(options);
    const victim = await backend.enrolled(newKey(), 'victim');
    const key = newKey();
    const own = await backend.enrolled(key, 'attacker');
    const alone = { assertion: { session: 'optional' }, accept: ['assertion'] } as const;
    const sent = (token?: string) => {
      const { authorization } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
      return { fields: { authorization, ...(token !== undefined && { 'x-session': token }) } };
    };
    expect(await backend.check(sent(victim.session), alone)).toMatchObject({ outcome: 'refuse' });
    expect(await backend.check(sent(), alone)).toMatchObject({
      results: { assertion: { session: undefined } },
    });
    expect(await backend.check(sent(own.session), alone)).toMatchObject({
      results: { assertion: { session: { deviceId: 'attacker' } } },
    });
  });
});

it('a revoked key signs no more, also where sessions are not checked for revocation', async () => {
  const backend = new Backend({ sessions: { revocation: 'off' } });
  const key = newKey();
  await backend.enrolled(key);
  const route = { assertion: { session: 'optional' }, accept: ['assertion'] } as const;
  const signed = () => {
    const { authorization } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
    return backend.check({ fields: { authorization } }, route);
  };
  expect((await signed()).outcome).toBe('accept');
  const [enrolment] = (await backend.guard.sessions?.findDevice('phone-1'))?.enrolments ?? [];
  await backend.guard.sessions?.revokeKey(enrolment?.enrolled.key?.thumbprint ?? '');
  expect(await signed()).toMatchObject({ outcome: 'refuse', error: { code: 'ERR_SESSION_REVOKED' } });
});

describe('what is refused', () => {
  it('spends and writes nothing where a session cannot be bound to an address that nobody knows', async () => {
    const backend = new Backend({ sessions: { bind: { ip: true } } });
    const key = newKey();
    const body = await backend.evidence(key);
    const nowhere = await backend.post('/attest', body, { ip: undefined });
    expect([nowhere.status, nowhere.code]).toEqual([403, 'ERR_SESSION_BINDING_IP']);
    expect(await backend.recordId()).toBeUndefined();
    const { refresh } = tokensOf(await backend.post('/attest', body));
    expect((await backend.refresh(refresh, { ip: undefined })).code).toBe('ERR_SESSION_BINDING_IP');
    expect(backend.events.at(-1)?.retried).toBe(false);
    expect((await backend.refresh(refresh)).body['refresh_token']).toBeTypeOf('string');
    expect(backend.events.at(-1)?.retried).toBe(false);
    const exchange = await backend.exchange(key);
    expect((await backend.post('/assert', exchange, { ip: undefined })).code).toBe('ERR_SESSION_BINDING_IP');
    expect((await backend.post('/assert', exchange)).status).toBe(200);
  });
});

it('a clock that counts parts of milliseconds does not stop enrolment', async () => {
  const backend = new Backend();
  backend.clock.ms += 0.25;
  const { refresh } = await backend.enrolled();
  backend.clock.ms += 1000.5;
  expect((await backend.refresh(refresh)).status).toBe(200);
});

it('a record that cannot be read shows nothing of itself in events', async () => {
  const store = memoryStore();
  const spoilt = {
    ...store,
    get: async (key: string) =>
      key.startsWith('device/') ? { value: 'alice@example.com is', version: '1' } : store.get(key),
  };
  const backend = new Backend({ store: spoilt });
  expect((await backend.attest()).code).toBe('ERR_STATE_UNREADABLE');
  expect(JSON.stringify(backend.events)).not.toContain('alice');
});

it('a proof for a replacement is for one audience, device, challenge, new key and purpose', async () => {
  const backend = new Backend();
  const old = newKey();
  await backend.enrolled(old);
  const body = await backend.evidence(newKey());
  const challenge = body['challenge'] as string;
  const forSession = old.assert({
    clientData: sessionBytes({ audience: AUDIENCE, deviceId: 'phone-1', challenge }),
  });
  const wrong = [
    backend.previous(old, body, 'phone-1', 'https://evil.example'),
    backend.previous(old, body, 'phone-2'),
    backend.previous(old, { ...body, challenge: await backend.challenge() }),
    backend.previous(old, { ...body, key_id: newKey().keyId }),
    { previous_key_id: old.keyId, previous_assertion: Buffer.from(forSession).toString('base64') },
  ];
  for (const proof of wrong)
    expect((await backend.post('/attest', { ...body, ...proof })).code).toBe('ERR_ENROLMENT_TAKEOVER');
  const right = { ...body, ...backend.previous(old, body) };
  expect((await backend.post('/attest', right)).status).toBe(200);
});
