import { BoundedCache } from '../../kernel/bounded-cache.js';
import { checkClaims, type ClaimExpectations } from '../../kernel/jose/claims.js';
import { freezeJson } from '../../kernel/bytes/json.js';
import { KnownHeaders } from '../../kernel/jose/jws.js';
import { enforcing } from '../../kernel/sinks.js';
import type { VerificationKey } from '../../ports/keys.js';
import { SESSION_TOKEN_CHECKS } from './session-checks.js';
import type { SessionKeySource } from './session-keys.js';
import { looksLikeSession, parseSession, verifySession, type SessionResult } from './session-token.js';

interface Verified {
  readonly result: SessionResult;
  readonly key: VerificationKey;
}

/**
 * Verifies session tokens, request after request, with a memory of those that verified. What is remembered is what a
 * signature proved; expiry, issuer and audience are checked on every use, and that the key is still configured.
 */
export class SessionVerifier {
  readonly #keys: SessionKeySource;
  readonly #expected: ClaimExpectations;
  readonly #known = new KnownHeaders();
  readonly #cache: BoundedCache<Verified> | undefined;

  /** @param capacity how many verified tokens are remembered; 0 for none */
  constructor(keys: SessionKeySource, expected: ClaimExpectations, capacity: number) {
    this.#keys = keys;
    this.#expected = expected;
    this.#cache = capacity === 0 ? undefined : new BoundedCache(capacity);
  }

  /** Whether a bearer token says that it is a session; any other one is not ours. */
  recognises(token: string): boolean {
    return looksLikeSession(token, this.#known);
  }

  /**
   * Verifies a token as of `now`, milliseconds since the epoch.
   *
   * @returns frozen, where requests with the same token share it
   * @throws AttestationError with an `ERR_SESSION_…` code
   */
  verify(token: string, now: number): SessionResult {
    const hit = this.#cache?.get(token);
    if (hit !== undefined && this.#keys.includes(hit.key)) {
      checkClaims(hit.result.claims, this.#expected, now, SESSION_TOKEN_CHECKS, enforcing);
      return hit.result;
    }
    const jws = parseSession(token, this.#keys, enforcing, this.#known);
    const { result, key } = verifySession(jws, this.#keys, this.#expected, now, enforcing);
    this.#known.remember(jws);
    // Shared with later requests from here on.
    this.#cache?.set(token, { result: freezeJson(result), key: key as VerificationKey });
    return result;
  }
}
