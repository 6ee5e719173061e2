import { randomUUID } from 'node:crypto';
import { AttestationError, ConfigurationError } from './kernel/errors.js';
import { isJsonObject } from './kernel/bytes/json.js';
import { steadyClock } from './kernel/steady-clock.js';
import { assertOptions, type OptionTypes } from './kernel/config/options.js';
import type { Attestation, EvidenceKind } from './ports/attestation.js';
import type { Answer, Decision } from './ports/decision.js';
import type { ConnectedDevices, DeviceControl, Devices } from './ports/devices.js';
import type { Evidence } from './ports/evidence.js';
import type { Enforcement, EnforcedShare } from './ports/decision.js';
import type { Counter, GuardEvent } from './ports/events.js';
import type { Health } from './ports/health.js';
import type { AttestedRequest } from './ports/request.js';
import {
  assertDistinctSecrets,
  assertEnforcement,
  assertStatuses,
  createRoute,
  decide,
  GUARD_CHECKS,
  healthOf,
  mustBeAwaited,
  quietly,
  REFUSAL_OPTIONS,
  refuse,
  RouteCounts,
  signReader,
  type AppSign,
  type RefusalOptions,
  type ReadyRoute,
  type Route,
  type RouteDefaults,
  type RouteOptions,
} from './guard/internal.js';

/** How a guard is set up. It needs `evidence`, or `devices`, or both. */
export interface GuardOptions extends RefusalOptions {
  /** The kinds of evidence that any request may carry: `[approov({ … })]`. */
  readonly evidence?: readonly Evidence[];
  /**
   * Devices that enroll: `devices({ … })` of `attestkit/devices`. It brings the kinds `session` and `signedRequest` with it.
   * Default: none enroll.
   */
  readonly devices?: Devices;
  /**
   * The default kinds for routes without `accept`: any one of them. Required if there are several kinds; `signedRequest`
   * does not count, since a route has to ask for it.
   */
  readonly accept?: readonly EvidenceKind[];
  /**
   * `report` lets failures pass, counted, on routes that do not say otherwise; `{ enforce: 0.25 }` refuses those of a quarter of the clients.
   * Default `enforce`.
   */
  readonly enforcement?: Enforcement | EnforcedShare;
  /**
   * Called with each event: for logs and metrics, with reasons and never tokens. Its exceptions are ignored. `type` tells
   * the events apart.
   */
  readonly onEvent?: (event: GuardEvent) => void;
  /**
   * Names a request in events: `(request) => request.fields('x-request-id')[0]`, if your own proxy sets it. Default, and for
   * requests without a name: a random UUID.
   */
  readonly requestId?: (request: AttestedRequest) => string | undefined;
  /**
   * By what events tell that a request without evidence looks like one of your app, in `claimed`: `{ prefix: 'Wallet/' }` fits
   * `User-Agent: Wallet/3.1 (…)`. It decides nothing. Default: `claimed` is undefined.
   */
  readonly appSign?: AppSign;
  /** Bytes of a body that are read to verify a signed request, on routes that do not say otherwise. Default 1048576 (1 MiB). */
  readonly maxBodyBytes?: number;
  /** What answers to accepted requests say to caches, on routes that do not say otherwise. Default `unchanged`. */
  readonly caching?: 'private' | 'unchanged';
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Verifies the evidence of requests. */
export interface Guard {
  /**
   * Checks a route's options and makes them ready; adapters do it once, at start-up.
   *
   * @throws ConfigurationError naming the option
   */
  route(options?: RouteOptions): Route;
  /**
   * Decides about one request. Total: it neither throws nor rejects, and a failure of a store, a key source or
   * the guard itself is a refusal. Synchronous when nothing had to be fetched: always `await` it, and let a request pass only
   * if `outcome` is `accept`. A promise that was not awaited throws when its `outcome` is read.
   *
   * @param route default: the guard's own settings
   */
  check(request: AttestedRequest, route?: Route): Decision<Attestation> | Promise<Decision<Attestation>>;
  /** What has been decided so far, by route, outcome and code. */
  counters(): readonly Counter[];
  /**
   * Answers a request for one of the device endpoints; undefined if no endpoint has this path. Total, as `check` is.
   * Adapters mount it as `deviceEndpoints`.
   *
   * @param path below the place where the endpoints are mounted, without the query: `/challenge`
   */
  answer(request: AttestedRequest, path: string): Promise<Answer> | undefined;
  /**
   * Says whether what the guard depends on answers now, for a health endpoint: `{ healthy, down }`. One read of the store, with a
   * deadline of 500 ms, which serves all callers within a second. Never rejects. `store.check()`, at start-up, looks
   * deeper: this says only that the store can be read.
   *
   * @example
   * const { healthy, down } = await guard.health();
   * response.status(healthy ? 200 : 503).json({ down });
   */
  health(): Promise<Health>;
  /** What the application may do with devices, if the guard has the option `devices`: to block, to find, to publish keys. */
  readonly devices: DeviceControl | undefined;
}

/** A guard that was made with `devices`. */
export interface DeviceGuard extends Guard {
  readonly devices: DeviceControl;
}

const OPTIONS: OptionTypes = {
  ...REFUSAL_OPTIONS,
  evidence: 'list',
  devices: 'object',
  accept: 'list',
  enforcement: 'any',
  onEvent: 'function',
  requestId: 'function',
  appSign: 'object',
  maxBodyBytes: 'number',
  caching: 'string',
  now: 'function',
};

/**
 * Composes kinds of evidence into a guard.
 *
 * @throws ConfigurationError naming the option
 * @example
 * const guard = createGuard({ evidence: [approov({ secretBase64: process.env.APPROOV_BASE64_SECRET })] });
 * app.get('/forms', protect(guard, { binding: 'authorization' }), handler);
 */
export function createGuard(options: GuardOptions & { readonly devices: Devices }): DeviceGuard;
export function createGuard(options: GuardOptions): Guard;
export function createGuard(options: GuardOptions): Guard {
  assertOptions(options, OPTIONS, 'a guard');
  const { enforcement = 'enforce', onEvent, now: clock = Date.now } = options;
  assertEnforcement(enforcement);
  assertClock(clock);
  const now = steadyClock(clock);
  const requestId = namer(options.requestId);
  // One listener, also for devices: kinds that share a source of keys tell of each request once.
  const heard = onEvent && ((event: GuardEvent): void => quietly(() => onEvent(event)));
  const devices = connected(options.devices, { now, onEvent: heard, requestId });
  const evidence = readEvidence(options.evidence, devices);
  assertDistinctSecrets([
    // All kinds count as one use, since two headers may carry tokens of one account.
    { option: 'evidence', digests: evidence.flatMap((each) => each.secretDigests?.() ?? []) },
    ...(devices?.secretUses ?? []),
  ]);
  const { statuses, body, headers, expose } = options;
  const refusal: RefusalOptions = {
    ...(statuses && { statuses }),
    ...(body && { body }),
    ...(headers && { headers }),
    ...(expose !== undefined && { expose }),
  };
  const counts = new Map<string | undefined, RouteCounts>();
  const countsOf = (name: string | undefined): RouteCounts => {
    const ofName = counts.get(name) ?? new RouteCounts(name);
    counts.set(name, ofName);
    return ofName;
  };
  const defaults: RouteDefaults = {
    evidence,
    accept: options.accept ?? onlyKind(evidence),
    enforcement,
    refusal,
    maxBodyBytes: options.maxBodyBytes,
    caching: options.caching,
    realm: devices?.realm,
    countsOf,
  };
  if (heard !== undefined) for (const each of evidence) each.watch?.(heard);
  const unnamed = createRoute({}, defaults);
  const claimedBy = options.appSign && signReader(options.appSign);
  const telling = { onEvent, requestId, claimedBy, pseudonym: devices?.pseudonym };
  // Reached only if `route` was not made by this guard, or a kind of evidence says what it needs in no form.
  const failed = (cause: unknown): Decision<Attestation> => {
    const error = new AttestationError(GUARD_CHECKS.internal, { cause });
    return { outcome: 'refuse', error, response: refuse(error, {}, unnamed.refusal) };
  };
  return {
    route: (wanted = {}) => createRoute(wanted, defaults),
    check: (request, route = unnamed) => {
      try {
        const decision = decide(request, route as ReadyRoute, now, telling);
        return decision instanceof Promise ? mustBeAwaited(decision.catch(failed)) : decision;
      } catch (cause) {
        return failed(cause);
      }
    },
    counters: () => [...[...counts.values()].flatMap((each) => each.read()), ...(devices?.counters() ?? [])],
    answer: (request, path) => devices?.answer(request, path),
    devices: devices?.control,
    health: healthOf(devices?.store),
  };
}

function connected(
  devices: Devices | undefined,
  guard: Parameters<Devices['connect']>[0],
): ConnectedDevices | undefined {
  if (devices === undefined) return undefined;
  if (typeof devices.connect === 'function') return devices.connect(guard);
  const remedy = 'Call devices of attestkit/devices: devices: devices({ evidence: [appAttest({ … })], … }).';
  throw new ConfigurationError('devices', 'is not what devices({ … }) gives', remedy);
}

/** The kinds of evidence, each once, those of enrolled devices last. */
function readEvidence(given: readonly Evidence[] = [], devices?: ConnectedDevices): readonly Evidence[] {
  const evidence = [...given, ...(devices?.evidence ?? [])];
  if (evidence.length === 0)
    throw new ConfigurationError(
      'evidence',
      'is empty',
      'Give at least one kind: approov({ … }), or devices.',
    );
  if (!given.every((each) => isJsonObject(each) && typeof each['find'] === 'function')) {
    const remedy = 'Give approov({ … }) and the like, called; what devices enroll with goes into devices.';
    throw new ConfigurationError('evidence', 'has a member that no request can carry', remedy);
  }
  const twice = evidence.find((each, at) => evidence.findIndex((other) => other.kind === each.kind) !== at);
  if (twice !== undefined)
    throw new ConfigurationError(
      'evidence',
      `has the kind ${twice.kind} twice`,
      'Give each kind once, with all its keys; session and signedRequest come with devices.',
    );
  if (evidence.some(({ kind }) => kind === 'reported'))
    throw new ConfigurationError('evidence', 'has a kind by the name of reported', 'Give it another name.');
  for (const { kind, statuses: ofKind = {} } of evidence) assertStatuses(ofKind, `statuses of ${kind}`);
  return evidence;
}

function onlyKind(evidence: readonly Evidence[]): readonly string[] {
  const kinds = evidence.filter(({ onlyIfAsked }) => onlyIfAsked !== true).map(({ kind }) => kind);
  if (kinds.length <= 1) return kinds;
  throw new ConfigurationError(
    'accept',
    'is not set, and there are several kinds of evidence',
    `Name the kinds that a route accepts when it does not say: any of ${kinds.join(', ')}.`,
  );
}

/** What the application calls a request; exceptions, and values that are not short text, are ignored. */
function namer(named: GuardOptions['requestId']): (request: AttestedRequest) => string {
  return (request) => {
    let name: unknown;
    quietly(() => (name = named?.(request)));
    return typeof name === 'string' && name !== '' && name.length <= 200 ? name : randomUUID();
  };
}

/** Seconds instead of milliseconds would let tokens live a thousand times too long. */
function assertClock(now: () => number): void {
  const at: unknown = now();
  if (typeof at === 'number' && at > 1e11) return;
  const remedy = 'Give a function such as Date.now.';
  throw new ConfigurationError('now', 'does not give milliseconds since the epoch', remedy);
}
