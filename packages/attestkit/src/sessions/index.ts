export { assertion } from './assertion-evidence.js';
export type { AssertionDemand, AssertionResult, AssertionRouteOptions } from './assertion-evidence.js';
export { SESSIONS_CHECKS } from './checks.js';
export type { SessionsErrorCode } from './checks.js';
export type { RevocationCheck } from './access.js';
export type { DevicePolicy } from './policy.js';
export { refreshBytes, requestBytes, replacementBytes, sessionBytes } from './request-bytes.js';
export type { SignedExchange, SignedRefresh, SignedReplacement, SignedRequest } from './request-bytes.js';
export { sessionKeySource } from './session-signer.js';
export type { IpPrefixLengths, SessionBinding } from './session-binding.js';
export type {
  RetiredSessionKey,
  SessionKey,
  SessionKeyPair,
  SessionKeySource,
  SessionSigner,
} from './session-keys.js';
export { session } from './session-evidence.js';
export type { SessionEvidence } from './session-evidence.js';
export type { BlockTarget, Device, DeviceName, SessionControl } from './control.js';
export type { SessionsOptions, TakenDeviceId } from './settings.js';
export { inspectSessionToken, verifySessionToken } from './session-token.js';
export type { SessionClaims, SessionResult, SessionTokenExpectations, TrustFacts } from './session-token.js';
