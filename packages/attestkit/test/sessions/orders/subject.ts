/*
 * The only file here that knows the code under test: what its verbs are called, what they take, how they refuse. To move to
 * another shape of the code, change this file and nothing else:
 * - `openServer`: how a server is made on a store. Each actor has one, and so have the probes: processes with memories
 *   of their own. Blocks and ends have to take effect at once (`immediate`): nothing here waits until a cache is old.
 *   The endpoints are called below the guard, as its deadlines are timers that a stopped actor would leave behind.
 * - `refusedWith`: the HTTP status of a refusal, by the table of endpoints (400, 401, 403, 409, 503).
 * - `control`: block, unblock and forget, 404 where the code says that it knows nothing by that name.
 * - `readSession`: what a session token says. `record` is the id that `block` and `forget` take.
 * - `signedLines`: the bytes that a device signs.
 * - `RETRY_MS`: how long the predecessor of a refresh token is honored, at most; probes wait for longer.
 * The store under the actors is `disk.ts`. It does `delete` with and without a version, and `advance` with a time to
 * live or with `{ window, ttlMs }`.
 */
import { AttestationError } from '../../../src/kernel/errors.js';
import type { JsonObject } from '../../../src/kernel/bytes/json.js';
import { statusOf } from '../../../src/endpoints/status.js';
import { createGuard } from '../../../src/create-guard.js';
import type { EnrollmentEvidence } from '../../../src/ports/enrollment.js';
import type { AttestedRequest } from '../../../src/ports/request.js';
import type { Store } from '../../../src/ports/store.js';
import type { ChallengePurpose } from '../../../src/sessions/tokens/challenge.js';
import { replacementBytes, requestBytes, sessionBytes } from '../../../src/sessions/index.js';
import { devices, type BlockTarget } from '../../../src/devices/index.js';
import { createSessions } from '../../../src/sessions/sessions.js';
import type { HandClock } from './disk.js';
import { counting, keyless, signing, type FakeKey } from './evidence.js';

export const RETRY_MS = 600_000;

const AUDIENCE = 'https://api.example.com';

const SECRET = 'uH0q3v9Yx2Lw7Rk5Tz8Nc4Mb6Pd1Sf0GjKaQeWoXiV=';

export interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly session?: string;
  readonly refresh?: string;
}

/** What can be blocked. */
export type Target =
  | { readonly record: { readonly id: string; readonly label: string } }
  | { readonly key: FakeKey }
  | { readonly user: string };

export type Body = Readonly<Record<string, string>>;

export interface Server {
  challenge(label: string, purpose: ChallengePurpose): string;
  attest(body: Body, user?: string): Promise<Answer>;
  assert(body: Body, user?: string): Promise<Answer>;
  refresh(body: Body, user?: string): Promise<Answer>;
  /** A request for a route: by session alone, signed beside a session, or signed by a key alone. */
  request(by: 'session' | 'signed' | 'alone', fields: Body): Promise<Answer>;
  revoke(token: string): Promise<Answer>;
  block(target: Target): Promise<Answer>;
  unblock(target: Target): Promise<Answer>;
  forget(record: { readonly id: string; readonly label: string }): Promise<Answer>;
}

export function openServer(
  store: Store,
  clock: Readonly<HandClock>,
  enrollment: readonly EnrollmentEvidence[] = [counting, signing, keyless],
): Server {
  const now = (): number => clock.ms;
  const subject = (request: AttestedRequest): string | undefined => request.fields('x-user')[0];
  const options = { audience: AUDIENCE, sessions: { revocation: 'immediate' }, subject } as const;
  const sessions = createSessions({ secret: SECRET, store, enrollment, options, now });
  const guard = createGuard({
    devices: devices({ ...options, secret: SECRET, store, evidence: enrollment, limiter: () => true }),
    now,
  });
  const routes = {
    session: guard.route({}),
    signed: guard.route({ signedRequest: true }),
    alone: guard.route({ signedRequest: { session: 'optional' }, accept: ['signedRequest'] }),
  };
  type Verb = 'attest' | 'assert' | 'refresh';
  const post = (verb: Verb) => (body: Body, user?: string) =>
    answer(verb, async () => {
      const run = { attest: sessions.enroll, assert: sessions.assert, refresh: sessions.refresh }[verb];
      const issued = await run(body as JsonObject, requestOf(user === undefined ? {} : { 'x-user': user }));
      return { status: 200, session: issued.sessionToken, refresh: issued.refreshToken };
    });
  const control = (run: () => Promise<unknown>) =>
    answer('control', async () => ({ status: (await run()) === false ? 404 : 200 }));
  const { block, unblock, forget } = sessions.control;
  return {
    challenge: (label, purpose) => sessions.challenge(label, purpose).challenge,
    attest: post('attest'),
    assert: post('assert'),
    refresh: post('refresh'),
    request: (by, fields) =>
      answer('route', async () => {
        const decision = await guard.check(requestOf(fields), routes[by]);
        if (decision.outcome === 'refuse') throw decision.error;
        return { status: 200 };
      }),
    revoke: (token) => control(() => sessions.revoke({ token })),
    block: (target) => control(() => block(named(target))),
    unblock: (target) => control(() => unblock(named(target))),
    forget: ({ id }) => control(() => forget(id)),
  };
}

function named(target: Target): BlockTarget {
  if ('record' in target) return { recordId: target.record.id };
  return 'key' in target ? { keyId: target.key.id } : target;
}

async function answer(endpoint: string, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    // A bug is an answer of 500, and no refusal.
    if (error.cause instanceof TypeError) throw error.cause;
    return { status: refusedWith(endpoint, error), code: error.code };
  }
}

/** A route refuses by the stage alone; what the operator does is refused by a store that is down. */
function refusedWith(endpoint: string, error: AttestationError): number {
  if (endpoint !== 'route') return statusOf(endpoint, error);
  if (error.stage === 'unavailable') return 503;
  return error.stage === 'denied' ? 403 : 401;
}

/** What a session token says. */
export interface Said {
  readonly session: string;
  readonly record: string;
  readonly label: string;
  readonly user: string | undefined;
  readonly thumbprint: string | undefined;
}

export function readSession(token: string): Said {
  const [, payload = ''] = token.split('.');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string> & {
    readonly cnf?: { readonly jkt: string };
  };
  const { sid = '', rid = '', device_id: label = '', sub: user, cnf } = said;
  return { session: sid, record: rid, label, user, thumbprint: cnf?.jkt };
}

/** The request that is signed: all fields of requests here belong to it. */
const SIGNED = { method: 'POST', target: '/v1/pay', body: Buffer.from('{"to":"bob"}') } as const;

export const signedLines = {
  session: (label: string, challenge: string): Uint8Array =>
    sessionBytes({ audience: AUDIENCE, deviceId: label, challenge }),
  replace: (label: string, challenge: string, keyId: string): Uint8Array =>
    replacementBytes({ audience: AUDIENCE, deviceId: label, challenge, keyId }),
  request: (challenge?: string): Uint8Array => requestBytes({ audience: AUDIENCE, ...SIGNED, challenge }),
};

function requestOf(fields: Body): AttestedRequest {
  const { method, target, body } = SIGNED;
  return {
    method,
    target,
    fields: (name) => (fields[name] === undefined ? [] : [fields[name]]),
    body: async () => body,
  };
}
