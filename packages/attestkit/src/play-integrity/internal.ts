export { PLAY_INTEGRITY_CHECKS } from './checks.js';
export { WINDOW_OPTIONS, readExpectations } from './expectations.js';
export type { VerdictRules } from './expectations.js';
export { POLICY_OPTIONS } from './policy.js';
export { FIELD_CHECKS } from './token/decode-checks.js';
export { POLICY_CHECKS, VERDICT_CHECKS } from './verdict/verdict-checks.js';
export { appraiseVerdict, decodeToken } from './verify.js';
