import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov } from '../../src/approov/index.js';
import { createGuard } from '../../src/create-guard.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Stage } from '../../src/ports/checks.js';
import type { Evidence } from '../../src/ports/evidence.js';
import { Backend, bearer, newKey, type Fields, type Sent } from '../sessions/support/backend.js';
import { check, double, request } from './support/double.js';

/** A kind that says nothing of statuses, and refuses at the stage that the request names. */
function plain(kind: string, more: Partial<Evidence> = {}): Evidence {
  const { statuses: _, ...evidence } = double(kind, (stage) => {
    throw new AttestationError(check(`${kind}_${stage}`, stage as Stage));
  });
  return { ...evidence, ...more };
}

async function refusalOf(guard: ReturnType<typeof createGuard>, fields: Record<string, string>) {
  const decision = await guard.check(request(fields));
  if (decision.outcome !== 'refuse') throw new Error('nothing was refused');
  return decision.response;
}

describe('the status of a refusal on a route', () => {
  it.each([
    ['missing', 401],
    ['malformed', 401],
    ['untrusted', 401],
    ['denied', 403],
    ['unavailable', 503],
  ] as const)('by default of the stage %s is %i', async (stage, status) => {
    const response = await refusalOf(createGuard({ evidence: [plain('a')] }), { a: stage });
    expect([response.status, response.body]).toEqual([status, '{}']);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['retry-after']).toBe(stage === 'unavailable' ? '5' : undefined);
  });

  it('is 401 at every stage but unavailable for Approov', () => {
    const { statuses, need } = approov({ secretBase64: randomBytes(64).toString('base64') });
    expect(need?.(undefined)).toEqual({ need: 'token', header: 'Approov-Token' });
    expect(statuses).toEqual({ missing: 401, malformed: 401, untrusted: 401, denied: 401 });
  });

  it('of a session and of a signed request follows the default', async () => {
    const backend = new Backend();
    const { session: token } = await backend.enrolled();
    expect(await backend.check({})).toMatchObject({ response: { status: 401 } });
    expect(await backend.check({ fields: bearer(token) }, BESIDE)).toMatchObject({
      response: { status: 401 },
    });
    await backend.control.block({ recordId: (await backend.recordId()) ?? '' });
    backend.clock.ms += 10_000;
    expect(await backend.check({ fields: bearer(token) })).toMatchObject({ response: { status: 403 } });
  });

  it('is 429 with Retry-After where a limit refuses, whatever the stage', async () => {
    const limited = double('a', () => {
      throw new AttestationError(check('ERR_CHALLENGE_LIMIT', 'denied'));
    });
    const response = await refusalOf(createGuard({ evidence: [limited] }), { a: 'x' });
    expect(response).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
    expect(response.headers['www-authenticate']).toBeUndefined();
  });
});

const REALM = 'realm="https://api.example.com"';
const SESSION = `Attest ${REALM}, need="session"`;
const SHOWN = `${SESSION}, Bearer ${REALM}, error="invalid_token"`;
const BESIDE = { require: ['session'], signedRequest: true } as const;

describe('what a refused client is asked for', () => {
  const asked = async (backend: Backend, sent: Sent, options?: object): Promise<string | undefined> => {
    const decision = await backend.check(sent, options);
    if (decision.outcome !== 'refuse') throw new Error('nothing was refused');
    return decision.response.headers['www-authenticate'];
  };

  it('is a session, whatever is wrong with the one that was shown', async () => {
    const backend = new Backend();
    const { session: token } = await backend.enrolled();
    expect(await asked(backend, {})).toBe(`${SESSION}, Bearer ${REALM}`);
    // The user's own token is none of ours.
    expect(await asked(backend, { fields: bearer('user-token') })).toBe(`${SESSION}, Bearer ${REALM}`);
    expect(await asked(backend, { fields: bearer(`${token.slice(0, -4)}AAAA`) })).toBe(SHOWN);
    const twice: Fields = { authorization: [`Bearer ${token}`, `Bearer ${token}`] };
    expect(await asked(backend, { fields: twice })).toBe(SHOWN);
    backend.clock.ms += 1_800_000;
    expect(await asked(backend, { fields: bearer(token) })).toBe(SHOWN);
  });

  it('is a session in its own field, without the scheme Bearer', async () => {
    const backend = new Backend({ sessions: { header: 'X-Session' } });
    expect(await asked(backend, {})).toBe(`${SESSION}, header="x-session"`);
  });

  it('is a signature, or first the session that belongs beside it', async () => {
    const backend = new Backend();
    const { session: token } = await backend.enrolled();
    const signature = `Attest ${REALM}, need="signature"`;
    const challenge = `Attest ${REALM}, need="challenge"`;
    expect(await asked(backend, { fields: bearer(token) }, BESIDE)).toBe(signature);
    const junk = { 'x-app-attest': `v=1; key_id=${'A'.repeat(43)}; assertion=AAAA` };
    expect(await asked(backend, { fields: { ...bearer(token), ...junk } }, BESIDE)).toBe(signature);
    const demanding = { signedRequest: { challenge: 'required' } } as const;
    expect(await asked(backend, { fields: { ...bearer(token), ...junk } }, demanding)).toBe(challenge);
    expect(await asked(backend, { fields: junk }, { accept: ['signedRequest'], signedRequest: {} })).toBe(
      `${SESSION}, Bearer ${REALM}`,
    );
  });

  it('is a challenge where the one that was signed is no longer good', async () => {
    const backend = new Backend();
    const key = newKey();
    const { session: token } = await backend.enrolled(key);
    const stale = await backend.challenge('phone-1', 'request');
    backend.clock.ms += 301_000;
    const { xAppAttest } = key.signRequest({
      audience: 'https://api.example.com',
      method: 'GET',
      target: '/',
      challenge: stale,
    });
    const fields = { ...bearer(token), 'x-app-attest': xAppAttest };
    expect(await asked(backend, { fields }, BESIDE)).toBe(`Attest ${REALM}, need="challenge"`);
  });

  it('is any of the kinds that would do, with no word of which one failed and why', async () => {
    const kinds = [
      plain('a', { need: () => ({ need: 'token', header: 'A-Token' }) }),
      plain('b', { need: (_demand, error) => ({ need: 'session', bearer: error ? 'shown' : 'absent' }) }),
    ];
    const guard = createGuard({ evidence: kinds, accept: ['a', 'b'] });
    const both =
      'Attest realm="attestkit", need="token", header="A-Token", Attest realm="attestkit", need="session"';
    const of = async (fields: Record<string, string>) =>
      (await refusalOf(guard, fields)).headers['www-authenticate'];
    for (const fields of [{}, { a: 'missing' }, { a: 'malformed' }, { a: 'untrusted', b: 'untrusted' }])
      expect(await of(fields)).toBe(`${both}, Bearer realm="attestkit"`);
    expect(await of({ b: 'untrusted' })).toBe(`${both}, Bearer realm="attestkit", error="invalid_token"`);
  });

  it('is nothing where no fresh evidence helps, but a challenge wherever the status is 401', async () => {
    const guard = createGuard({ evidence: [plain('a')] });
    for (const a of ['denied', 'unavailable'])
      expect((await refusalOf(guard, { a })).headers['www-authenticate']).toBeUndefined();
    const older = createGuard({ evidence: [plain('a')], statuses: { denied: 401, untrusted: 403 } });
    for (const a of ['denied', 'untrusted'])
      expect((await refusalOf(older, { a })).headers['www-authenticate']).toMatch(/^Attest /);
  });

  it('is written so that no audience can end the text, or the line', async () => {
    const backend = new Backend({ audience: 'a "b\\ é' });
    expect(await asked(backend, {})).toBe(
      'Attest realm="a \\"b\\\\ %C3%A9", need="session", Bearer realm="a \\"b\\\\ %C3%A9"',
    );
  });

  it('turns no refusal into an outage where a kind cannot say', async () => {
    const broken = plain('a', {
      need: () => {
        throw new Error('broken');
      },
    });
    const response = await refusalOf(createGuard({ evidence: [broken] }), { a: 'untrusted' });
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Attest realm="attestkit", need="token"');
  });
});
