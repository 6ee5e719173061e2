/**
 * How a verification failed; never mixed, and what the HTTP status follows from:
 *
 * - `missing`: nothing to verify was sent.
 * - `malformed`: what was sent cannot be read unambiguously.
 * - `untrusted`: it was read, and does not hold.
 * - `denied`: it holds, and the appraisal policy says no.
 * - `unavailable`: a key, a store or a service could not be reached; nothing is known about the evidence.
 */
export type Stage = 'missing' | 'malformed' | 'untrusted' | 'denied' | 'unavailable';

/** One check of a verifier. Verifier, inspector, documentation and tests share this one definition. */
export interface CheckDef<Code extends string = string> {
  /** A short name in words, unique in its catalog; also the name of the test. */
  readonly name: string;
  /** The error code when the check does not hold: `ERR_APPROOV_TOKEN_EXPIRED`. */
  readonly code: Code;
  readonly stage: Stage;
  /** The sentence for people when the check does not hold. Never contains a value. */
  readonly says: string;
  /** Where the rule comes from: `RFC 7515 §5.2`. */
  readonly spec: string;
  /** Set where the cause can be any error at all, the message of which may quote what the client sent. */
  readonly unexpected?: true;
}

/** Checks in the order of verification; in a record, each by the name that the verifier asks it by. */
export type CheckList = Readonly<Record<string, CheckDef>> | readonly CheckDef[];

/** Every code of a list of checks. */
export type CodeOf<List extends CheckList> = List extends readonly CheckDef[]
  ? List[number]['code']
  : List extends Readonly<Record<string, CheckDef>>
    ? List[keyof List]['code']
    : never;

/** What `AttestationError` says: evidence that does not hold, or that could not be verified now. */
export interface Failure<Code extends string = string> extends Error {
  readonly code: Code;
  readonly stage: Stage;
  readonly check: CheckDef<Code>;
  /** Where the rule comes from: `RFC 7515 §5.2`. */
  readonly spec: string;
  /** Seconds after which trying again makes sense; only for stage `unavailable`. */
  readonly retryAfter: number | undefined;
}

/** Where a verifier's straight line sends each predicate: to a sink that throws, or to one that records. */
export interface Checks {
  /**
   * @param mistake what the sender most likely did wrong, a fixed sentence for the operator; only if the check does
   *   not hold
   */
  holds(check: CheckDef, held: boolean, actual?: unknown, expected?: unknown, mistake?: string): void;
}

/** One check as the inspector saw it. */
export interface CheckReport {
  readonly name: string;
  readonly code: string;
  readonly spec: string;
  readonly ok: boolean;
  /** For people: what was found and what was expected, or why the check failed. */
  readonly detail: string;
}

/** Every check of one verification, in the order of verification. */
export type Inspection<R> =
  | { readonly verdict: 'pass'; readonly checks: readonly CheckReport[]; readonly result: R }
  | {
      readonly verdict: 'fail';
      /** The code of the first check that failed: the one that the verifier throws. */
      readonly code: string;
      readonly checks: readonly CheckReport[];
      /** What could be read all the same. Nothing vouches for it. */
      readonly unverified?: R;
    };
