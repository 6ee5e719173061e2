import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { createSessions } from '../../src/sessions/sessions.js';
import { memoryStore } from '../../src/stores/memory.js';
import {
  AUDIENCE,
  APP_ID,
  apple,
  Backend,
  claimsOf,
  Clock,
  newKey,
  newSecret,
  SECRET,
  tally,
  tokensOf,
} from './support/backend.js';
import { keyIdOf } from './support/signing-device.js';

describe('a refresh token', () => {
  it('gets the next session token and its successor', async () => {
    const backend = new Backend();
    const first = await backend.enrolled();
    backend.clock.ms += 1_800_000;
    expect(await backend.use(first.session)).toBe('ERR_SESSION_EXPIRED');
    const reply = await backend.refresh(first.refresh);
    const second = tokensOf(reply);
    expect(reply.body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 1800,
      refresh_expires_in: 2_590_200,
    });
    expect(second.refresh).not.toBe(first.refresh);
    expect(await backend.use(second.session)).toBe('accepted');
    const [before, after] = [claimsOf(first.session), claimsOf(second.session)];
    for (const claim of ['sid', 'rid', 'device_id', 'cnf', 'attestation'])
      expect([claim, after[claim]]).toEqual([claim, before[claim]]);
    expect(after['jti']).not.toBe(before['jti']);
  });

  it('that is sent again within 30 seconds gets the same successor, and a session that works', async () => {
    const backend = new Backend();
    const first = await backend.enrolled();
    const second = tokensOf(await backend.refresh(first.refresh));
    expect(backend.events.at(-1)?.retried).toBe(false);
    for (const wait of [0, 29_999, 1]) {
      backend.clock.ms += wait;
      const again = tokensOf(await backend.refresh(first.refresh));
      expect(again.refresh).toBe(second.refresh);
      expect(backend.events.at(-1)?.retried).toBe(true);
      expect(await backend.use(again.session)).toBe('accepted');
    }
    expect(tokensOf(await backend.refresh(second.refresh)).refresh).not.toBe(second.refresh);
  });

  it('that is sent again after more than 30 seconds ends the session', async () => {
    const backend = new Backend({ sessions: { revocation: 'immediate' } });
    const first = await backend.enrolled();
    const second = tokensOf(await backend.refresh(first.refresh));
    backend.clock.ms += 30_001;
    const reused = await backend.refresh(first.refresh);
    expect([reused.status, reused.code]).toEqual([401, 'ERR_REFRESH_REUSED']);
    expect(await backend.use(first.session)).toBe('ERR_SESSION_ENDED');
    expect(await backend.use(second.session)).toBe('ERR_SESSION_ENDED');
    expect((await backend.refresh(second.refresh)).code).toBe('ERR_REFRESH_ENDED');
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_ENDED');
  });

  it('that is sent again when its successor was used ends the session, however soon', async () => {
    const backend = new Backend();
    const first = await backend.enrolled();
    const second = tokensOf(await backend.refresh(first.refresh));
    const third = tokensOf(await backend.refresh(second.refresh));
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_REUSED');
    expect((await backend.refresh(third.refresh)).code).toBe('ERR_REFRESH_ENDED');
  });

  it('that is reused ends its own session alone', async () => {
    const backend = new Backend({ sessions: { revocation: 'immediate' } });
    const key = newKey();
    const first = await backend.enrolled(key);
    const other = tokensOf(await backend.post('/assert', await backend.exchange(key)));
    const second = tokensOf(await backend.refresh(first.refresh));
    await backend.refresh(second.refresh);
    expect((await backend.refresh(first.refresh)).code).toBe('ERR_REFRESH_REUSED');
    expect(await backend.use(other.session)).toBe('accepted');
    expect((await backend.refresh(other.refresh)).status).toBe(200);
  });

  it('is not prolonged by use: a family has an absolute life, and its last session ends with it', async () => {
    const backend = new Backend({ sessions: { expirySeconds: 600, refreshLifetimeSeconds: 1000 } });
    let tokens = await backend.enrolled();
    backend.clock.ms += 900_000;
    const reply = await backend.refresh(tokens.refresh);
    expect(reply.body).toMatchObject({ expires_in: 100, refresh_expires_in: 100 });
    tokens = tokensOf(reply);
    backend.clock.ms += 99_999;
    expect(await backend.use(tokens.session)).toBe('accepted');
    backend.clock.ms += 1;
    expect(await backend.use(tokens.session)).toBe('ERR_SESSION_EXPIRED');
    expect((await backend.refresh(tokens.refresh)).code).toBe('ERR_REFRESH_ENDED');
  });

  it('ends on time by this server’s clock, also where the store keeps the family for longer', async () => {
    const store = memoryStore();
    const keeping = {
      ...store,
      put: (key: string, value: string, version?: string) => store.put(key, value, version),
    };
    const backend = new Backend({ store: keeping, sessions: { refreshLifetimeSeconds: 1800 } });
    const { refresh } = await backend.enrolled();
    backend.clock.ms += 1_800_000;
    expect((await backend.refresh(refresh)).code).toBe('ERR_REFRESH_ENDED');
  });

  it('is stored nowhere, nor is its successor', async () => {
    const values: string[] = [];
    const store = memoryStore();
    const put: typeof store.put = (key, value, ...rest) => {
      values.push(`${key} ${value}`);
      return store.put(key, value, ...rest);
    };
    const backend = new Backend({ store: { ...store, put } });
    const first = await backend.enrolled();
    const second = tokensOf(await backend.refresh(first.refresh));
    expect(values.length).toBeGreaterThan(3);
    for (const secret of [first.refresh, second.refresh, first.session, second.session, SECRET])
      expect(values.join('\n')).not.toContain(secret);
  });

  it.each(['', 'x', 'A'.repeat(119), 'A'.repeat(120), '.'.repeat(119)])(
    'that is %j is refused',
    async (text) => {
      const { status, body } = await new Backend().refresh(text);
      expect([status >= 400 && status < 500, body]).toEqual([true, {}]);
    },
  );

  it('is no session token, and the other way round', async () => {
    const backend = new Backend();
    const { session, refresh } = await backend.enrolled();
    expect((await backend.refresh(session)).code).toBe('ERR_REFRESH_MALFORMED');
    expect(await backend.use(refresh)).toBe('ERR_SESSION_MISSING');
  });
});

describe('when secrets change places', () => {
  const [old, young] = [SECRET, newSecret()];
  const share = { store: memoryStore(), clock: new Clock() };
  const server = (...secret: string[]) => new Backend({ ...share, secret });

  it('a retry gets what the first attempt got, whichever instance answers', async () => {
    const [before, during, after] = [server(old), server(old, young), server(young, old)];
    const first = await before.enrolled(newKey(), 'a');
    const second = tokensOf(await after.refresh(first.refresh));
    for (const each of [during, after])
      expect(tokensOf(await each.refresh(first.refresh)).refresh).toBe(second.refresh);
    const third = tokensOf(await during.refresh(second.refresh));
    expect(tokensOf(await after.refresh(second.refresh)).refresh).toBe(third.refresh);
    expect(await after.use(first.session)).toBe('accepted');
    expect(await during.use(third.session)).toBe('accepted');
  });

  it('what was signed with one that is gone is not ours, and ends nothing', async () => {
    const before = server(old);
    const first = await before.enrolled(newKey(), 'b');
    expect((await server(young).refresh(first.refresh)).code).toBe('ERR_REFRESH_UNKNOWN');
    expect((await before.refresh(first.refresh)).status).toBe(200);
  });
});

describe('refreshing appraises again', () => {
  const share = () => ({ store: memoryStore(), clock: new Clock() });

  it('the policy as it is now: the token is not spent where it says no', async () => {
    const shared = share();
    const first = await new Backend(shared).enrolled();
    const options = { appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] };
    const strict = new Backend({ ...shared, enrollment: [appAttest({ ...options, minimumOs: '99.0' })] });
    const reply = await strict.refresh(first.refresh);
    expect([reply.status, reply.code]).toEqual([401, 'ERR_APP_ATTEST_OS_VERSION_DENIED']);
    expect((await new Backend(shared).refresh(first.refresh)).status).toBe(200);
    const [event] = strict.events.slice(-1);
    expect(event?.outcome).toBe('refused');
  });

  it('that the kind of evidence is still taken', async () => {
    const shared = share();
    const first = await new Backend(shared).enrolled();
    const other = { ...appAttest({ appIds: [APP_ID] }), kind: 'other' };
    const { code } = await new Backend({ ...shared, enrollment: [other] }).refresh(first.refresh);
    expect(code).toBe('ERR_REFRESH_KIND_UNKNOWN');
  });

  it('device and key', async () => {
    const backend = new Backend();
    const { control } = backend;
    const cases: [string, (recordId: string, keyId: string) => Promise<boolean>, number, string][] = [
      ['a', (recordId) => control.block({ recordId }), 403, 'ERR_SESSION_DEVICE_BLOCKED'],
      ['b', (_, keyId) => control.block({ keyId }), 403, 'ERR_SESSION_DEVICE_BLOCKED'],
      ['c', (recordId) => control.forget(recordId), 401, 'ERR_REFRESH_ENDED'],
      ['d', (recordId) => control.end({ recordId }), 401, 'ERR_REFRESH_ENDED'],
    ];
    for (const [deviceId, end, status, code] of cases) {
      const key = newKey();
      const { refresh } = await backend.enrolled(key, deviceId);
      expect(await end((await backend.recordId(deviceId)) ?? '', keyIdOf(key))).toBe(true);
      const reply = await backend.refresh(refresh);
      expect([deviceId, reply.status, reply.code]).toEqual([deviceId, status, code]);
    }
  });

  it('that the key is still the one of the record', async () => {
    const backend = new Backend();
    const old = newKey();
    const { refresh } = await backend.enrolled(old);
    const body = await backend.evidence();
    expect((await backend.post('/attest', { ...body, ...backend.previous(old, body) })).status).toBe(200);
    expect((await backend.refresh(refresh)).code).toBe('ERR_REFRESH_ENDED');
  });

  it('the user agent that the session began with; the network may change', async () => {
    const backend = new Backend({ sessions: { bind: { ip: true, userAgent: true } } });
    const from = (ip: string, agent?: string) => ({
      ip,
      fields: agent === undefined ? {} : { 'user-agent': agent },
    });
    const { refresh } = await backend.enrolled(newKey(), 'phone-1', from('203.0.113.7', 'app/1'));
    for (const agent of ['app/2', undefined, 'app/1, app/1'])
      expect((await backend.refresh(refresh, from('203.0.113.7', agent))).code).toBe(
        'ERR_SESSION_BINDING_USER_AGENT_MISMATCH',
      );
    const next = tokensOf(await backend.refresh(refresh, from('198.51.100.1', 'app/1')));
    expect(await backend.use(next.session, from('198.51.100.200', 'app/1'))).toBe('accepted');
    expect(await backend.use(next.session, from('203.0.113.7', 'app/1'))).toBe(
      'ERR_SESSION_BINDING_IP_MISMATCH',
    );
  });
});

it('of 1,000 simultaneous uses one rotates, and there is one live successor', async () => {
  const backend = new Backend();
  const { refresh } = await backend.enrolled();
  const setup = {
    secret: SECRET,
    store: backend.store,
    options: { audience: AUDIENCE },
    now: backend.clock.now,
  };
  const enrollment = [appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] })];
  const sessions = createSessions({ ...setup, enrollment });
  const request = { method: 'POST', target: '/', fields: () => [], ip: undefined };
  const uses = Array.from({ length: 1000 }, () => sessions.refresh({ refresh_token: refresh }, request));
  const issued = await Promise.all(uses);
  expect(tally(issued.map(({ retried }) => retried))).toEqual({ true: 999, false: 1 });
  const successors = new Set(issued.map(({ refreshToken }) => refreshToken));
  expect(successors.size).toBe(1);
  expect((await backend.refresh([...successors][0] as string)).status).toBe(200);
});

it('is refused to another user than the device’s, where the application knows who asks', async () => {
  let user: string | undefined = 'alice';
  const backend = new Backend({ subject: () => user });
  const { refresh } = await backend.enrolled();
  user = 'bob';
  const refused = await backend.refresh(refresh);
  expect([refused.status, refused.code]).toEqual([409, 'ERR_ENROLLMENT_USER_TAKEN']);
  user = undefined;
  const next = tokensOf(await backend.refresh(refresh));
  user = 'alice';
  expect((await backend.refresh(next.refresh)).status).toBe(200);
});

it('of a device without a user is refused to one: the device asserts, which sets its user', async () => {
  let user: string | undefined;
  const backend = new Backend({ subject: () => user });
  const key = newKey();
  const { refresh } = await backend.enrolled(key);
  user = 'alice';
  const refused = await backend.refresh(refresh);
  expect([refused.status, refused.code]).toEqual([401, 'ERR_REFRESH_USER_UNKNOWN']);
  const next = tokensOf(await backend.post('/assert', await backend.exchange(key)));
  expect((await backend.device())?.user).toBe('alice');
  expect((await backend.refresh(next.refresh)).status).toBe(200);
  // What spoke for nobody does not come to speak for her.
  expect((await backend.refresh(refresh)).code).toBe('ERR_REFRESH_ENDED');
});
