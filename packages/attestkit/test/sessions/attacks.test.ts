import { describe, expect, it } from 'vitest';
import { sessionBytes } from '../../src/sessions/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { AUDIENCE, Backend, bearer, Clock, newKey, tokensOf } from './support/backend.js';
import { keyIdOf } from './support/signing-device.js';

describe('a stolen token', () => {
  it('never mints a key: a live session and a live refresh token of the device are not a proof', async () => {
    const backend = new Backend({ sessions: { revocation: 'immediate' } });
    const key = newKey();
    const victim = await backend.enrolled(key);
    const thief = newKey();
    const body = await backend.evidence(thief);
    const fields = bearer(victim.session);
    const stolen = { ...body, refresh_token: victim.refresh };
    const reply = await backend.post('/attest', stolen, { fields });
    expect([reply.status, reply.code]).toEqual([409, 'ERR_ENROLLMENT_LABEL_TAKEN']);
    expect((await backend.post('/assert', await backend.exchange(thief))).code).toBe(
      'ERR_ASSERTION_KEY_UNKNOWN',
    );
    // The owner is not disturbed.
    expect((await backend.device())?.enrolled.key?.id).toBe(keyIdOf(key));
    expect(await backend.use(victim.session)).toBe('accepted');
    expect((await backend.refresh(victim.refresh)).status).toBe(200);
    expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
  });

  it('that was spent ends its session, also where it comes with another user agent', async () => {
    const backend = new Backend({ sessions: { bind: { userAgent: true } } });
    const ours = { fields: { 'user-agent': 'app/1' } };
    const first = await backend.enrolled(newKey(), 'phone-1', ours);
    const second = tokensOf(await backend.refresh(first.refresh, ours));
    backend.clock.ms += 31_000;
    const thief = { fields: { 'user-agent': 'curl' } };
    expect((await backend.refresh(first.refresh, thief)).code).toBe('ERR_REFRESH_REUSED');
    expect((await backend.refresh(second.refresh, ours)).code).toBe('ERR_REFRESH_ENDED');
  });

  it('that was spent ends its session, also where the device is accepted no more', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock, sessions: { revocation: 'immediate' } });
    const first = await backend.enrolled();
    const second = tokensOf(await backend.refresh(first.refresh));
    clock.ms += 31_000;
    const policy = { platforms: ['android'] } as const;
    const strict = new Backend({ clock, store: backend.store, policy });
    const denied = await strict.refresh(second.refresh);
    expect([denied.status, denied.code]).toEqual([401, 'ERR_POLICY_PLATFORM_DENIED']);
    expect((await strict.refresh(first.refresh)).code).toBe('ERR_REFRESH_REUSED');
    expect(await backend.use(second.session)).toBe('ERR_SESSION_ENDED');
  });
});

describe('evidence of two devices in one request', () => {
  const options = { sessions: { header: 'x-session' } };
  const route = { signedRequest: { session: 'optional' }, accept: ['session'] } as const;

  it('is refused: the key that stands alone is not of the session beside it', async () => {
    const backend = new Backend(options);
    const victim = await backend.enrolled(newKey(), 'victim');
    const key = newKey();
    await backend.enrolled(key, 'attacker');
    const sign = () => key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' }).authorization;
    const mixed = { fields: { 'x-session': victim.session, authorization: sign() } };
    const decision = await backend.check(mixed, route);
    expect(decision).toMatchObject({ outcome: 'refuse', error: { code: 'ERR_ASSERTION_KEY_MISMATCH' } });
  });

  it('is refused also where the route asks for the key alone', async () => {
    const backend = new Backend(options);
    const victim = await backend.enrolled(newKey(), 'victim');
    const key = newKey();
    const own = await backend.enrolled(key, 'attacker');
    const alone = { signedRequest: { session: 'optional' }, accept: ['signedRequest'] } as const;
    const sent = (token?: string) => {
      const { authorization } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
      return { fields: { authorization, ...(token !== undefined && { 'x-session': token }) } };
    };
    expect(await backend.check(sent(victim.session), alone)).toMatchObject({ outcome: 'refuse' });
    expect(await backend.check(sent(), alone)).toMatchObject({
      results: { signedRequest: { sessionId: undefined } },
    });
    expect(await backend.check(sent(own.session), alone)).toMatchObject({
      results: { signedRequest: { deviceId: 'attacker', sessionId: expect.any(String) as string } },
    });
  });
});

it('a blocked key signs no more, also where sessions are not checked for revocation', async () => {
  const backend = new Backend({ sessions: { revocation: 'off' } });
  const key = newKey();
  await backend.enrolled(key);
  const route = { signedRequest: { session: 'optional' }, accept: ['signedRequest'] } as const;
  const signed = () => {
    const { authorization } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
    return backend.check({ fields: { authorization } }, route);
  };
  expect((await signed()).outcome).toBe('accept');
  expect(await backend.control.block({ keyId: keyIdOf(key) })).toBe(true);
  expect(await signed()).toMatchObject({ outcome: 'refuse', error: { code: 'ERR_SESSION_DEVICE_BLOCKED' } });
});

describe('what is refused', () => {
  it('spends and writes nothing where a session cannot be bound to an address that nobody knows', async () => {
    const backend = new Backend({ sessions: { bind: { ip: true } } });
    const key = newKey();
    const body = await backend.evidence(key);
    const nowhere = await backend.post('/attest', body, { ip: undefined });
    expect([nowhere.status, nowhere.code]).toEqual([403, 'ERR_SESSION_BINDING_IP_MISMATCH']);
    expect(await backend.recordId()).toBeUndefined();
    const { refresh } = tokensOf(await backend.post('/attest', body));
    expect((await backend.refresh(refresh, { ip: undefined })).code).toBe('ERR_SESSION_BINDING_IP_MISMATCH');
    expect(backend.events.at(-1)?.retried).toBe(false);
    expect((await backend.refresh(refresh)).body['refresh_token']).toBeTypeOf('string');
    expect(backend.events.at(-1)?.retried).toBe(false);
    const exchange = await backend.exchange(key);
    expect((await backend.post('/assert', exchange, { ip: undefined })).code).toBe(
      'ERR_SESSION_BINDING_IP_MISMATCH',
    );
    expect((await backend.post('/assert', exchange)).status).toBe(200);
  });
});

it('a clock that counts parts of milliseconds does not stop enrollment', async () => {
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
    expect((await backend.post('/attest', { ...body, ...proof })).code).toBe('ERR_ENROLLMENT_LABEL_TAKEN');
  const right = { ...body, ...backend.previous(old, body) };
  expect((await backend.post('/attest', right)).status).toBe(200);
});
