import { ConfigurationError } from '../kernel/errors.js';
import { assertKnown } from '../kernel/options.js';
import type { Attestation } from '../ports/attestation.js';
import type { Decision } from '../ports/decision.js';
import type { Enforcement, Evidence } from '../ports/evidence.js';
import type { Counter, DecisionEvent } from '../ports/events.js';
import type { AttestedRequest } from '../ports/request.js';
import { decide } from './decide.js';
import { REFUSAL_OPTIONS, type RefusalOptions } from './refusal.js';
import { RouteCounts } from './counters.js';
import { createRoute, type Route, type RouteDefaults, type RouteOptions } from './route.js';

/** How a guard is set up. */
export interface GuardOptions extends RefusalOptions {
  /** The kinds of evidence that requests may carry: `[approov({ … })]`. */
  readonly evidence: readonly Evidence[];
  /** The kinds that a route accepts when it does not say. Needed where there are several kinds. */
  readonly accept?: readonly string[];
  /** `report` lets failures pass, counted, on routes that do not say otherwise. Default `enforce`. */
  readonly enforcement?: Enforcement;
  /** Called with each decision: for a log, with reasons and never tokens. What it throws changes nothing. */
  readonly onDecision?: (event: DecisionEvent) => void;
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
   * the guard itself is a refusal. Synchronous when nothing had to be fetched.
   *
   * @param route default: the guard's own settings
   */
  check(request: AttestedRequest, route?: Route): Decision<Attestation> | Promise<Decision<Attestation>>;
  /** What has been decided so far, by route, outcome and code. */
  counters(): readonly Counter[];
}

/**
 * Composes kinds of evidence into a guard.
 *
 * @throws ConfigurationError naming the option
 */
export function createGuard(options: GuardOptions): Guard {
  assertKnown(
    options,
    [...REFUSAL_OPTIONS, 'evidence', 'accept', 'enforcement', 'onDecision', 'now'],
    'a guard',
  );
  const { accept, enforcement = 'enforce', onDecision, now = Date.now } = options;
  const { evidence } = options;
  if (evidence.length === 0)
    throw new ConfigurationError('evidence', 'is empty', 'Give at least one kind: approov({ … }).');
  const twice = evidence.find((each, at) => evidence.findIndex((other) => other.kind === each.kind) !== at);
  if (twice !== undefined)
    throw new ConfigurationError(
      'evidence',
      `has the kind ${twice.kind} twice`,
      'Give each kind once, with all its keys.',
    );
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
    countsOf,
  };
  const unnamed = createRoute({}, defaults);
  return {
    route: (wanted = {}) => createRoute(wanted, defaults),
    check: (request, route = unnamed) => decide(request, route, now, onDecision),
    counters: () => [...counts.values()].flatMap((each) => each.read()),
  };
}
