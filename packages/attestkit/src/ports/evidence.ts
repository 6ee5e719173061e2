import type { Enforcement } from './decision.js';
import type { RemoteEvent } from './events.js';
import type { CheckDef, Stage, Failure } from './checks.js';
import type { AttestedRequest } from './request.js';

/** HTTP statuses by stage of failure; `unavailable` is always 503. */
export type Statuses = Readonly<Record<Exclude<Stage, 'unavailable'>, number>>;

/**
 * What a client brings to be accepted: the parameters of the challenge `Attest` in `WWW-Authenticate`. It says what the
 * route asks for, never why a request was refused.
 */
export interface Need {
  readonly need: 'session' | 'signature' | 'challenge' | 'token';
  /** The header field that carries it, if it is not `Authorization`: `Approov-Token`. */
  readonly header?: string;
  /** Set if a session travels as `Authorization: Bearer` (RFC 6750 §3), and whether the request showed one. */
  readonly bearer?: 'absent' | 'shown';
}

/** What a request carries of one kind of evidence: an item to verify, or nothing, and the check that says so. */
export type Found<Item> =
  | { readonly present: true; readonly item: Item }
  | { readonly present: false; readonly check: CheckDef };

/** What verifying an item needs to know of the request around it. */
export interface VerifyContext<Demand> {
  readonly request: AttestedRequest;
  /** What the route asks of this kind beyond the evidence itself, as `demand` made it at start-up. */
  readonly demand: Demand;
  /** When the decision began, milliseconds since the epoch. */
  readonly now: number;
  /** The guard's clock, milliseconds since the epoch: for evidence that can end while a body or a store is waited for. */
  readonly clock: () => number;
  /** The route's enforcement; a kind may have switches of its own that override it for its own demands. */
  readonly enforcement: Enforcement;
  /** What was verified of this request before, by kind: of the kinds that this one `requires`, for example. */
  readonly results: Readonly<Record<string, unknown>>;
  /**
   * The request's exact bytes. Rejects with ERR_GUARD_BODY_UNAVAILABLE if they are gone: a mistake in
   * the server's set-up, refused, never an empty body instead of the real one.
   */
  body(): Promise<Uint8Array>;
}

/** Evidence that holds. */
export interface Appraisal<Result> {
  readonly result: Result;
  /**
   * Uses up what serves one request alone: a token, a challenge, a counter. Called once, when all evidence of the request
   * holds and meets the route's demands: a request that is refused for something else costs nothing. What it gives
   * replaces `result`, and `met` counts only then.
   *
   * @throws AttestationError (rejects with it) if it was used up before, or when that cannot be known now
   */
  readonly consume?: (() => Promise<Result>) | undefined;
  /** What a failure of `consume` does: `report` lets the request pass with `result`. Default: the route's enforcement. */
  readonly consumption?: Enforcement | undefined;
  /** What the route asks for and the evidence, itself genuine, does not meet; or several such demands. */
  readonly unmet?:
    | { readonly error: Failure; readonly enforcement: Enforcement }
    | readonly { readonly error: Failure; readonly enforcement: Enforcement }[]
    | undefined;
  /** The name of a demand of the route that the evidence meets, or several names: `binding`. */
  readonly met?: string | readonly string[] | undefined;
  /** The name of a demand that the policy allowed to be skipped, or several names. */
  readonly skipped?: string | readonly string[] | undefined;
}

/**
 * A kind of evidence that any request can carry. A room provides one; the guard composes them and does not know any by name.
 *
 * What `find` takes from the request, and what `demand` makes of a route's options, are types of the kind's own: the guard
 * hands them on as they are, so that an implementation declares its parameters by them.
 */
export interface Evidence<Kind extends string = string, Result = unknown> {
  readonly kind: Kind;
  /** Set if a route has to ask for it: it is not among the kinds that a guard accepts by default. */
  readonly onlyIfAsked?: true;
  /**
   * The statuses that existing clients of this kind expect. Default by the stage: `missing`, `malformed` and `untrusted`
   * 401, `denied` 403.
   */
  readonly statuses?: Partial<Statuses>;
  /** The header fields that it reads, in lower case: for `Vary` of answers to accepted requests. Default none. */
  readonly fields?: readonly string[];
  /** Names of the route options that this kind alone can satisfy; a route that has one requires the kind. */
  readonly routeOptions: readonly string[];
  /**
   * Reads this kind's options of a route, once, at start-up. It gets all options of the route.
   *
   * @throws ConfigurationError if they make no sense
   */
  demand(options: Readonly<Record<string, unknown>>): unknown;
  /** The kinds that a route with this demand requires too; they are verified before. Default none. */
  requires?(demand: unknown): readonly string[];
  /** SHA-256, base64url, of each symmetric secret that it is verified with: the guard refuses one secret for two uses. */
  readonly secretDigests?: () => readonly string[];
  /** Has the listener told of each request to another service. Absent if there is none. */
  readonly watch?: (listener: (event: RemoteEvent) => void) => void;
  /**
   * Looks for an item in the request, without I/O.
   *
   * @throws AttestationError if there is one and it is ambiguous
   */
  find(request: AttestedRequest): Found<unknown>;
  /**
   * What a client without this evidence has to bring. Must not throw. Default `{ need: 'token' }`.
   *
   * @param error why this kind refused; absent if another kind did, and this one would be accepted instead
   */
  need?(demand: unknown, error?: Failure): Need;
  /**
   * Verifies an item; synchronous when nothing has to be fetched.
   *
   * @throws AttestationError when it does not hold, or when that cannot be known now
   */
  verify(item: unknown, context: VerifyContext<unknown>): Appraisal<Result> | Promise<Appraisal<Result>>;
}
