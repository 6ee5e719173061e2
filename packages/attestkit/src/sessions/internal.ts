export { BODY_CHECKS, CONFLICT_CHECKS } from './enrolment/enrolment-checks.js';
export { clientDataMistakes } from './evidence/line-mistakes.js';
export { PROOF_CHECKS } from './evidence/proof-checks.js';
export {
  hasAttestScheme,
  readAttestCredentials,
  readKeyId,
  readProofField,
} from './evidence/proof-field.js';
export type { SessionEvidence } from './evidence/session.js';
export { deviceIdOf } from './operations/body-members.js';
export type { SessionControl } from './operations/control.js';
export type { Issued } from './operations/issue.js';
export { createSessions } from './sessions.js';
export type { Sessions } from './sessions.js';
export { LONGEST_SECONDS } from './settings.js';
export type { SessionsOptions } from './settings.js';
export { CHALLENGE_CHECKS } from './tokens/challenge-checks.js';
export { readSecrets } from './tokens/derived-keys.js';
export { ipPrefix } from './tokens/session-binding.js';
export { SESSION_CHECKS, SESSION_TOKEN_CHECKS } from './tokens/session-checks.js';
export type { SessionAlgorithm } from './tokens/session-keys.js';
export { sessionKeySource } from './tokens/session-signer.js';
export { inspectSessionToken, looksLikeSession } from './tokens/session-token.js';
export type { SessionResult } from './tokens/session-token.js';
