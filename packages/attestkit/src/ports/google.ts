import type { RemoteEvent } from './events.js';
import type { JsonObject } from './json.js';

/** Why a service of Google's gave no answer to go by. */
export type GoogleFailure =
  /** It does not accept the token: the client's doing. Asking again changes nothing. */
  | { readonly outcome: 'invalid' }
  /** It does not let this server ask: an account, a role, a project or a name is wrong. The operator's doing. */
  | { readonly outcome: 'misconfigured'; readonly problem: string }
  | {
      /** Over the quota; or no answer that can be used. Nothing is known about the token. */
      readonly outcome: 'throttled' | 'unavailable';
      /** Seconds after which trying again makes sense. */
      readonly retryAfter: number;
      /** What went wrong, in words for the operator; no part of the answer. */
      readonly problem: string;
    };

/** A service that decrypts and verifies Play Integrity tokens. */
export interface IntegrityDecoder {
  /** Has the listener told of each request to another service. Absent if there is none. */
  readonly watch?: (listener: (event: RemoteEvent) => void) => void;
  /**
   * Decodes a token. Takes seconds at most, and never rejects: every failure is an outcome. Google answers once: a
   * token that was decoded before comes back with its verdicts cleared.
   *
   * @param packageName of the app that the token should be about
   * @param signal gives up at once: `unavailable`
   * @returns as `payload` the object `tokenPayloadExternal`: the verdict, not appraised
   */
  decode(
    packageName: string,
    token: string,
    signal?: AbortSignal,
  ): Promise<{ readonly outcome: 'decoded'; readonly payload: JsonObject } | GoogleFailure>;
}

/** A service that remembers which App Check tokens were consumed. */
export interface AppCheckConsumer {
  /** Has the listener told of each request to another service. Absent if there is none. */
  readonly watch?: (listener: (event: RemoteEvent) => void) => void;
  /**
   * Consumes a token. Takes seconds at most, and never rejects: every failure is an outcome.
   *
   * @param signal gives up at once: `unavailable`
   * @returns as `already` whether it was consumed before
   */
  consume(
    token: string,
    signal?: AbortSignal,
  ): Promise<{ readonly outcome: 'consumed'; readonly already: boolean } | GoogleFailure>;
}
