import type { Failure } from './checks.js';

/** An HTTP answer, ready to be written: `{"status":401,"headers":{"content-type":"application/json"},"body":"{}"}`. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to a request that is refused. */
export type Refusal = Answer;

/** What the application's answer to an accepted request says to caches, if the route's option `caching` is `private`. */
export interface Caching {
  /** For `Cache-Control`, unless the answer has the field. */
  readonly cacheControl: 'private';
  /** For `Vary`: the fields that carry evidence, in lower case, without `authorization`. */
  readonly vary: readonly string[];
}

/** What the guard concludes about one request. */
export type Decision<R> =
  | {
      readonly outcome: 'accept';
      /** One result per kind of evidence that was verified; empty when a failure was only reported. */
      readonly results: R;
      /** Failures that report-only let pass. */
      readonly reported: readonly Failure[];
      /** Adapters put it into the answer. */
      readonly caching?: Caching | undefined;
    }
  | {
      readonly outcome: 'refuse';
      /** For the operator: the code, the stage, the check and its source. */
      readonly error: Failure;
      /** For the client: by default it says nothing. */
      readonly response: Refusal;
    };

/** Whether a failure refuses the request, or is only reported while a rollout is watched. */
export type Enforcement = 'enforce' | 'report';

/** A share of clients whose failures refuse the request; those of the others are only reported. */
export interface EnforcedShare {
  /** From 0 to 1. Which clients: by the device that was verified, else by the address. */
  readonly enforce: number;
}
