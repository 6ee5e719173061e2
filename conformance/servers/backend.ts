import { randomBytes } from 'node:crypto';
import {
  createGuard,
  type DeviceEvent,
  type DeviceGuard,
  type EndpointEvent,
  type Evidence,
} from 'attestkit';
import { devices, type DevicesOptions } from 'attestkit/devices';
import { memoryStore } from 'attestkit/stores/memory';
import { createVirtualApple, type VirtualApple } from 'attestkit-testing';
import { google, type Authorities } from '../devices/authorities.js';
import { appCheckBy, enrollmentKinds } from '../devices/evidence.js';
import type { ParserPlace, RouteSpec, Seen, ServerSpec, Target } from './server-spec.js';
import { NOW } from '../devices/tokens.js';

/** Whom devices sign for. */
export const AUDIENCE = 'https://api.example.com';

/** The header field that stands for the login of an application: the name of its user. */
export const LOGIN = 'x-login';

/** Where the endpoints are. */
export const PREFIX = '/device';

/** A guard that enrolls virtual devices, and what it has to say of them. */
export interface Backend {
  readonly guard: DeviceGuard;
  readonly apple: VirtualApple;
  /** One for each use of an endpoint. */
  readonly events: readonly EndpointEvent[];
  /** What became of devices. */
  readonly changes: readonly DeviceEvent[];
  /** The codes of requests that were refused on protected routes; undefined for each that was let through. */
  readonly decisions: readonly (string | undefined)[];
  /** The time that it goes by: `now` can be set. */
  readonly clock: { now: number };
}

/** Options of its devices, its clock, and the kinds of evidence that requests carry beside those of devices. */
export interface BackendOptions extends Partial<DevicesOptions> {
  readonly now?: () => number;
  readonly onRequests?: readonly Evidence[];
}

/**
 * Makes a backend; settings of sessions are added to its own.
 *
 * @param authorities in place of its own virtual Apple, and of this process's virtual Google
 */
export function backend(
  { now: clockOf, onRequests, ...options }: BackendOptions = {},
  authorities: Partial<Authorities> = {},
): Backend {
  const clock = { now: NOW };
  const now = clockOf ?? ((): number => clock.now);
  const apple = createVirtualApple({ now });
  const trusted = { appleRoots: [apple.attestationRoot, apple.receiptRoot], google, ...authorities };
  const store = options.store ?? memoryStore({ now });
  const events: EndpointEvent[] = [];
  const changes: DeviceEvent[] = [];
  const decisions: (string | undefined)[] = [];
  const guard = createGuard({
    evidence: onRequests ?? [appCheckBy(trusted.google, now, { store })],
    devices: devices({
      evidence: enrollmentKinds(trusted, now),
      secret: randomBytes(48).toString('base64'),
      audience: AUDIENCE,
      limiter: () => true,
      limits: { remotePerMinute: 1_000_000 },
      subject: (request) => request.fields(LOGIN)[0],
      ...options,
      store,
      sessions: { revocation: 'immediate', ...options.sessions },
    }),
    accept: ['session'],
    now,
    onEvent: (event) => {
      if (event.type === 'endpoint') events.push(event);
      else if (event.type === 'decision') decisions.push(event.refused?.code);
      else if (event.type === 'device') changes.push(event);
    },
  });
  return { guard, apple, events, changes, decisions, clock };
}

/** The record of a device that has enrolled, as operators name it. */
export async function recordOf(
  { guard }: Pick<Backend, 'guard'>,
  { id: deviceId }: { readonly id: string },
): Promise<string> {
  const device = await guard.devices.find({ deviceId });
  if (device === undefined) throw new Error(`${deviceId} is not enrolled`);
  return device.recordId;
}

/** The server of a backend: its endpoints, and routes that ask for sessions, signed requests, App Check, or several. */
export function enrollmentServer(
  { guard }: Pick<Backend, 'guard'>,
  options: Partial<ServerSpec> = {},
): ServerSpec {
  const status = 403;
  const statuses = { missing: status, malformed: status, untrusted: status, denied: status };
  const alone = { require: ['signedRequest'], signedRequest: { session: 'optional' } } as const;
  const appCheck = { require: ['appCheck'] } as const;
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
    enrollment: PREFIX,
    routes: [
      route('/session', {}),
      route('/session-403', { statuses }),
      route('/facts', {}, 'GET', facts),
      route('/signed', { signedRequest: true }),
      route('/signed', { signedRequest: true }, 'POST'),
      route('/signed-afresh', { signedRequest: { challenge: 'required' } }, 'POST'),
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
  const { session: of, signedRequest: by } = attestation ?? {};
  return { json: { session: of?.deviceId ?? null, key: by?.deviceId ?? null, counter: by?.counter ?? null } };
}

/** What the evidence behind the session said. */
function facts({ attestation }: Seen): { json: unknown } {
  const { enrolledBy, attestation: said } = attestation?.session ?? {};
  return { json: { enrolledBy, platform: said?.platform, integrity: said?.integrity } };
}

/** Which app App Check vouches for. */
function app({ attestation }: Seen): { json: unknown } {
  const { appId, consumed } = attestation?.appCheck ?? {};
  return { json: { appId, consumed } };
}

/** Where this target's users have their parser for endpoints and signed requests to work. */
export function parserOf({ parsers }: Target): ParserPlace {
  const both = [parsers.enrollment, parsers['one route']];
  return both.every((places) => places.includes('after')) ? 'after' : 'before with rawBody';
}
