export { assertion } from './evidence/signed-request.js';
export type { AssertionDemand, AssertionResult, AssertionRouteOptions } from './evidence/signed-request.js';
export { SESSIONS_CHECKS } from './checks.js';
export type { SessionsErrorCode } from './checks.js';
export type { RevocationCheck } from './settings.js';
export type { DevicePolicy } from './policy.js';
export { refreshBytes, requestBytes, replacementBytes, sessionBytes } from './evidence/signed-bytes.js';
export type {
  SignedExchange,
  SignedRefresh,
  SignedReplacement,
  SignedRequest,
} from './evidence/signed-bytes.js';
export { sessionKeySource } from './tokens/session-signer.js';
export type { IpPrefixLengths, SessionBinding } from './tokens/session-binding.js';
export type { RetiredSessionKey, SessionKey, SessionKeyPair, SessionSigner } from './tokens/session-keys.js';
export { session } from './evidence/session.js';
export type { SessionEvidence } from './evidence/session.js';
export type { BlockTarget, Device, DeviceName, SessionControl } from './operations/control.js';
export type { SessionsOptions, TakenDeviceId } from './settings.js';
export { inspectSessionToken, verifySessionToken } from './tokens/session-token.js';
export type {
  SessionClaims,
  SessionResult,
  SessionTokenExpectations,
  TrustFacts,
} from './tokens/session-token.js';
