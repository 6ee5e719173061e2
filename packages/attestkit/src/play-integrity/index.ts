export { playIntegrity } from './enrollment-evidence.js';
export type { PlayIntegrityOptions } from './enrollment-evidence.js';
export type { VerdictExpectations } from './expectations.js';
export type { PlayIntegrityFacts } from './facts.js';
export { playIntegrityKeys } from './token/keys.js';
export type { PlayIntegrityKeys, ResponseKeys } from './token/keys.js';
export type { PlayIntegrityPolicyOptions } from './policy.js';
export { enrollmentHash } from '../kernel/enrollment-hash.js';
export type { PlayIntegrityValues, PlayIntegrityVerdict } from './verdict/verdict.js';
export {
  inspectPlayIntegrityToken,
  inspectPlayIntegrityVerdict,
  verifyPlayIntegrityToken,
  verifyPlayIntegrityVerdict,
} from './verify.js';
export type { GoogleFailure, IntegrityDecoder } from '../ports/google.js';
export type { PlayIntegrityApp } from './app-rules.js';
