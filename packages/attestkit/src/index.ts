import type { ApproovErrorCode } from './approov/index.js';
import type { GuardErrorCode } from './guard/index.js';
import type { NetErrorCode } from './net/checks.js';

export { createGuard } from './guard/index.js';
export type { Guard, GuardOptions, RefusalOptions, Route, RouteOptions } from './guard/index.js';
export { AttestationError, ConfigurationError } from './kernel/errors.js';
export type { Attestation, EvidenceRouteOptions } from './ports/attestation.js';
export type { CheckDef, CheckReport, Inspection, Stage } from './ports/checks.js';
export type { Decision, Refusal } from './ports/decision.js';
export type { Counter, DecisionEvent, FailureFacts } from './ports/events.js';
export type { Appraisal, Enforcement, Evidence, Found, Statuses, VerifyContext } from './ports/evidence.js';
export type { JwsAlgorithm, KeySource, VerificationKey } from './ports/keys.js';
export type { AttestedRequest } from './ports/request.js';

/** Every code with which a request can be refused. */
export type ErrorCode = ApproovErrorCode | GuardErrorCode | NetErrorCode;
