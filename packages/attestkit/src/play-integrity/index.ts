export type { PlayIntegrityAppOptions } from './app-rules.js';
export { PLAY_INTEGRITY_CHECKS } from './checks.js';
export type { PlayIntegrityErrorCode } from './checks.js';
export { playIntegrity } from './enrollment-evidence.js';
export type { PlayIntegrityApp, PlayIntegrityOptions } from './enrollment-evidence.js';
export type { VerdictExpectations, VerdictWindow } from './expectations.js';
export type { PlayIntegrityFacts } from './facts.js';
export { playIntegrityKeys } from './token/keys.js';
export type { PlayIntegrityKeys, ResponseKeys } from './token/keys.js';
export type { PlayIntegrityPolicyOptions } from './policy.js';
export { enrollmentHash } from './request-hash.js';
export type { PlayIntegrityVerdict } from './verdict/verdict.js';
export {
  inspectPlayIntegrityToken,
  inspectPlayIntegrityVerdict,
  verifyPlayIntegrityToken,
  verifyPlayIntegrityVerdict,
} from './verify.js';
