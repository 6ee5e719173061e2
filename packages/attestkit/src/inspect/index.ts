export type { AppAttestAssertionEvidence, AppAttestAssertionReport } from './kinds/app-attest-assertion.js';
export type {
  AppAttestAttestationEvidence,
  AppAttestAttestationReport,
  InspectedAttestation,
} from './kinds/app-attest-attestation.js';
export type {
  AppAttestReceiptEvidence,
  AppAttestReceiptReport,
  InspectedReceipt,
} from './kinds/app-attest-receipt.js';
export type { AppCheckEvidence, AppCheckReport } from './kinds/app-check.js';
export type { ApproovKeyMembers } from './kinds/approov-key.js';
export type { ApproovTokenEvidence, ApproovTokenMembers, ApproovTokenReport } from './kinds/approov-token.js';
export { EvidenceError } from './evidence-error.js';
export { hasKey, inspectEvidence, kindOf } from './inspect-evidence.js';
export type { EvidenceKindName, EvidenceReport, InspectOptions } from './inspect-evidence.js';
export type {
  InspectedKeyAttestation,
  KeyAttestationEvidence,
  KeyAttestationPolicy,
  KeyAttestationReport,
} from './kinds/key-attestation.js';
export type {
  InspectedSignature,
  KeyAttestationSignatureEvidence,
  KeyAttestationSignatureReport,
} from './kinds/key-attestation-signature.js';
export type {
  PlayIntegrityEvidence,
  PlayIntegrityExpected,
  PlayIntegrityReport,
} from './kinds/play-integrity.js';
export type { SessionKeyMembers } from './kinds/session-key.js';
export type { InspectedSession, SessionTokenEvidence, SessionTokenReport } from './kinds/session-token.js';
