export type { AppAttestAssertionEvidence, AppAttestAssertionReport } from './app-attest-assertion.js';
export type {
  AppAttestAttestationEvidence,
  AppAttestAttestationReport,
  InspectedAttestation,
} from './app-attest-attestation.js';
export type {
  AppAttestReceiptEvidence,
  AppAttestReceiptReport,
  InspectedReceipt,
} from './app-attest-receipt.js';
export type { ApproovKeyMembers } from './approov-key.js';
export type { ApproovTokenEvidence, ApproovTokenMembers, ApproovTokenReport } from './approov-token.js';
export { EvidenceError } from './evidence-error.js';
export { hasKey, inspectEvidence, kindOf } from './inspect-evidence.js';
export type { EvidenceKindName, EvidenceReport, InspectOptions } from './inspect-evidence.js';
export type { SessionKeyMembers } from './session-key.js';
export type { InspectedSession, SessionTokenEvidence, SessionTokenReport } from './session-token.js';
