import { AttestationError, ConfigurationError } from './kernel/errors.js';
import { isJsonObject } from './kernel/bytes/json.js';
import { steadyClock } from './kernel/steady-clock.js';
import { assertOneOf, assertOptions, type OptionTypes } from './kernel/config/options.js';
import type { Attestation } from './ports/attestation.js';
import type { Answer, Decision } from './ports/decision.js';
import type { Enforcement, Evidence } from './ports/evidence.js';
import type { Counter, DecisionEvent } from './ports/events.js';
import type { Health } from './ports/health.js';
import type { AttestedRequest } from './ports/request.js';
import type { SessionControl, SessionEvidence, Sessions } from './sessions/internal.js';
import {
  assertDistinctSecrets,
  assertStatuses,
  createRoute,
  decide,
  GUARD_CHECKS,
  healthOf,
  mustBeAwaited,
  REFUSAL_OPTIONS,
  refuse,
  RouteCounts,
  usedAsText,
  type RefusalOptions,
  type Route,
  type RouteDefaults,
  type RouteOptions,
  type SecretUse,
} from './guard/internal.js';
import { createEnrolment, ENROLMENT_OPTIONS, type EnrolmentOptions } from './endpoints/internal.js';

/** How a guard is set up. */
export interface GuardOptions extends RefusalOptions, EnrolmentOptions {
  /** The kinds of evidence that requests may carry: `[approov({ … }), session()]`. */
  readonly evidence: readonly (Evidence | SessionEvidence)[];
  /** The kinds that a route accepts when it does not say. Needed where there are several kinds. */
  readonly accept?: readonly string[];
  /** `report` lets failures pass, counted, on routes that do not say otherwise. Default `enforce`. */
  readonly enforcement?: Enforcement;
  /** Called with each decision: for a log, with reasons and never tokens. What it throws changes nothing. */
  readonly onDecision?: (event: DecisionEvent) => void;
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
   * where `outcome` is `accept`. A promise that was not awaited throws when its `outcome` is read.
   *
   * @param route default: the guard's own settings
   */
  check(request: AttestedRequest, route?: Route): Decision<Attestation> | Promise<Decision<Attestation>>;
  /** What has been decided so far, by route, outcome and code. */
  counters(): readonly Counter[];
  /**
   * Answers a request for one of the endpoints of enrolment and sessions; undefined where there is none of this path.
   * Total, as `check` is. Adapters mount it as `enrolment`.
   *
   * @param path below the place where the endpoints are mounted, without the query: `/challenge`
   */
  answer(request: AttestedRequest, path: string): Promise<Answer> | undefined;
  /**
   * Says whether what the guard depends on answers now, for a health endpoint: `{ healthy, down }`. One read of the store, with a
   * deadline of 500 ms, which serves everybody who asks within a second. Never rejects. `store.check()`, at start-up, looks
   * deeper: this says only that the store can be read.
   *
   * @example
   * const { healthy, down } = await guard.health();
   * response.status(healthy ? 200 : 503).json({ down });
   */
  health(): Promise<Health>;
  /** Devices and sessions, where the guard has them: to revoke, to find, to publish keys. */
  readonly sessions: SessionControl | undefined;
}

const OPTIONS: OptionTypes = {
  ...REFUSAL_OPTIONS,
  ...ENROLMENT_OPTIONS,
  evidence: 'list',
  accept: 'list',
  enforcement: 'string',
  onDecision: 'function',
  maxBodyBytes: 'number',
  caching: 'string',
  now: 'function',
};

/**
 * Composes kinds of evidence into a guard.
 *
 * @throws ConfigurationError naming the option
 */
export function createGuard(options: GuardOptions): Guard {
  assertOptions(options, OPTIONS, 'a guard');
  const { accept, enforcement = 'enforce', onDecision, now: clock = Date.now } = options;
  assertOneOf('enforcement', enforcement, ['enforce', 'report']);
  assertClock(clock);
  const now = steadyClock(clock);
  const enrolment = createEnrolment(options, now);
  const evidence = connected(options.evidence, enrolment?.sessions);
  assertDistinctSecrets(usesOfSecrets(options, evidence));
  const { statuses, body, headers, expose } = options;
  const refusal: RefusalOptions = {
    ...(statuses && { statuses }),
    ...(body && { body }),
    ...(headers && { headers }),
    ...(expose !== undefined && { expose }),
  };
  if (accept === undefined && evidence.length > 1) {
    throw new ConfigurationError(
      'accept',
      'is not set, and there are several kinds of evidence',
      'Name the kinds that a route accepts when it does not say.',
    );
  }
  const counts = new Map<string | undefined, RouteCounts>();
  const countsOf = (name: string | undefined): RouteCounts => {
    const ofName = counts.get(name) ?? new RouteCounts(name);
    counts.set(name, ofName);
    return ofName;
  };
  const defaults: RouteDefaults = {
    evidence,
    accept: accept ?? evidence.map((each) => each.kind),
    enforcement,
    refusal,
    maxBodyBytes: options.maxBodyBytes,
    caching: options.caching,
    realm: enrolment?.sessions.context.settings.audience,
    countsOf,
  };
  const unnamed = createRoute({}, defaults);
  const telling = { onDecision, pseudonym: enrolment?.sessions.pseudonym };
  return {
    route: (wanted = {}) => createRoute(wanted, defaults),
    check: (request, route = unnamed) => {
      try {
        const decision = decide(request, route, now, telling);
        return decision instanceof Promise ? mustBeAwaited(decision) : decision;
      } catch (cause) {
        // Reached only if `route` was not made by this guard.
        const error = new AttestationError(GUARD_CHECKS.internal, { cause });
        return { outcome: 'refuse', error, response: refuse(error, {}, unnamed.refusal) };
      }
    },
    counters: () =>
      [...counts.values(), ...(enrolment?.endpoints.counters() ?? [])].flatMap((each) => each.read()),
    answer: (request, path) => enrolment?.endpoints.answer(request, path),
    sessions: enrolment?.sessions.control,
    health: healthOf(enrolment?.sessions.context.store),
  };
}

/** The kinds of evidence, each once, those of sessions with the sessions that they are about. */
function connected(
  given: readonly (Evidence | SessionEvidence)[] = [],
  sessions: Sessions | undefined,
): readonly Evidence[] {
  if (given.length === 0)
    throw new ConfigurationError('evidence', 'is empty', 'Give at least one kind: approov({ … }).');
  if (!given.every(isEvidence)) {
    const remedy =
      'Give approov({ … }), session() and the like, called; what devices enrol with goes into enrolment.';
    throw new ConfigurationError('evidence', 'has a member that no request can carry', remedy);
  }
  const twice = given.find((each, at) => given.findIndex((other) => other.kind === each.kind) !== at);
  if (twice !== undefined)
    throw new ConfigurationError(
      'evidence',
      `has the kind ${twice.kind} twice`,
      'Give each kind once, with all its keys.',
    );
  if (given.some(({ kind }) => kind === 'reported'))
    throw new ConfigurationError('evidence', 'has a kind by the name of reported', 'Give it another name.');
  const evidence = given.map((each) => ('connect' in each ? connect(each, sessions) : each));
  for (const { kind, statuses: ofKind = {} } of evidence) assertStatuses(ofKind, `statuses of ${kind}`);
  return evidence;
}

function isEvidence(each: unknown): boolean {
  return isJsonObject(each) && (typeof each['find'] === 'function' || typeof each['connect'] === 'function');
}

function connect(evidence: SessionEvidence, sessions: Sessions | undefined): Evidence {
  if (sessions !== undefined) return evidence.connect(sessions);
  const remedy = 'Give secret and store, and the kinds of evidence that devices enrol with: enrolment.';
  throw new ConfigurationError(
    'enrolment',
    `is not set, and ${evidence.kind} is about enrolled devices`,
    remedy,
  );
}

/** All kinds in `evidence` count as one use, since two headers may carry tokens of one account. */
function usesOfSecrets(
  { secret = [], hashKey, enrolment = [] }: GuardOptions,
  evidence: readonly Evidence[],
): readonly SecretUse[] {
  return [
    { option: 'evidence', digests: evidence.flatMap((each) => each.secretDigests?.() ?? []) },
    ...enrolment.map(({ kind, secretDigests }) => ({
      option: `enrolment (${kind})`,
      digests: secretDigests?.() ?? [],
    })),
    usedAsText('secret', [secret].flat()),
    usedAsText('hashKey', hashKey === undefined ? [] : [hashKey]),
  ];
}

/** Seconds in place of milliseconds would let tokens live a thousand times too long. */
function assertClock(now: () => number): void {
  const at: unknown = now();
  if (typeof at === 'number' && at > 1e11) return;
  const remedy = 'Give a function such as Date.now.';
  throw new ConfigurationError('now', 'does not give milliseconds since the epoch', remedy);
}
