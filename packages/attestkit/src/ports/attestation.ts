import type { Failure } from './checks.js';

/**
 * What the guard verified of a request, by kind of evidence. Each room adds its kind to this interface.
 *
 * A kind is absent when the route did not ask for it, or when it failed and report-only let the request pass:
 * authorize on a result, never on its absence.
 */
export interface Attestation {
  /**
   * Failures that report-only let pass; absent if there were none. Not enumerable: `Object.keys` of an attestation are the
   * kinds that were verified, and a request that would have been refused does not have any.
   */
  readonly reported?: readonly Failure[];
}

/** Route options that one kind of evidence alone can satisfy; each room adds its own. A route that has one requires that kind. */
export interface EvidenceRouteOptions {}

/** The name of a kind of evidence, as a route accepts it: the name of its result in `Attestation`. */
export type EvidenceKind = Exclude<keyof Attestation & string, 'reported'>;
