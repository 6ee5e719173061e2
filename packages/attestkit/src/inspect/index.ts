export type { ApproovKeyMembers } from './approov-key.js';
export type { ApproovTokenEvidence, ApproovTokenMembers } from './approov-token.js';
export { EvidenceError } from './evidence-error.js';
export { hasKey, inspectEvidence } from './inspect-evidence.js';
export type { EvidenceReport, InspectOptions } from './inspect-evidence.js';
