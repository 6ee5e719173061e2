export { EvidenceError } from './evidence-error.js';
export { explainCode } from './explain-code.js';
export type { ExplainedCode } from './explain-code.js';
export { inspectEvidence } from './inspect-evidence.js';
export type { InspectOptions } from './inspect-evidence.js';
export type { EvidenceKindName } from './kind-table.js';
export type { AppAttestAssertionEvidence } from './kinds/app-attest-assertion.js';
export type { AppAttestAttestationEvidence, InspectedAttestation } from './kinds/app-attest-attestation.js';
export type { AppAttestReceiptEvidence, InspectedReceipt } from './kinds/app-attest-receipt.js';
export type { AppCheckEvidence } from './kinds/app-check.js';
export type { ApproovKeyMembers } from './kinds/approov-key.js';
export type { ApproovTokenEvidence, ApproovTokenMembers } from './kinds/approov-token.js';
export type { ApproovMessageEvidence, InspectedMessage } from './kinds/approov-message.js';
export type {
  InspectedSignature,
  KeyAttestationSignatureEvidence,
} from './kinds/key-attestation-signature.js';
export type {
  InspectedKeyAttestation,
  KeyAttestationEvidence,
  KeyAttestationPolicy,
} from './kinds/key-attestation.js';
export type { PlayIntegrityEvidence, PlayIntegrityExpected } from './kinds/play-integrity.js';
export type { SessionKeyMembers } from './kinds/session-key.js';
export type { InspectedSession, SessionTokenEvidence } from './kinds/session-token.js';
export { readEvidence } from './read-evidence.js';
export type { EvidenceReading, ReadEvidenceOptions } from './read-evidence.js';
export type { EvidenceReport, InspectedKinds } from './report.js';
export type { InJson } from './evidence-kind.js';
export { dissectEvidence } from './structure/dissect.js';
export type { CertificateFacts, EvidenceNode, EvidencePart } from './structure/part.js';
