import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov } from '../../src/approov/index.js';

import { memoryStore } from '../../src/stores/memory.js';
import { mintApproovToken } from 'attestkit-testing/approov';
import { Backend, bearer, Clock, newKey, newSecret, requestOf, START } from './support/backend.js';

const jwt = (header: object, payload: object, key = 'k'.repeat(32)): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
};

describe('a session on a request', () => {
  it('is handed to the route, frozen, with what to authorize on', async () => {
    const backend = new Backend();
    const { session: token } = await backend.enrolled();
    const decision = await backend.check({ fields: bearer(token) });
    expect(decision).toMatchObject({
      outcome: 'accept',
      results: {
        session: { kind: 'session', deviceId: 'phone-1', enrolledBy: 'appAttest', issuedAt: START },
      },
    });
    const { results } = decision as unknown as { results: { session: object } };
    expect(Object.isFrozen(results.session)).toBe(true);
  });

  it('is decided about at once where everything is known', async () => {
    const backend = new Backend();
    const { session: token } = await backend.enrolled();
    const request = requestOf({ fields: bearer(token) });
    await backend.guard.check(request);
    expect(backend.guard.check(request)).not.toBeInstanceOf(Promise);
    expect(backend.guard.check(request)).toMatchObject({ outcome: 'accept' });
    const off = new Backend({ store: backend.store, clock: backend.clock, sessions: { revocation: 'off' } });
    expect(off.guard.check(request)).toMatchObject({ outcome: 'accept' });
    expect(off.guard.check(requestOf({ fields: bearer(`${token}x`) }))).toMatchObject({ outcome: 'refuse' });
  });

  it.each([
    [0, false],
    [1, true],
    [undefined, true],
  ])('with the option cache at %s, is the same object from its third use on: %s', async (cache, shared) => {
    const backend = new Backend({ sessions: { ...(cache !== undefined && { cache }) } });
    const { session: token } = await backend.enrolled();
    const used = async (): Promise<unknown> => {
      const decision = await backend.check({ fields: bearer(token) });
      const { results } = decision as unknown as { results: { session: unknown } };
      return results.session;
    };
    const [first, second, third] = [await used(), await used(), await used()];
    expect(third).toEqual(first);
    expect(third === second).toBe(shared);
    expect(second === first).toBe(false);
  });

  it.each(['Bearer', 'bearer', 'BEARER', 'Bearer  '])('is found behind %j', async (scheme) => {
    const backend = new Backend();
    const { session: token } = await backend.enrolled();
    expect(await backend.use(token, { fields: { authorization: `${scheme} ${token}` } })).toBe('accepted');
  });

  it.each([
    ['nothing', undefined, 'ERR_SESSION_MISSING'],
    ['an empty value', '', 'ERR_SESSION_MISSING'],
    ['another scheme', 'Basic dXNlcjpwYXNz', 'ERR_SESSION_MISSING'],
    ['no scheme', 'TOKEN', 'ERR_SESSION_MISSING'],
    ['two tokens', 'Bearer TOKEN TOKEN', 'ERR_SESSION_MISSING'],
    ['a comma between two', 'Bearer TOKEN,TOKEN', 'ERR_SESSION_ENCRYPTION_UNSUPPORTED'],
    ['two fields', ['Bearer TOKEN', 'Bearer TOKEN'], 'ERR_SESSION_REPEATED'],
    ['two fields, one of which is the user’s', ['Bearer user', 'Bearer TOKEN'], 'ERR_SESSION_REPEATED'],
    ['a user’s own token', `Bearer ${jwt({ alg: 'HS256', typ: 'JWT' }, {})}`, 'ERR_SESSION_MISSING'],
    ['an opaque token', 'Bearer 2YotnFZFEjr1zCsicMWpAA', 'ERR_SESSION_MISSING'],
  ])('is refused with 401 where there is %s', async (_, given, code) => {
    const backend = new Backend();
    const { session: token } = await backend.enrolled();
    const filled = [given ?? []].flat().map((value) => value.replaceAll('TOKEN', token));
    const decision = await backend.check({ fields: { authorization: filled } });
    expect(decision).toMatchObject({ error: { code }, response: { status: 401, body: '{}' } });
  });

  it('is answered as configured: 401', async () => {
    const statuses = { missing: 401, malformed: 401, untrusted: 401, denied: 401 };
    const decision = await new Backend({ statuses }).check({});
    expect(decision).toMatchObject({ response: { status: 401 } });
  });

  it('of another server, of another name, or unsigned is refused', async () => {
    const backend = new Backend();
    const { session: token } = await backend.enrolled();
    const [, payload] = token.split('.') as [string, string, string];
    const header = (more: object) =>
      Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'attested-session+jwt', ...more })).toString(
        'base64url',
      );
    const stranger = await new Backend({ secret: newSecret() }).enrolled();
    expect(await backend.use(stranger.session)).toMatch(/^ERR_SESSION_(KEY_UNKNOWN|SIGNATURE_INVALID|KEY)/);
    for (const more of [{ alg: 'none' }, { alg: 'none', kid: '' }, {}, { kid: 'AAAAAA' }])
      expect(await backend.use(`${header(more)}.${payload}.`)).toMatch(/^ERR_SESSION_/);
    const elsewhere = new Backend({
      store: backend.store,
      clock: backend.clock,
      audience: 'https://other.example',
    });
    expect(await elsewhere.use(token)).toMatch(/^ERR_SESSION_AUD/);
  });

  it('is in a field of its own where Authorization is the user’s', async () => {
    const backend = new Backend({ sessions: { header: 'X-Session' } });
    const { session: token } = await backend.enrolled();
    const user = { authorization: 'Bearer user' };
    expect(await backend.use(token)).toBe('ERR_SESSION_MISSING');
    expect(await backend.use('user', { fields: { 'x-session': token, ...user } })).toBe('accepted');
    expect(await backend.use('user', { fields: { 'x-session': `Bearer ${token}` } })).toBe(
      'ERR_SESSION_MISSING',
    );
    expect(await backend.use('user', { fields: { 'x-session': [token, token] } })).toBe(
      'ERR_SESSION_REPEATED',
    );
  });
});

describe('a session that is bound', () => {
  const from = (ip: string | undefined, agent?: string | string[]) => ({
    ip,
    fields: agent === undefined ? {} : { 'user-agent': agent },
  });

  it('to a network is refused elsewhere, and where nobody knows the address', async () => {
    const backend = new Backend({ sessions: { bind: { ip: { v4: 16, v6: 32 } } } });
    const { session: four } = await backend.enrolled(newKey(), 'a', from('203.0.113.7'));
    expect(await backend.use(four, from('203.0.200.1'))).toBe('accepted');
    expect(await backend.use(four, from('::ffff:203.0.1.2'))).toBe('accepted');
    for (const ip of ['203.1.113.7', '2001:db8::1', undefined, '', 'localhost', '203.0.113.7, 1.2.3.4'])
      expect([ip, await backend.use(four, from(ip))]).toEqual([ip, 'ERR_SESSION_BINDING_IP_MISMATCH']);
    const { session: six } = await backend.enrolled(newKey(), 'b', from('2001:db8:1::1'));
    expect(await backend.use(six, from('2001:DB8:ffff::2%eth0'))).toBe('accepted');
    expect(await backend.use(six, from('2001:db9::1'))).toBe('ERR_SESSION_BINDING_IP_MISMATCH');
  });

  it('to a user agent is refused with another, with none, and with two', async () => {
    const backend = new Backend({ sessions: { bind: { userAgent: true } } });
    const { session: token } = await backend.enrolled(newKey(), 'a', from('203.0.113.7', 'app/1'));
    expect(await backend.use(token, from('198.51.100.1', 'app/1'))).toBe('accepted');
    for (const agent of ['app/2', 'APP/1', undefined, '', ['app/1', 'app/1']])
      expect([agent, await backend.use(token, from('203.0.113.7', agent))]).toEqual([
        agent,
        'ERR_SESSION_BINDING_USER_AGENT_MISMATCH',
      ]);
  });

  it('says neither the address nor the user agent', async () => {
    const backend = new Backend({ sessions: { bind: { ip: true, userAgent: true } } });
    const { session: token } = await backend.enrolled(newKey(), 'a', from('203.0.113.7', 'app/1'));
    const claims = Buffer.from(token.split('.')[1] as string, 'base64url').toString();
    expect(claims).toContain('"bnd"');
    expect(claims).not.toMatch(/203\.0\.113|app\/1/);
  });
});

describe('beside Approov', () => {
  const secret = newSecret();
  const bytes = Buffer.from(secret).subarray(0, 64);
  const clock = new Clock();
  const backend = new Backend({
    clock,
    store: memoryStore({ now: clock.now }),
    evidence: [approov({ secretBase64: bytes.toString('base64') })],
    accept: ['approov', 'session'],
    secret,
  });
  const approovToken = mintApproovToken({ secretBase64: bytes.toString('base64'), now: START });

  it('one token is never taken for the other, whichever field it comes in', async () => {
    const { session: token } = await backend.enrolled();
    const code = async (fields: Record<string, string>) => {
      const decision = await backend.check({ fields });
      return decision.outcome === 'accept' ? Object.keys(decision.results) : decision.error.code;
    };
    expect(await code({ 'approov-token': approovToken })).toEqual(['approov']);
    expect(await code({ authorization: `Bearer ${token}` })).toEqual(['session']);
    expect(await code({ 'approov-token': token })).toMatch(/^ERR_APPROOV_TOKEN_/);
    expect(await code({ authorization: `Bearer ${approovToken}` })).toMatch(/_MISSING$/);
    // The first kind that is present decides: no fall-through to the other.
    expect(await code({ 'approov-token': 'x', authorization: `Bearer ${token}` })).toMatch(/^ERR_APPROOV_/);
  });

  it('a token of either kind, signed with the secret of both, is refused as the other', async () => {
    const claims = {
      type: 'attested_session',
      device_id: 'd',
      iat: START / 1000,
      exp: START / 1000 + 60,
      jti: 'j',
      sid: 's',
      rid: 'r',
      kind: 'appAttest',
      attestation: {},
    };
    for (const key of [secret, bytes.toString('base64'), bytes.toString('latin1')]) {
      const forged = jwt({ alg: 'HS256', typ: 'attested-session+jwt' }, claims, key);
      expect(await backend.use(forged)).toMatch(/^ERR_SESSION_/);
      const asApproov = await backend.check({ fields: { 'approov-token': forged } });
      expect(asApproov).toMatchObject({ outcome: 'refuse' });
    }
  });
});
