import type { ClaimExpectations } from '../../kernel/jose/claims.js';
import { TokenVerifier } from '../../kernel/jose/token-verifier.js';
import type { FixedKeySource } from '../../ports/keys.js';
import { looksLikeSession, sessionRules, type SessionResult } from './session-token.js';

/** Verifies session tokens, request after request, with a memory of those that verified. */
export class SessionVerifier extends TokenVerifier<SessionResult, FixedKeySource> {
  /** @param capacity how many verified tokens are remembered; 0 for none */
  constructor(keys: FixedKeySource, expected: ClaimExpectations, capacity: number) {
    super(sessionRules(keys, expected), capacity);
  }

  /** Whether a bearer token says that it is a session; any other one is not ours. */
  recognizes(token: string): boolean {
    return this.knowsHeaderOf(token) || looksLikeSession(token);
  }
}
