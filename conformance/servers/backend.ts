import { randomBytes } from 'node:crypto';
import { createGuard, type EndpointEvent, type Guard, type GuardOptions } from 'attestkit';
import { assertion, session } from 'attestkit/sessions';
import { memoryStore } from 'attestkit/stores/memory';
import { createVirtualApple, type VirtualApple } from 'attestkit-testing';
import { google, type Authorities } from '../devices/authorities.js';
import { appCheckBy, enrolmentKinds } from '../devices/evidence.js';
import type { ParserPlace, RouteSpec, Seen, ServerSpec, Target } from './server-spec.js';
import { NOW } from '../devices/tokens.js';

/** Whom devices sign for. */
export const AUDIENCE = 'https://api.example.com';

/** The header field that stands for the login of an application: the name of its user. */
export const LOGIN = 'x-login';

/** Where the endpoints are. */
export const PREFIX = '/device';

/** A guard that enrols virtual devices, and what it has to say of them. */
export interface Backend {
  readonly guard: Guard;
  readonly apple: VirtualApple;
  /** One for each use of an endpoint. */
  readonly events: readonly EndpointEvent[];
  /** The codes of requests that were refused on protected routes; undefined for each that was let through. */
  readonly decisions: readonly (string | undefined)[];
  /** The time that it goes by: `now` can be set. */
  readonly clock: { now: number };
}

/**
 * Makes a backend; settings of sessions are added to its own.
 *
 * @param authorities in place of its own virtual Apple, and of this process's virtual Google
 */
export function backend(
  options: Partial<GuardOptions> = {},
  authorities: Partial<Authorities> = {},
): Backend {
  const clock = { now: NOW };
  const now = (): number => clock.now;
  const apple = createVirtualApple({ now });
  const trusted = { appleRoots: [apple.attestationRoot, apple.receiptRoot], google, ...authorities };
  const store = options.store ?? memoryStore({ now });
  const events: EndpointEvent[] = [];
  const decisions: (string | undefined)[] = [];
  const guard = createGuard({
    evidence: [session(), assertion(), appCheckBy(trusted.google, now, { store })],
    accept: ['session'],
    enrolment: enrolmentKinds(trusted, now),
    secret: randomBytes(48).toString('base64'),
    limiter: () => true,
    limits: { remotePerMinute: 1_000_000 },
    now,
    onEvent: (event) => void events.push(event),
    onDecision: ({ refused }) => void decisions.push(refused?.code),
    ...options,
    store,
    sessions: {
      audience: AUDIENCE,
      revocation: 'immediate',
      subject: (request) => request.fields(LOGIN)[0],
      ...options.sessions,
    },
  });
  return { guard, apple, events, decisions, clock };
}

/** The record of a device that has enrolled, as operators name it. */
export async function recordOf(
  { guard }: Pick<Backend, 'guard'>,
  { id: deviceId }: { readonly id: string },
): Promise<string> {
  const device = await guard.sessions?.find({ deviceId });
  if (device === undefined) throw new Error(`${deviceId} is not enrolled`);
  return device.recordId;
}

/** The server of a backend: its endpoints, and routes that ask for sessions, signed requests, App Check, or several. */
export function enrolmentServer(
  { guard }: Pick<Backend, 'guard'>,
  options: Partial<ServerSpec> = {},
): ServerSpec {
  const status = 403;
  const statuses = { missing: status, malformed: status, untrusted: status, denied: status };
  const alone = { require: ['assertion'], assertion: { session: 'optional' } } as const;
  const appCheck = { require: ['app-check'] } as const;
  const route = (
    path: string,
    protect: RouteSpec['protect'],
    method: RouteSpec['method'] = 'GET',
    handle: RouteSpec['handle'] = seen,
  ): RouteSpec => ({
    method,
    path,
    handle,
    ...(protect && { protect }),
  });
  return {
    guard,
    enrolment: PREFIX,
    routes: [
      route('/session', {}),
      route('/session-403', { statuses }),
      route('/facts', {}, 'GET', facts),
      route('/signed', { assertion: true }),
      route('/signed', { assertion: true }, 'POST'),
      route('/signed-afresh', { assertion: { challenge: 'required' } }, 'POST'),
      route('/key', alone, 'POST'),
      route('/app', appCheck, 'GET', app),
      route('/app-once', { ...appCheck, appCheck: { consume: true } }, 'POST', app),
      route('/app-and-session', { appCheck: true }),
    ],
    ...options,
  };
}

/** What the handlers answer: who it was. */
function seen({ attestation }: Seen): { json: unknown } {
  const { session: of, assertion: by } = attestation ?? {};
  return { json: { session: of?.deviceId ?? null, key: by?.deviceId ?? null, counter: by?.counter ?? null } };
}

/** What the evidence behind the session said. */
function facts({ attestation }: Seen): { json: unknown } {
  const { enrolledBy, attestation: said } = attestation?.session ?? {};
  return { json: { enrolledBy, platform: said?.platform, integrity: said?.integrity } };
}

/** Which app App Check vouches for. */
function app({ attestation }: Seen): { json: unknown } {
  const { appId, consumed } = attestation?.['app-check'] ?? {};
  return { json: { appId, consumed } };
}

/** Where this target's users have their parser for endpoints and signed requests to work. */
export function parserOf({ parsers }: Target): ParserPlace {
  const both = [parsers.enrolment, parsers['one route']];
  return both.every((places) => places.includes('after')) ? 'after' : 'before with rawBody';
}
