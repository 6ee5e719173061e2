import type { AppCheckErrorCode } from './app-check/index.js';
import type { AppAttestErrorCode } from './app-attest/index.js';
import type { ApproovErrorCode } from './approov/index.js';
import type { EndpointErrorCode } from './endpoints/internal.js';
import type { GuardErrorCode } from './guard/internal.js';
import type { KeyAttestationErrorCode } from './key-attestation/index.js';
import type { NetErrorCode } from './net/internal.js';
import type { PlayIntegrityErrorCode } from './play-integrity/index.js';
import type { SessionsErrorCode } from './sessions/index.js';
import type { SignedTokenErrorCode } from './signed-token/index.js';
import type { StoreErrorCode } from './stores/internal.js';

export { createGuard } from './create-guard.js';
export type { DeviceGuard, Guard, GuardOptions } from './create-guard.js';
export type { RefusalOptions, Route, RouteOptions } from './guard/internal.js';
export { AttestationError, ConfigurationError } from './kernel/errors.js';
export type { Attestation, EvidenceKind, EvidenceRouteOptions } from './ports/attestation.js';
export type { CheckDef, CheckReport, Failure, Inspection, Stage } from './ports/checks.js';
export type { Answer, Caching, Decision, Refusal } from './ports/decision.js';
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
  RequestFacts,
  SessionEvent,
  StoreEvent,
} from './ports/events.js';
export type {
  Appraisal,
  Enforcement,
  Evidence,
  Found,
  Need,
  Statuses,
  VerifyContext,
} from './ports/evidence.js';
export type { Health } from './ports/health.js';
export type { JsonObject } from './ports/json.js';
export type { FixedKeySource, JwsAlgorithm, KeySource, VerificationKey } from './ports/keys.js';
export type { AttestedRequest } from './ports/request.js';
export type { AdvanceOptions, Store, Versioned } from './ports/store.js';

/** Every code with which a request can be refused. */
export type ErrorCode =
  | ApproovErrorCode
  | AppAttestErrorCode
  | KeyAttestationErrorCode
  | PlayIntegrityErrorCode
  | AppCheckErrorCode
  | SignedTokenErrorCode
  | SessionsErrorCode
  | StoreErrorCode
  | NetErrorCode
  | EndpointErrorCode
  | GuardErrorCode;
