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
export type { AppCheckEvidence, AppCheckReport } from './app-check.js';
export type { ApproovKeyMembers } from './approov-key.js';
export type { ApproovTokenEvidence, ApproovTokenMembers, ApproovTokenReport } from './approov-token.js';
export { EvidenceError } from './evidence-error.js';
export { hasKey, inspectEvidence, kindOf } from './inspect-evidence.js';
export type { EvidenceKindName, EvidenceReport, InspectOptions } from './inspect-evidence.js';
export type {
  InspectedKeyAttestation,
  KeyAttestationEvidence,
  KeyAttestationPolicy,
  KeyAttestationReport,
} from './key-attestation.js';
export type {
  InspectedSignature,
  KeyAttestationSignatureEvidence,
  KeyAttestationSignatureReport,
} from './key-attestation-signature.js';
export type { PlayIntegrityEvidence, PlayIntegrityExpected, PlayIntegrityReport } from './play-integrity.js';
export type { SessionKeyMembers } from './session-key.js';
export type { InspectedSession, SessionTokenEvidence, SessionTokenReport } from './session-token.js';
