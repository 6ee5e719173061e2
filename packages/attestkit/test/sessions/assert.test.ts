import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { vouching } from './support/vouching.js';
import { sessionBytes } from '../../src/sessions/index.js';
import { createSessions } from '../../src/sessions/sessions.js';
import { memoryStore } from '../../src/stores/memory.js';
import {
  APP_ID,
  apple,
  AUDIENCE,
  Backend,
  claimsOf,
  Clock,
  newKey,
  recording,
  SECRET,
  tokensOf,
} from './support/backend.js';

/** Of a server that has no name. */
const UNNAMED = { audience: undefined } as unknown as { audience: string };

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe('an assertion in exchange for a session', () => {
  it('begins a new one of the same device, beside those that live', async () => {
    const backend = new Backend();
    const key = newKey();
    const first = await backend.enrolled(key);
    const reply = await backend.post('/assert', await backend.exchange(key));
    expect(reply.body['status']).toBe('assertion_success');
    const second = tokensOf(reply);
    const [before, after] = [claimsOf(first.session), claimsOf(second.session)];
    expect(after['rid']).toBe(before['rid']);
    expect(after['sid']).not.toBe(before['sid']);
    expect(after['cnf']).toEqual(before['cnf']);
    for (const each of [first, second]) expect(await backend.use(each.session)).toBe('accepted');
  });

  it('is accepted once: neither its challenge nor its counter serves again', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const body = await backend.exchange(key);
    expect((await backend.post('/assert', body)).status).toBe(200);
    const again = await backend.post('/assert', body);
    expect([again.status, again.code]).toEqual([400, 'ERR_CHALLENGE_REUSED']);
    const [earlier, later] = [await backend.exchange(key), await backend.exchange(key)];
    expect((await backend.post('/assert', later)).status).toBe(200);
    const late = await backend.post('/assert', earlier);
    expect([late.status, late.code]).toEqual([401, 'ERR_ASSERTION_COUNTER_REUSED']);
  });

  it('shares its counter with signed requests', async () => {
    const backend = new Backend();
    const key = newKey();
    const tokens = await backend.enrolled(key);
    const signed = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
    expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
    const fields = { 'x-app-attest': signed.xAppAttest };
    expect(await backend.use(tokens.session, { fields }, { signedRequest: true })).toBe(
      'ERR_ASSERTION_COUNTER_REUSED',
    );
  });

  it('is refused where it signs anything else, and spends nothing', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    const key = newKey();
    await backend.enrolled(key);
    const challenge = await backend.challenge('phone-1', 'assert');
    const right = { audience: AUDIENCE, deviceId: 'phone-1', challenge };
    const other = await backend.challenge('phone-1', 'assert');
    // The first use moves the end of its record.
    await backend.post('/assert', await backend.exchange(key));
    writes.length = 0;
    const signed = [
      sessionBytes({ ...right, audience: 'https://evil.example' }),
      sessionBytes({ ...right, deviceId: 'phone-2' }),
      sessionBytes({ ...right, challenge: other }),
      Buffer.from(Buffer.from(sessionBytes(right)).toString().replace('session-v1', 'replace-v1')),
      Buffer.from(`${Buffer.from(sessionBytes(right)).toString()}\n`),
      Buffer.from(challenge),
      Buffer.alloc(0),
    ];
    const about = { challenge, device_id: 'phone-1', key_id: key.keyId };
    for (const clientData of signed) {
      const reply = await backend.post('/assert', {
        ...about,
        assertion: base64(key.assert({ clientData })),
      });
      expect([reply.status, reply.code]).toEqual([401, 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID']);
    }
    expect(writes).toEqual([]);
    const clientData = sessionBytes(right);
    const reply = await backend.post('/assert', { ...about, assertion: base64(key.assert({ clientData })) });
    expect(reply.code).toBeUndefined();
    expect(writes).toEqual(['advance count', 'put device']);
  });

  it.each([
    ['for enrollment', 'phone-1', 'attest', 'ERR_CHALLENGE_PURPOSE_MISMATCH'],
    ['for a request', 'phone-1', 'request', 'ERR_CHALLENGE_PURPOSE_MISMATCH'],
    ['of another device', 'phone-2', 'assert', 'ERR_CHALLENGE_UNKNOWN'],
  ])('with a challenge %s is answered with 400', async (_, deviceId, purpose, code) => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const challenge = await backend.challenge(deviceId, purpose);
    const clientData = sessionBytes({ audience: AUDIENCE, deviceId: 'phone-1', challenge });
    const assertion = base64(key.assert({ clientData }));
    const body = { challenge, device_id: 'phone-1', key_id: key.keyId, assertion };
    const reply = await backend.post('/assert', body);
    expect([reply.status, reply.code]).toEqual([400, code]);
  });

  it('begins a session though the refresh token beside it is none, or another device’s', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const { refresh } = await backend.enrolled(newKey(), 'phone-2');
    for (const refresh_token of ['nothing', '', refresh]) {
      const reply = await backend.post('/assert', { ...(await backend.exchange(key)), refresh_token });
      expect([refresh_token, reply.status]).toEqual([refresh_token, 200]);
    }
    expect((await backend.device())?.sessions).toHaveLength(4);
  });

  it('is refused for a key of nobody, or of another device', async () => {
    const backend = new Backend();
    const [key, other] = [newKey(), newKey()];
    expect((await backend.post('/assert', await backend.exchange(key))).code).toBe(
      'ERR_ASSERTION_KEY_UNKNOWN',
    );
    await backend.enrolled(key);
    await backend.enrolled(other, 'phone-2');
    expect((await backend.post('/assert', await backend.exchange(other))).code).toBe(
      'ERR_ASSERTION_KEY_UNKNOWN',
    );
    const body = { ...(await backend.exchange(other)), key_id: key.keyId };
    expect((await backend.post('/assert', body)).code).toBe('ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID');
  });

  it('holds the key to the policy of now, and spends nothing where that says no', async () => {
    const { store, writes } = recording(memoryStore());
    const shared = { store, clock: new Clock() };
    const key = newKey();
    await new Backend(shared).enrolled(key);
    writes.length = 0;
    const options = { appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] };
    const strict = new Backend({ ...shared, enrollment: [appAttest({ ...options, minimumOs: '99.0' })] });
    expect((await strict.post('/assert', await strict.exchange(key))).status).toBe(401);
    // Apple's own root alone: what testing made is no longer let in.
    const genuine = new Backend({ ...shared, enrollment: [appAttest({ appIds: [APP_ID] })] });
    expect((await genuine.post('/assert', await genuine.exchange(key))).status).toBe(401);
    expect(writes).toEqual([]);
  });

  it.each([
    ['no key id', { key_id: undefined }],
    ['a key id that is none', { key_id: 'AAAA' }],
    ['no proof', { assertion: undefined }],
    ['an empty proof', { assertion: '' }],
    ['a proof that is no text', { assertion: {} }],
    ['a proof of a kind that is not configured', { assertion: undefined, signature: 'AAAA' }],
    ['no challenge', { challenge: undefined }],
    ['no device id', { device_id: undefined }],
    ['a device id that is none', { device_id: 'a b' }],
  ])('with %s is answered with 400', async (_, change) => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const reply = await backend.post('/assert', { ...(await backend.exchange(key)), ...change });
    expect([reply.status, reply.body]).toEqual([400, {}]);
  });

  it('is not there where the API has no name', async () => {
    const backend = new Backend({ ...UNNAMED, enrollment: [vouching()] });
    expect(
      backend.guard.answer({ method: 'POST', target: '/device/assert', fields: () => [] }, '/assert'),
    ).toBe(undefined);
  });

  it('is refused to another user than the one that the key was enrolled for, and spends nothing', async () => {
    let user: string | undefined = 'alice';
    const backend = new Backend({ subject: () => user });
    const key = newKey();
    await backend.enrolled(key);
    const body = await backend.exchange(key);
    user = 'bob';
    const refused = await backend.post('/assert', body);
    expect([refused.status, refused.code]).toEqual([409, 'ERR_ENROLLMENT_USER_TAKEN']);
    user = undefined;
    expect((await backend.post('/assert', body)).status).toBe(200);
    user = 'alice';
    expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
  });

  it('of 200 uses at once begins one session', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const enrollment = [appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] })];
    const options = { audience: AUDIENCE };
    const sessions = createSessions({
      secret: SECRET,
      store: backend.store,
      options,
      now: backend.clock.now,
      enrollment,
    });
    const body = await backend.exchange(key);
    const request = { method: 'POST', target: '/', fields: () => [], ip: undefined };
    const uses = await Promise.allSettled(Array.from({ length: 200 }, () => sessions.assert(body, request)));
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
