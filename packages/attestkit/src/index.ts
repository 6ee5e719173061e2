import type { AppCheckErrorCode } from './app-check/index.js';
import type { AppAttestErrorCode } from './app-attest/index.js';
import type { ApproovErrorCode } from './approov/index.js';
import type { GuardErrorCode } from './guard/index.js';
import type { KeyAttestationErrorCode } from './key-attestation/index.js';
import type { NetErrorCode } from './net/checks.js';
import type { PlayIntegrityErrorCode } from './play-integrity/index.js';
import type { SessionsErrorCode } from './sessions/index.js';
import type { SignedTokenErrorCode } from './signed-token/index.js';
import type { StoreErrorCode } from './stores/checks.js';

export { createGuard } from './guard/index.js';
export type {
  EndpointUse,
  EnrolmentOptions,
  Guard,
  GuardOptions,
  Limiter,
  RefusalOptions,
  Route,
  RouteOptions,
} from './guard/index.js';
export { AttestationError, ConfigurationError } from './kernel/errors.js';
export type { Attestation, EvidenceRouteOptions } from './ports/attestation.js';
export type { CheckDef, CheckReport, Inspection, Stage } from './ports/checks.js';
export type { Answer, Decision, Refusal } from './ports/decision.js';
export type {
  AttestedKey,
  DeviceIntegrity,
  Enrolled,
  EnrolmentContext,
  EnrolmentEvidence,
  KeyProof,
  Platform,
} from './ports/enrolment.js';
export type { Counter, DecisionEvent, EndpointEvent, FailureFacts } from './ports/events.js';
export type { Appraisal, Enforcement, Evidence, Found, Statuses, VerifyContext } from './ports/evidence.js';
export type { JwsAlgorithm, KeySource, VerificationKey } from './ports/keys.js';
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
  | GuardErrorCode;
