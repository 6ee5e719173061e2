export type { SignedRequestResult } from './evidence/signed-request.js';
export { refreshBytes, requestBytes, replacementBytes, sessionBytes } from './evidence/signed-bytes.js';
export type {
  SignedExchange,
  SignedRefresh,
  SignedReplacement,
  SignedRequest,
} from './evidence/signed-bytes.js';
export type { SessionBinding } from './tokens/session-binding.js';
export type { RetiredSessionKey, SessionKey, SessionKeyPair, SessionSigner } from './tokens/session-keys.js';
export { inspectSessionToken, verifySessionToken } from './tokens/session-token.js';
export type {
  SessionAttestation,
  SessionClaims,
  SessionResult,
  SessionTokenExpectations,
  TrustFacts,
} from './tokens/session-token.js';
