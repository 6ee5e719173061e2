import { routeOf, whenDecided, type Guard, type Route, type RouteOptions } from '../../guard/index.js';
import type { Attestation } from '../../ports/attestation.js';
import type { Answer, Decision } from '../../ports/decision.js';
import { mounted, type Endpoints } from '../mounting.js';
import type { MiddlewareRequest } from '../node/middleware.js';
import { NodeRequest, type Peer } from '../node/request.js';
import type { AttestationModuleOptions } from './options.js';
import { notePassed, type Protection } from './protection.js';

/** A request on its way: Node's own, the target as sent, and where the platform has the peer's address. */
export interface Incoming {
  readonly message: MiddlewareRequest;
  readonly target: string;
  readonly peer: Peer;
}

/** Decides about requests before the platform parses their bodies. Each is asked once, wherever it is met first. */
export class Decisions {
  readonly #guard: Guard;
  readonly #endpoints: Endpoints | undefined;
  readonly #all: Route | undefined;
  readonly #routes = new WeakMap<Protection, Route>();
  readonly #made = new WeakMap<MiddlewareRequest, Decision<Attestation>>();

  constructor({ guard, all, enrolment }: AttestationModuleOptions) {
    this.#guard = guard;
    this.#endpoints = enrolment === undefined ? undefined : mounted(guard, { prefix: enrolment });
    this.#all = all === undefined ? undefined : routeOf(guard, all === true ? {} : all);
  }

  /** Answers the guard's endpoints, then asks what `all` asks, and then what `Protect` asks of a route. */
  run(
    incoming: Incoming,
    protections: readonly Protection[],
    answer: (answer: Answer) => void,
    next: () => void,
  ): void {
    const { message, target, peer } = incoming;
    const endpoint = this.#endpoints?.(new NodeRequest(message, target, peer), target);
    if (endpoint !== undefined) return void endpoint.then(answer);
    const go = (): void => this.#meet(incoming, protections, answer, next);
    if (this.#all === undefined) return go();
    this.decideAll(incoming, (decision) => {
      if (decision.outcome === 'refuse') return answer(decision.response);
      message.attestation = decision.results;
      go();
    });
  }

  /** What `all` asks, once for each request; only where `all` is set. */
  decideAll({ message, target, peer }: Incoming, apply: (decision: Decision<Attestation>) => void): void {
    const made = this.#made.get(message);
    if (made !== undefined) return apply(made);
    whenDecided(this.#guard.check(new NodeRequest(message, target, peer), this.#all), (decision) => {
      this.#made.set(message, decision);
      apply(decision);
    });
  }

  #meet(
    incoming: Incoming,
    [protection, ...others]: readonly Protection[],
    answer: (answer: Answer) => void,
    next: () => void,
  ): void {
    if (protection === undefined) return next();
    const { message, target, peer } = incoming;
    const route = this.#routes.get(protection) ?? routeOf(this.#guard, protection.options);
    this.#routes.set(protection, route);
    whenDecided(this.#guard.check(new NodeRequest(message, target, peer), route), (decision) => {
      if (decision.outcome === 'refuse') return answer(decision.response);
      message.attestation = decision.results;
      notePassed(message, protection);
      this.#meet(incoming, others, answer, next);
    });
  }
}

/** The guard's options for what `all` says. */
export function optionsOfAll(all: true | RouteOptions): RouteOptions {
  return all === true ? {} : all;
}
