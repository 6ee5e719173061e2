import { describe, expect, it } from 'vitest';
import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { appAttest } from '../../src/app-attest/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { tokenBuckets } from '../../src/endpoints/rate-limiter.js';
import { readLimits } from '../../src/endpoints/limits.js';
import { refreshBytes } from '../../src/sessions/evidence/signed-bytes.js';
import { memoryStore } from '../../src/stores/memory.js';
import { apple, APP_ID, AUDIENCE, Backend, Clock, newKey, tokensOf, watched } from './support/backend.js';
import { DOWN } from './support/failing.js';
import { sign } from './support/signing-device.js';
import { alone, DAY, KEYLESS, vouched } from './support/vouched-devices.js';
import { vouching } from './support/vouching.js';

it('a blocked user does not go on by requests that the key signs alone', async () => {
  const clock = new Clock();
  const backend = new Backend({ clock, subject: () => 'alice' });
  const key = newKey(clock.now);
  await backend.enrolled(key);
  await backend.control.block({ user: 'alice' });
  expect((await backend.post('/assert', await backend.exchange(key))).code).toBe('ERR_SESSION_USER_BLOCKED');
  clock.ms += 6 * DAY;
  const { authorization } = sign(key, {});
  expect(await alone(backend, { authorization })).toMatchObject({ outcome: 'refuse' });
});

describe('a refresh with a proof', () => {
  it('is judged anew after another request came first, and does not count its own proof against itself', async () => {
    const clock = new Clock();
    const inner = memoryStore({ now: clock.now });
    let meanwhile: (() => Promise<unknown>) | undefined;
    const store = watched(inner, async (operation, key) => {
      if (operation !== 'put' || !key.startsWith('device/') || meanwhile === undefined) return;
      const run = meanwhile;
      meanwhile = undefined;
      await run();
    });
    const sessions = { refresh: 'proof' as const };
    const backend = new Backend({ clock, store, sessions });
    const other = new Backend({ clock, store: inner, sessions });
    const key = newKey();
    const first = await backend.enrolled(key);
    await backend.post('/assert', await backend.exchange(key));
    const { sessions: live = [] } = (await other.device()) ?? {};
    const sid = live.at(-1)?.sessionId ?? '';
    const recordId = (await other.recordId()) ?? '';
    const clientData = refreshBytes({ audience: AUDIENCE, deviceId: 'phone-1', refreshToken: first.refresh });
    const assertion = Buffer.from(key.assert({ clientData })).toString('base64');
    meanwhile = () => other.control.end({ recordId, sessionId: sid });
    const reply = await backend.post('/refresh', { refresh_token: first.refresh, assertion });
    expect([reply.status, reply.code]).toEqual([200, undefined]);
  });
});

describe('a user who is blocked for an hour', () => {
  it('costs a device no refresh token, and raises no alarm of theft', async () => {
    const clock = new Clock();
    let user: string | undefined = 'alice';
    const backend = new Backend({ clock, ...KEYLESS, subject: () => user });
    const { refresh } = tokensOf(await vouched(backend));
    user = undefined;
    await backend.control.block({ user: 'alice' });
    expect((await backend.refresh(refresh)).code).toBe('ERR_SESSION_USER_BLOCKED');
    clock.ms += 3_600_000;
    await backend.control.unblock({ user: 'alice' });
    const reply = await backend.refresh(refresh);
    expect([reply.status, reply.code]).toEqual([200, undefined]);
  });
});

it('keys that replace one another are limited as new records are: each leaves a pointer behind', async () => {
  const backend = new Backend({ limits: { newRecordsPerHour: 3 } });
  let key = newKey();
  await backend.enrolled(key);
  const statuses: number[] = [];
  for (let time = 0; time < 10; time += 1) {
    const next = newKey();
    const body = await backend.evidence(next);
    const reply = await backend.post('/attest', { ...body, ...backend.previous(key, body) });
    statuses.push(reply.status);
    if (reply.status === 200) key = next;
  }
  expect(statuses).toContain(429);
});

describe('a refresh token that was copied and used', () => {
  it('is found out where its device sends the spent one beside a proof', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock, sessions: { revocation: 'immediate' } });
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    const thief = tokensOf(await backend.refresh(refresh));
    clock.ms += 60_000;
    const body = { ...(await backend.exchange(key)), refresh_token: refresh };
    expect((await backend.post('/assert', body)).status).toBe(200);
    expect(await backend.use(thief.session)).toBe('ERR_SESSION_ENDED');
  });
});

it('a session from before the device had a user does not come to speak for the user', async () => {
  let user: string | undefined;
  const backend = new Backend({ subject: () => user });
  const key = newKey();
  const guest = await backend.enrolled(key);
  user = 'alice';
  tokensOf(await backend.post('/assert', await backend.exchange(key)));
  user = undefined;
  const reply = await backend.refresh(guest.refresh);
  expect(reply.status).toBe(401);
});

describe('what comes after a decision was written', () => {
  /** A device whose receipt is due to be exchanged, and a server whose parts can fail. */
  async function due(fails: { receipts: boolean; signer: number }) {
    const clock = new Clock();
    const key = newKey(clock.now);
    const inner = memoryStore({ now: clock.now });
    const store = watched(inner, (operation, name) => {
      if (fails.receipts && operation === 'get' && name.startsWith('receipt/'))
        throw new AttestationError(DOWN);
    });
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signing = (input: Uint8Array): Uint8Array => {
      fails.signer -= 1;
      if (fails.signer === 0) throw new Error('throttled');
      return signBytes('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    };
    const exchange = async () =>
      ({ outcome: 'renewed', receipt: key.receipt({ type: 'RECEIPT', riskMetric: 1 }) }) as const;
    const options = { appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] };
    const backend = new Backend({
      clock,
      store,
      enrollment: [appAttest({ ...options, receipts: { exchange } })],
      sessions: { keys: { algorithm: 'ES256', sign: signing, publicKey } },
    });
    const { refresh } = await backend.enrolled(key);
    clock.ms += 60_000;
    return { backend, refresh };
  }

  it('does not cost the refresh token where the receipt cannot be read', async () => {
    const fails = { receipts: false, signer: -1 };
    const { backend, refresh } = await due(fails);
    fails.receipts = true;
    const first = await backend.refresh(refresh);
    expect([200, 503]).toContain(first.status);
    if (first.status === 200) return;
    fails.receipts = false;
    backend.clock.ms += 60_000;
    const again = await backend.refresh(refresh);
    expect([again.status, again.code]).toEqual([200, undefined]);
  });

  it('does not cost the refresh token where the signer fails the second time', async () => {
    const fails = { receipts: false, signer: -1 };
    const { backend, refresh } = await due(fails);
    fails.signer = 2;
    const first = await backend.refresh(refresh);
    expect([200, 503]).toContain(first.status);
    if (first.status === 200) return;
    backend.clock.ms += 60_000;
    const again = await backend.refresh(refresh);
    expect([again.status, again.code]).toEqual([200, undefined]);
  });
});

it('whoever has a refresh token does not use up what its device may ask by its key', async () => {
  const clock = new Clock();
  const backend = new Backend({ clock, limiter: tokenBuckets(readLimits(), clock.now) });
  const key = newKey();
  let stolen = (await backend.enrolled(key)).refresh;
  tokensOf(await backend.post('/assert', await backend.exchange(key), { ip: '198.51.100.1' }));
  clock.ms += 60_000;
  for (let time = 0; time < 40; time += 1) {
    const reply = await backend.refresh(stolen, { ip: '192.0.2.66' });
    if (reply.status === 200) ({ refresh: stolen } = tokensOf(reply));
  }
  const target = '/device/challenge?device_id=phone-1&purpose=request';
  expect((await backend.send('/challenge', { target, ip: '198.51.100.1' })).status).toBe(200);
});

describe('a device without a key', () => {
  it('whose answers to new evidence were lost goes on by the same refresh token in its retry time', async () => {
    const backend = new Backend(KEYLESS);
    const { refresh } = tokensOf(await vouched(backend));
    const successors = new Set<unknown>();
    for (let time = 0; time < 3; time += 1) {
      const reply = await vouched(backend, { refresh_token: refresh });
      expect([time, reply.status, reply.code]).toEqual([time, 200, undefined]);
      successors.add(reply.body['refresh_token']);
      backend.clock.ms += 40_000;
    }
    expect(successors.size).toBe(1);
  });

  it('goes on after an update of its app, which changes the user agent, by new evidence and its refresh token', async () => {
    const backend = new Backend({ ...KEYLESS, sessions: { bind: { userAgent: true } } });
    const sent = async (agent: string, more: object = {}) => {
      const body = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good', ...more };
      return backend.post('/attest', body, { fields: { 'user-agent': agent } });
    };
    const { refresh } = tokensOf(await sent('app/1'));
    expect((await backend.refresh(refresh, { fields: { 'user-agent': 'app/2' } })).status).toBe(401);
    const reply = await sent('app/2', { refresh_token: refresh });
    expect([reply.status, reply.code]).toEqual([200, undefined]);
  });
});

it('a user who is blocked while evidence is asked about elsewhere gets no session', async () => {
  let block: () => Promise<unknown> = async () => undefined;
  const remote = vouching({
    verify: async (_fields, { consumeChallenge }) => {
      await consumeChallenge();
      await block();
      return {
        kind: 'double',
        platform: 'ios',
        appId: 'app',
        environment: 'production',
        attestedAt: 0,
        facts: {},
      };
    },
  });
  const backend = new Backend({ enrollment: [remote], subject: () => 'alice' });
  block = () => backend.control.block({ user: 'alice' });
  expect((await vouched(backend)).code).toBe('ERR_SESSION_USER_BLOCKED');
});

it('the application is not asked to replace the key of a user whom the request does not name', async () => {
  let user: string | undefined = 'alice';
  let asked = 0;
  const authorizeEnrollment = (): boolean => {
    asked += 1;
    return true;
  };
  const backend = new Backend({ subject: () => user, authorizeEnrollment });
  await backend.enrolled();
  user = undefined;
  const reply = await backend.attest();
  expect([asked, reply.status]).toEqual([0, 409]);
});
