import { expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.js';
import { AUDIENCE, Backend, bearer, newKey, tokensOf, type Tokens } from './support/backend.js';
import { RoundTrips } from './support/round-trips.js';
import { vouching } from './support/vouching.js';

/** A backend whose store counts round trips, and a device that was used before. */
async function measured(options: ConstructorParameters<typeof Backend>[0] = {}) {
  const inner = memoryStore();
  const counted = new RoundTrips(inner);
  const quiet = new Backend({ ...options, store: inner });
  const backend = new Backend({ ...options, store: counted.store, clock: quiet.clock });
  return { quiet, backend, of: (run: () => Promise<unknown>) => counted.of(run) };
}

async function usedPhone(options: ConstructorParameters<typeof Backend>[0] = {}) {
  const made = await measured(options);
  const key = newKey();
  const first = await made.quiet.enrolled(key);
  made.quiet.clock.ms += 1000;
  const tokens: Tokens = tokensOf(await made.quiet.refresh(first.refresh));
  return { ...made, key, tokens };
}

const ok = async (reply: Promise<{ readonly status: number }>) => expect((await reply).status).toBe(200);

it('a new key takes 3 round trips', async () => {
  const { quiet, backend, of } = await measured();
  const body = await quiet.evidence();
  expect(await of(() => ok(backend.post('/attest', body)))).toEqual([
    'get device, get key',
    'claim spent, put id, put key',
    'put device',
  ]);
});

it('remote evidence without a key takes 3, the first of them before the call', async () => {
  const evidence = vouching();
  const remote = vouching({
    verify: async (fields, context) => {
      await context.consumeChallenge();
      return evidence.verify(fields, context);
    },
  });
  const { quiet, backend, of } = await measured({ enrollment: [remote] });
  const body = { challenge: await quiet.challenge(), device_id: 'phone-1', token: 'good' };
  expect(await of(() => ok(backend.post('/attest', body)))).toEqual([
    'claim spent, get device',
    'put id',
    'put device',
  ]);
});

it('new evidence for the same key takes 2', async () => {
  const { quiet, backend, key, of } = await usedPhone();
  const body = await quiet.evidence(key);
  expect(await of(() => ok(backend.post('/attest', body)))).toEqual(['get device, get key', 'put device']);
});

it('a replacement takes 4: the counter, then the challenge, then the record', async () => {
  const { quiet, backend, key, of } = await usedPhone();
  const body = await quiet.evidence();
  const sent = { ...body, ...quiet.previous(key, body) };
  expect(await of(() => ok(backend.post('/attest', sent)))).toEqual([
    'get device, get key',
    'advance count',
    'claim spent, put key',
    'put device',
  ]);
});

it('a proof for a session takes 3', async () => {
  const { quiet, backend, key, of } = await usedPhone();
  const body = await quiet.exchange(key);
  expect(await of(() => ok(backend.post('/assert', body)))).toEqual([
    'get device',
    'advance count',
    'put device',
  ]);
});

it('a refresh takes 2, and its retry 1', async () => {
  const { backend, tokens, of } = await usedPhone();
  expect(await of(() => ok(backend.refresh(tokens.refresh)))).toEqual(['get device', 'put device']);
  expect(await of(() => ok(backend.refresh(tokens.refresh)))).toEqual(['get device']);
});

it('a request with the user named asks after the user beside the record', async () => {
  const { quiet, backend, key, of } = await usedPhone({ subject: () => 'alice' });
  const body = await quiet.evidence(key);
  expect(await of(() => ok(backend.post('/attest', body)))).toEqual([
    'get device, get key, get user',
    'put device',
  ]);
});

it('a session check takes 1, and none while the record is remembered', async () => {
  const { backend, tokens, of } = await usedPhone();
  const check = async () => expect(await backend.use(tokens.session)).toBe('accepted');
  expect(await of(check)).toEqual(['get device']);
  expect(await of(check)).toEqual([]);
  backend.clock.ms += 5000;
  expect(await of(check)).toEqual(['get device']);
});

it('a signed request takes 2, and 1 while the record is remembered; one more with a challenge', async () => {
  const { quiet, backend, key, tokens, of } = await usedPhone();
  const signed = (challenge?: string) => async () => {
    const request = { audience: AUDIENCE, method: 'GET', target: '/', ...(challenge && { challenge }) };
    const fields = { ...bearer(tokens.session), 'x-app-attest': key.signRequest(request).xAppAttest };
    expect((await backend.check({ fields }, { signedRequest: true })).outcome).toBe('accept');
  };
  expect(await of(signed())).toEqual(['get device', 'advance count']);
  expect(await of(signed())).toEqual(['advance count']);
  const challenge = await quiet.challenge('phone-1', 'request');
  expect(await of(signed(challenge))).toEqual(['advance count', 'claim spent']);
});

it('a key that stands alone takes 2: the record beside the counter', async () => {
  const { quiet, backend, key, of } = await usedPhone();
  const route = { signedRequest: { session: 'optional' }, accept: ['signedRequest'] } as const;
  const signed = (challenge?: string) => async () => {
    const request = { audience: AUDIENCE, method: 'GET', target: '/', ...(challenge && { challenge }) };
    const { authorization } = key.signRequest(request);
    expect((await backend.check({ fields: { authorization } }, route)).outcome).toBe('accept');
  };
  expect(await of(signed())).toEqual(['get key', 'advance count, get device']);
  expect(await of(signed())).toEqual(['get key', 'advance count']);
  backend.clock.ms += 5000;
  const challenge = await quiet.challenge('phone-1', 'request');
  expect(await of(signed(challenge))).toEqual(['get key', 'advance count, get device', 'claim spent']);
});

it('revoking takes 2', async () => {
  const { backend, tokens, of } = await usedPhone();
  expect(await of(() => ok(backend.post('/revoke', { token: tokens.session })))).toEqual([
    'get device',
    'put device',
  ]);
});
