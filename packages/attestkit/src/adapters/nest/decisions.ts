import {
  markNode,
  routeOf,
  whenDecided,
  type MarkableResponse,
  type Route,
  type RouteOptions,
} from '../../guard/internal.js';
import type { Guard } from '../../create-guard.js';
import type { Attestation } from '../../ports/attestation.js';
import type { Answer, Decision } from '../../ports/decision.js';
import { mounted, type Endpoints } from '../mounting.js';
import type { MiddlewareRequest } from '../node/middleware.js';
import { NodeRequest, type Peer } from '../node/request.js';
import type { AttestationModuleOptions } from './options.js';
import { notePassed, type Protection } from './protection.js';

/** A request on its way: Node's own, the target as sent, and the peer's address as the platform knows it. */
export interface Incoming {
  readonly message: MiddlewareRequest;
  readonly target: string;
  readonly peer: Peer;
  /** Takes the marks for caches of an accepted answer; absent if a connection is opened. */
  readonly response?: MarkableResponse;
}

/** What the guard answers to a request; undefined if it goes on. */
type Outcome = Answer | undefined;

/** Decides about requests before the platform parses their bodies. Each is asked once, wherever it is met first. */
export class Decisions {
  readonly #guard: Guard;
  readonly #endpoints: Endpoints | undefined;
  readonly #all: Route | undefined;
  readonly #routes = new WeakMap<Protection, Route>();
  readonly #outcomes = new WeakMap<MiddlewareRequest, { readonly outcome: Outcome } | Promise<Outcome>>();

  constructor({ guard, all, devicePath }: AttestationModuleOptions) {
    this.#guard = guard;
    this.#endpoints =
      devicePath === undefined ? undefined : mounted(guard, { prefix: devicePath }, 'devicePath');
    this.#all = all === undefined ? undefined : routeOf(guard, optionsOfAll(all));
  }

  /** The answer of an endpoint, or else what `all` asks. */
  before(incoming: Incoming, apply: (outcome: Outcome) => void): void {
    const { message } = incoming;
    const known = this.#outcomes.get(message) ?? this.#decide(incoming);
    this.#outcomes.set(message, known);
    if (known instanceof Promise) void known.then(apply);
    else apply(known.outcome);
  }

  /** The same, and then what `Protect` asks of a route. */
  run(
    incoming: Incoming,
    protections: readonly Protection[],
    answer: (answer: Answer) => void,
    next: () => void,
  ): void {
    this.before(incoming, (outcome) => {
      if (outcome === undefined) this.#meet(incoming, protections, answer, next);
      else answer(outcome);
    });
  }

  #decide({ message, target, peer, response }: Incoming): { readonly outcome: Outcome } | Promise<Outcome> {
    const answer = this.#endpoints?.(new NodeRequest(message, target, peer), target);
    if (answer !== undefined) return answer;
    if (this.#all === undefined) return { outcome: undefined };
    const settle = (decision: Decision<Attestation>): Outcome => {
      if (decision.outcome === 'refuse') return decision.response;
      message.attestation = decision.results;
      if (response !== undefined) markNode(response, decision.caching);
      return undefined;
    };
    const decision = this.#guard.check(new NodeRequest(message, target, peer), this.#all);
    return decision instanceof Promise ? decision.then(settle) : { outcome: settle(decision) };
  }

  #meet(
    incoming: Incoming,
    [protection, ...others]: readonly Protection[],
    answer: (answer: Answer) => void,
    next: () => void,
  ): void {
    if (protection === undefined) return next();
    const { message, target, peer, response } = incoming;
    const route = this.#routes.get(protection) ?? routeOf(this.#guard, protection.options);
    this.#routes.set(protection, route);
    whenDecided(this.#guard.check(new NodeRequest(message, target, peer), route), (decision) => {
      if (decision.outcome === 'refuse') return answer(decision.response);
      message.attestation = decision.results;
      if (response !== undefined) markNode(response, decision.caching);
      notePassed(message, protection);
      this.#meet(incoming, others, answer, next);
    });
  }
}

/** The guard's options for what `all` says. */
export function optionsOfAll(all: true | RouteOptions): RouteOptions {
  return all === true ? {} : all;
}
