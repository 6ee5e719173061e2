import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import type { AttestationError } from '../../src/kernel/errors.js';
import { createSessions } from '../../src/sessions/sessions.js';
import { memoryStore } from '../../src/stores/memory.js';
import {
  AUDIENCE,
  APP_ID,
  apple,
  Backend,
  claimsOf,
  newKey,
  recording,
  SECRET,
  START,
  tally,
  tokensOf,
} from './support/backend.js';
import { Outage } from './support/failing.js';
import { keyIdOf } from './support/signing-device.js';
import { vouching } from './support/vouching.js';

describe('enrollment', () => {
  it('gives a session with the claims of an attested session', async () => {
    const backend = new Backend({ subject: () => 'alice', sessions: { issuer: 'https://issuer.example' } });
    const reply = await backend.attest();
    expect(reply.body).toMatchObject({
      status: 'attestation_success',
      token_type: 'Bearer',
      expires_in: 1800,
      refresh_expires_in: 2_592_000,
    });
    const { session } = tokensOf(reply);
    expect(claimsOf(session)).toMatchObject({
      type: 'attested_session',
      device_id: 'phone-1',
      iat: START / 1000,
      exp: START / 1000 + 1800,
      iss: 'https://issuer.example',
      aud: 'https://api.example.com',
      sub: 'alice',
      kind: 'appAttest',
      rid: await backend.recordId(),
      attestation: { platform: 'ios', app_id: APP_ID, environment: 'production', virtual: true },
    });
    expect(JSON.parse(Buffer.from(session.split('.')[0] as string, 'base64url').toString())).toMatchObject({
      alg: 'HS256',
      typ: 'attested-session+jwt',
    });
    expect(await backend.use(session)).toBe('accepted');
  });

  it('keeps no challenge until it is consumed', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    for (let at = 0; at < 100; at += 1) await backend.challenge();
    expect(writes).toEqual([]);
  });

  it('authenticates the challenge, verifies, consumes, and only then writes', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({
      store,
      enrollment: [
        vouching({
          verify: (fields, context) => {
            writes.push('verify');
            return vouching().verify(fields, context);
          },
        }),
      ],
    });
    const body = async (token: string, more: object = {}) => ({
      challenge: await backend.challenge(),
      device_id: 'phone-1',
      token,
      ...more,
    });
    expect((await backend.post('/attest', await body('good', { device_id: 'phone-2' }))).status).toBe(400);
    expect(writes).toEqual([]);
    expect((await backend.post('/attest', await body('bad'))).status).toBe(403);
    expect(writes).toEqual(['verify']);
    writes.length = 0;
    expect((await backend.post('/attest', await body('good'))).status).toBe(200);
    expect(writes).toEqual(['verify', 'claim spent', 'put id', 'put device']);
  });

  it('consumes the challenge where evidence that costs a remote call says so, and once', async () => {
    const { store, writes } = recording(memoryStore());
    const evidence = vouching();
    const asking = vouching({
      verify: async (fields, context) => {
        const { token } = fields;
        const enrolled = evidence.verify({ token: token === 'junk' ? token : 'good' }, context);
        for (let use = 0; use < 2; use += 1) await context.consumeChallenge();
        writes.push('asked');
        return token === 'good' ? enrolled : evidence.verify(fields, context);
      },
    });
    const backend = new Backend({ store, enrollment: [asking] });
    const challenge = await backend.challenge();
    const sent = { challenge, device_id: 'phone-1' };
    // What does not look right here burns nothing.
    for (let use = 0; use < 9; use += 1)
      expect((await backend.post('/attest', { ...sent, token: 'junk' })).code).toBe('ERR_DOUBLE');
    expect(writes).toEqual([]);
    expect((await backend.post('/attest', { ...sent, token: 'good' })).status).toBe(200);
    expect(writes).toEqual(['claim spent', 'asked', 'put id', 'put device']);
    // What the other service refuses has used it up, and a used one has nobody asked.
    writes.length = 0;
    const next = { ...sent, challenge: await backend.challenge(), token: 'bad' };
    const phone2 = { ...next, device_id: 'phone-2', challenge: await backend.challenge('phone-2') };
    expect((await backend.post('/attest', phone2)).code).toBe('ERR_DOUBLE');
    expect((await backend.post('/attest', phone2)).code).toBe('ERR_CHALLENGE_REUSED');
    expect(writes).toEqual(['claim spent', 'asked', 'claim spent']);
  });

  it('that swallows the refusal of a used challenge is refused all the same', async () => {
    const evidence = vouching();
    const careless = vouching({
      verify: async (fields, context) => {
        await context.consumeChallenge().catch(() => undefined);
        return evidence.verify(fields, context);
      },
    });
    const backend = new Backend({ enrollment: [careless] });
    const sent = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good' };
    expect((await backend.post('/attest', sent)).status).toBe(200);
    await backend.control.forget((await backend.recordId()) ?? '');
    expect((await backend.post('/attest', sent)).code).toBe('ERR_CHALLENGE_REUSED');
  });

  it('that is refused consumes and writes nothing, and the challenge can be used', async () => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    const body = await backend.evidence();
    const forged = { ...body, attestation: Buffer.from('forged').toString('base64') };
    expect((await backend.post('/attest', forged)).status).toBe(403);
    expect((await backend.post('/attest', { ...body, key_id: newKey().keyId })).status).toBe(403);
    expect(writes).toEqual([]);
    expect((await backend.post('/attest', body)).status).toBe(200);
  });

  it.each([
    ['of another device id', 'phone-2', 'attest', 'ERR_CHALLENGE_UNKNOWN'],
    ['for a session', 'phone-1', 'assert', 'ERR_CHALLENGE_PURPOSE_MISMATCH'],
    ['for a request', 'phone-1', 'request', 'ERR_CHALLENGE_PURPOSE_MISMATCH'],
  ])('with a challenge %s is answered with 400', async (_, deviceId, purpose, code) => {
    const backend = new Backend();
    const challenge = await backend.challenge(deviceId, purpose);
    const key = newKey();
    const attestation = Buffer.from(key.attest({ challenge })).toString('base64');
    const reply = await backend.post('/attest', {
      challenge,
      device_id: 'phone-1',
      key_id: key.keyId,
      attestation,
    });
    expect([reply.status, reply.code]).toEqual([400, code]);
  });

  it('with a challenge that has expired is answered with 400, to the millisecond', async () => {
    const backend = new Backend();
    const [early, late] = [await backend.evidence(), await backend.evidence(newKey(), 'phone-2')];
    backend.clock.ms += 299_999;
    expect((await backend.post('/attest', early)).status).toBe(200);
    backend.clock.ms += 1;
    const reply = await backend.post('/attest', late);
    expect([reply.status, reply.code]).toEqual([400, 'ERR_CHALLENGE_EXPIRED']);
  });

  it('with a used challenge is answered with 400, on every instance, until it has expired', async () => {
    const backend = new Backend();
    const body = await backend.evidence();
    expect((await backend.post('/attest', body)).status).toBe(200);
    const other = new Backend({ store: backend.store, clock: backend.clock });
    backend.clock.ms += 299_999;
    const reply = await other.post('/attest', body);
    expect([reply.status, reply.code]).toEqual([400, 'ERR_CHALLENGE_REUSED']);
    // An instance whose clock is a minute behind takes it for alive.
    const behind = new Backend({ store: backend.store });
    backend.clock.ms += 60_000;
    behind.clock.ms = backend.clock.ms - 60_000;
    expect((await behind.post('/attest', body)).code).toBe('ERR_CHALLENGE_REUSED');
  });

  it('of one challenge 1,000 times at once makes exactly one session', async () => {
    const backend = new Backend();
    const enrollment = [appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] })];
    const setup = {
      secret: SECRET,
      store: backend.store,
      options: { audience: AUDIENCE },
      now: backend.clock.now,
      enrollment,
    };
    const sessions = createSessions(setup);
    const body = await backend.evidence();
    const request = { method: 'POST', target: '/', fields: () => [], ip: undefined };
    const uses = Array.from({ length: 1000 }, () =>
      sessions.enroll(body, request).then(
        () => 'enrolled',
        (error: unknown) => (error as AttestationError).code,
      ),
    );
    expect(tally(await Promise.all(uses))).toEqual({ enrolled: 1, ERR_CHALLENGE_REUSED: 999 });
    expect((await backend.device())?.sessions).toHaveLength(1);
  });

  it('of several phones at once under one device id makes one device', async () => {
    const backend = new Backend();
    const bodies = await Promise.all(Array.from({ length: 20 }, () => backend.evidence()));
    const replies = await Promise.all(bodies.map((body) => backend.post('/attest', body)));
    const statuses = tally(replies.map(({ status }) => status));
    expect(statuses['200']).toBe(1);
    expect(statuses['409']).toBe(19);
    expect((await backend.device())?.sessions).toHaveLength(1);
  });
});

describe('an enrollment that is cut off', () => {
  it('after any step can be made again with a new challenge, for the same key', async () => {
    const dry = new Outage(memoryStore());
    await new Backend({ store: dry.store }).attest();
    expect(dry.writes).toBe(4);
    for (let steps = 0; steps < dry.writes; steps += 1) {
      const outage = new Outage(memoryStore());
      const backend = new Backend({ store: outage.store });
      const key = newKey();
      const body = await backend.evidence(key);
      outage.left = steps;
      const cut = await backend.post('/attest', body);
      expect([steps, cut.status, cut.answer.headers['retry-after']]).toEqual([steps, 503, '5']);
      outage.left = Number.POSITIVE_INFINITY;
      const again = await backend.post('/attest', body);
      expect([steps, again.code]).toEqual([steps, steps === 0 ? undefined : 'ERR_CHALLENGE_REUSED']);
      const { session } = await backend.enrolled(key);
      expect(await backend.use(session)).toBe('accepted');
      expect((await backend.device())?.enrolled.key?.id).toBe(keyIdOf(key));
    }
  });
});

describe('the user', () => {
  it('comes from the application, and not from the body', async () => {
    const backend = new Backend();
    const { session } = tokensOf(
      await backend.attest(newKey(), 'phone-1', { subject: 'mallory', sub: 'mallory' }),
    );
    expect(claimsOf(session)).not.toHaveProperty('sub');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('token=hunter2');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('token=hunter2');
      },
    ],
    ['gives a number', () => 7],
    ['gives nothing that is text', () => ({ toString: () => 'alice' })],
    ['gives an empty text', () => ''],
    ['gives null', () => null],
  ])('is an outage where the application %s: nothing is consumed', async (_, subject) => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store, subject: subject as () => string });
    const reply = await backend.attest();
    expect([reply.status, reply.code]).toEqual([503, 'ERR_ENROLLMENT_SUBJECT_FAILED']);
    expect(writes).toEqual([]);
    expect(JSON.stringify(backend.events)).not.toContain('hunter2');
  });
});
