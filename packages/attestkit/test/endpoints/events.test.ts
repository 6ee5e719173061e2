import { describe, expect, it } from 'vitest';
import type { GuardEvent } from '../../src/ports/events.js';
import { memoryStore } from '../../src/stores/memory.js';
import {
  AUDIENCE,
  Backend,
  bearer,
  claimsOf,
  newKey,
  SECRET,
  tokensOf,
  type Tokens,
} from '../sessions/support/backend.js';
import { vouching } from '../sessions/support/vouching.js';

const DEVICE = 'device-of-alice-7f3a';
const AGENT = 'SecretAgent/7.0';
const IP = '203.0.113.77';
const FROM = { ip: IP, fields: { 'user-agent': AGENT } };

/** A server whose listeners keep everything they are told. */
function observed() {
  const told: GuardEvent[] = [];
  const backend = new Backend({
    onEvent: (event) => told.push(event),
    subject: () => 'alice@example.com',
    sessions: { bind: { ip: true, userAgent: true } },
  });
  return { backend, told };
}

/** Everything that can happen to a device, and all that must not be told of it. */
async function play(backend: Backend): Promise<readonly string[]> {
  const key = newKey();
  const body = await backend.evidence(key, DEVICE);
  const first = tokensOf(await backend.post('/attest', body, FROM));
  const second = tokensOf(await backend.refresh(first.refresh, FROM));
  const exchange = await backend.exchange(key, DEVICE);
  const third = tokensOf(await backend.post('/assert', exchange, FROM));
  await backend.post('/assert', exchange, FROM);
  await backend.post('/attest', body, FROM);
  await backend.attest(newKey(), DEVICE, { previous_key_id: key.keyId, previous_assertion: 'AAAA' }, FROM);
  await backend.attest(key, 'other', {}, FROM);
  const { xAppAttest } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/?q=private' });
  const fields = { ...FROM.fields, ...bearer(third.session), 'x-app-attest': xAppAttest };
  for (const target of ['/?q=private', '/?q=private', '/?q=stolen'])
    await backend.check({ ...FROM, target, fields }, { signedRequest: true });
  await backend.use(third.session, { ip: '198.51.100.1' });
  await backend.use('user-token', FROM);
  await backend.refresh(second.refresh, { ...FROM, fields: { 'user-agent': 'other' } });
  await backend.refresh(tokensOf(await backend.refresh(second.refresh, FROM)).refresh, FROM);
  await backend.refresh(first.refresh, FROM);
  await backend.post('/revoke', { token: third.session }, FROM);
  await backend.use(third.session, FROM);
  await backend.send('/attest', {
    method: 'POST',
    body: '{"device_id":"junk',
    fields: { 'content-type': 'application/json' },
    ip: IP,
  });
  const secrets = (tokens: Tokens) => [
    tokens.session,
    tokens.refresh,
    tokens.session.split('.')[2] as string,
  ];
  return [
    ...[first, second, third].flatMap(secrets),
    ...Object.values(body),
    ...Object.values(exchange),
    xAppAttest,
    key.keyId,
    DEVICE,
    AGENT,
    IP,
    SECRET,
    'alice@example.com',
    'user-token',
    'private',
    'stolen',
  ];
}

describe('events', () => {
  it('tell no secret, token, address, user agent, user or device id', async () => {
    const { backend, told } = observed();
    const forbidden = await play(backend);
    const text = JSON.stringify([...told, ...backend.events, ...backend.guard.counters()]);
    expect(told.length).toBeGreaterThan(5);
    expect(backend.events.length).toBeGreaterThan(15);
    expect(forbidden.filter((each) => each.length < 5)).toEqual([]);
    expect(forbidden.filter((each) => text.includes(each))).toEqual([]);
  });

  it('nor do answers tell the client why', async () => {
    const { backend } = observed();
    const key = newKey();
    const refusals = [
      await backend.post('/attest', { ...(await backend.evidence(key)), attestation: 'AAAA' }, FROM),
      await backend.post('/attest', {}, FROM),
      await backend.refresh('x', FROM),
      await backend.post('/assert', await backend.exchange(key), FROM),
    ];
    for (const { answer } of refusals) expect(answer.body).toBe('{}');
    const { response } = (await backend.check(FROM)) as unknown as { response: { body: string } };
    expect(response.body).toBe('{}');
  });

  it('tell who it was by the same keyed hash each time, of this server alone', async () => {
    const [one, other] = [observed().backend, new Backend({ secret: `${SECRET}x` })];
    await one.attest(newKey(), DEVICE, {}, FROM);
    await one.attest(newKey(), DEVICE, {}, FROM);
    await other.attest(newKey(), DEVICE, {}, FROM);
    const [a, b, c] = [one.events.at(1), one.events.at(-1), other.events.at(1)];
    expect([a?.endpoint, b?.endpoint]).toEqual(['attest', 'attest']);
    expect([a?.device, a?.address]).toEqual([b?.device, b?.address]);
    expect(a?.device).not.toBe(c?.device);
    expect(a?.address).not.toBe(c?.address);
    expect(a).toMatchObject({ outcome: 'accepted', status: 200, evidence: 'appAttest', retried: false });
    expect(a?.session).toMatch(/^[\w-]{22}$/);
    expect(b).toMatchObject({ outcome: 'refused', status: 409, session: undefined });
  });

  it('tell of what the evidence had that is not known here, once and nowhere else', async () => {
    const notes = ['environmentDetails.newVerdict', ...Array.from({ length: 50 }, () => 'x'.repeat(500))];
    const backend = new Backend({ enrollment: [vouching({}, { notes })] });
    const sent = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good' };
    await backend.post('/attest', { ...sent, token: 'bad' });
    const reply = await backend.post('/attest', sent);
    const next = await backend.refresh(tokensOf(reply).refresh);
    const told = backend.events.map((event) => [event.endpoint, event.outcome, event.notes.length]);
    expect(told).toEqual([
      ['challenge', 'accepted', 0],
      ['attest', 'refused', 0],
      ['attest', 'accepted', 20],
      ['refresh', 'accepted', 0],
    ]);
    expect(backend.events[2]?.notes.slice(0, 2)).toEqual([notes[0], 'x'.repeat(100)]);
    const claims = [reply, next].map((each) => claimsOf(tokensOf(each).session));
    const record = await backend.device();
    expect(record?.sessions).toHaveLength(1);
    for (const each of [reply, next, claims, record])
      expect(JSON.stringify(each)).not.toMatch(/newVerdict|notes/);
  });

  it('name what is worth an alarm', async () => {
    const backend = new Backend();
    const key = newKey();
    const first = tokensOf(await backend.attest(key));
    await backend.attest();
    await backend.attest(key, 'phone-2');
    await backend.refresh(tokensOf(await backend.refresh(first.refresh)).refresh);
    await backend.refresh(first.refresh);
    const codes = backend.events.flatMap(({ refused }) => refused?.code ?? []);
    expect(codes).toEqual(['ERR_ENROLLMENT_LABEL_TAKEN', 'ERR_ENROLLMENT_KEY_TAKEN', 'ERR_REFRESH_REUSED']);
  });

  it.each([
    () => {
      throw new Error('log is full');
    },
    () => Promise.reject(new Error('log is full')),
  ])('that cannot be told change nothing', async (onEvent) => {
    const backend = new Backend({ onEvent });
    const challenge = await backend.challenge();
    const key = newKey();
    const attestation = Buffer.from(key.attest({ challenge })).toString('base64');
    const body = { challenge, device_id: 'phone-1', key_id: key.keyId, attestation };
    const { session } = tokensOf(await backend.post('/attest', body));
    expect(await backend.use(session)).toBe('accepted');
    expect((await backend.post('/attest', body)).status).toBe(400);
  });
});

describe('counters', () => {
  it('count each endpoint by its outcome', async () => {
    const backend = new Backend({ store: memoryStore() });
    const key = newKey();
    const body = await backend.evidence(key);
    await backend.post('/attest', body);
    await backend.post('/attest', body);
    await backend.refresh('x');
    await backend.refresh('x');
    const of = (route: string) =>
      backend.guard
        .counters()
        .filter((each) => each.route === route)
        .map(({ outcome, code, count }) => [outcome, code, count]);
    expect(of('/challenge')).toEqual([['accepted', undefined, 1]]);
    expect(of('/attest')).toEqual([
      ['accepted', undefined, 1],
      ['refused', 'ERR_CHALLENGE_REUSED', 1],
    ]);
    expect(of('/refresh')).toEqual([
      ['accepted', undefined, 0],
      ['refused', 'ERR_REFRESH_MALFORMED', 2],
    ]);
  });

  it('do not grow with what clients send', async () => {
    const backend = new Backend();
    for (let each = 0; each < 200; each += 1) {
      await backend.send('/challenge', { target: `/c?device_id=${each}` });
      await backend.post('/attest', {
        challenge: `${each}`,
        device_id: `d${each}`,
        key_id: 'x',
        [`x${each}`]: 1,
      });
    }
    expect(backend.guard.counters().length).toBeLessThan(12);
  });
});

describe('the mistake behind evidence that does not match', () => {
  it('is in the event, and not in the answer', async () => {
    const { backend } = observed();
    const key = newKey();
    const challenge = await backend.challenge(DEVICE);
    const attestation = Buffer.from(key.attest({ clientDataHash: Buffer.from(challenge) })).toString(
      'base64',
    );
    const body = { challenge, device_id: DEVICE, key_id: key.keyId, attestation };
    const reply = await backend.post('/attest', body, FROM);
    expect(reply.code).toBe('ERR_APP_ATTEST_NONCE_MISMATCH');
    const cause = backend.events.at(-1)?.refused?.cause;
    expect(cause).toMatch(/^the app gave the challenge itself to attestKey: /);
    expect(JSON.stringify(reply.answer)).not.toMatch(/attestKey|challenge/);
    expect(cause).not.toContain(challenge);
  });

  it('is not in the event where none fits', async () => {
    const { backend } = observed();
    const key = newKey();
    const challenge = await backend.challenge(DEVICE);
    const attestation = Buffer.from(key.attest({ challenge: 'another' })).toString('base64');
    await backend.post('/attest', { challenge, device_id: DEVICE, key_id: key.keyId, attestation }, FROM);
    expect(backend.events.at(-1)?.refused).toMatchObject({
      code: 'ERR_APP_ATTEST_NONCE_MISMATCH',
      cause: undefined,
    });
  });
});
