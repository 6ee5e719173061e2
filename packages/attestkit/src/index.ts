export type { ErrorCode } from './catalog.js';
export { createGuard } from './create-guard.js';
export type { DeviceGuard, Guard, GuardOptions } from './create-guard.js';
export type { AppSign, RefusalOptions, Route, RouteOptions } from './guard/internal.js';
export { AttestationError, ConfigurationError } from './kernel/errors.js';
export type { Attestation, EvidenceKind, EvidenceRouteOptions } from './ports/attestation.js';
export type { CheckDef, CheckReport, Failure, Inspection, Stage } from './ports/checks.js';
export type { Answer, Caching, Decision, EnforcedShare, Enforcement, Refusal } from './ports/decision.js';
export type {
  AttestedKey,
  DeviceIntegrity,
  Enrolled,
  EnrollmentContext,
  EnrollmentEvidence,
  KeyProof,
  Platform,
} from './ports/enrollment.js';
export type {
  ConfigurationEvent,
  Counter,
  DecisionEvent,
  DeviceEvent,
  EndpointEvent,
  FailureFacts,
  GuardEvent,
  Outcome,
  RemoteEvent,
  RequestFacts,
  SessionEvent,
  StoreEvent,
} from './ports/events.js';
export type { Appraisal, Evidence, Found, Need, Statuses, VerifyContext } from './ports/evidence.js';
export type { Health } from './ports/health.js';
export type { JsonObject } from './ports/json.js';
export type { FixedKeySource, Jwk, JwsAlgorithm, KeySource, VerificationKey } from './ports/keys.js';
export type { AttestedRequest } from './ports/request.js';
export type { AdvanceOptions, Store } from './ports/store.js';
