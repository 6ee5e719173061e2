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

/** A Play Integrity verdict, not appraised. */
export interface DecodedVerdict {
  readonly outcome: 'decoded';
  /** The object `tokenPayloadExternal`. */
  readonly payload: JsonObject;
}

/** A service that decrypts and verifies Play Integrity tokens. */
export interface IntegrityDecoder {
  /**
   * Decodes a token. Takes seconds at most, and never rejects: every failure is an outcome. Google answers once: a
   * token that was decoded before comes back with its verdicts cleared.
   *
   * @param packageName of the app that the token should be about
   * @param signal gives up at once: `unavailable`
   */
  decode(packageName: string, token: string, signal?: AbortSignal): Promise<DecodedVerdict | GoogleFailure>;
}

/** An App Check token that is consumed from now on. */
export interface ConsumedToken {
  readonly outcome: 'consumed';
  /** Whether it was consumed before. */
  readonly already: boolean;
}

/** A service that remembers which App Check tokens were consumed. */
export interface AppCheckConsumer {
  /**
   * Consumes a token. Takes seconds at most, and never rejects: every failure is an outcome.
   *
   * @param signal gives up at once: `unavailable`
   */
  consume(token: string, signal?: AbortSignal): Promise<ConsumedToken | GoogleFailure>;
}
