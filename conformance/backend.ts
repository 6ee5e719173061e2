import { randomBytes } from 'node:crypto';
import { createGuard, type EndpointEvent, type Guard, type GuardOptions } from 'attestkit';
import { appAttest } from 'attestkit/app-attest';
import { assertion, session } from 'attestkit/sessions';
import { memoryStore } from 'attestkit/stores/memory';
import { createVirtualApple, type VirtualApple } from 'attestkit/testing';
import type { ParserPlace, RouteSpec, Seen, ServerSpec, Target } from './server-spec.js';
import { NOW } from './tokens.js';

export const APP_ID = 'TEAMID1234.com.example.app';

/** Whom devices sign for. */
export const AUDIENCE = 'https://api.example.com';

/** Where the endpoints are. */
export const PREFIX = '/device';

/** A guard that enrols virtual iPhones, and what it has to say of them. */
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

/** Makes a backend; settings of sessions are added to its own. */
export function backend(options: Partial<GuardOptions> = {}): Backend {
  const clock = { now: NOW };
  const now = (): number => clock.now;
  const apple = createVirtualApple({ now });
  const events: EndpointEvent[] = [];
  const decisions: (string | undefined)[] = [];
  const guard = createGuard({
    evidence: [session(), assertion()],
    accept: ['session'],
    enrolment: [appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] })],
    secret: randomBytes(48).toString('base64'),
    store: memoryStore({ now }),
    limiter: () => true,
    now,
    onEvent: (event) => void events.push(event),
    onDecision: ({ refused }) => void decisions.push(refused?.code),
    ...options,
    sessions: { audience: AUDIENCE, revocation: 'immediate', ...options.sessions },
  });
  return { guard, apple, events, decisions, clock };
}

/** The server of a backend: its endpoints, and routes that ask for sessions, signed requests, or both. */
export function enrolmentServer({ guard }: Backend, options: Partial<ServerSpec> = {}): ServerSpec {
  const status = 401;
  const statuses = { missing: status, malformed: status, untrusted: status, denied: status };
  const alone = { require: ['assertion'], assertion: { session: 'optional' } } as const;
  const route = (
    path: string,
    protect: RouteSpec['protect'],
    method: RouteSpec['method'] = 'GET',
  ): RouteSpec => ({
    method,
    path,
    handle: seen,
    ...(protect && { protect }),
  });
  return {
    guard,
    enrolment: PREFIX,
    routes: [
      route('/session', {}),
      route('/session-401', { statuses }),
      route('/signed', { assertion: true }),
      route('/signed', { assertion: true }, 'POST'),
      route('/signed-afresh', { assertion: { challenge: 'required' } }, 'POST'),
      route('/key', alone, 'POST'),
    ],
    ...options,
  };
}

/** What the handlers answer: who it was. */
function seen({ attestation }: Seen): { json: unknown } {
  const { session: of, assertion: by } = attestation ?? {};
  return { json: { session: of?.deviceId ?? null, key: by?.deviceId ?? null, counter: by?.counter ?? null } };
}

/** Where this target's users have their parser for endpoints and signed requests to work. */
export function parserOf({ parsers }: Target): ParserPlace {
  const both = [parsers.enrolment, parsers['one route']];
  return both.every((places) => places.includes('after')) ? 'after' : 'before with rawBody';
}
