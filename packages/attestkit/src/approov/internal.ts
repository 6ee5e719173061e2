export { APPROOV_CHECKS, FIELD_CHECKS, TOKEN_CHECKS } from './checks.js';
export { inspectApproov } from './inspect.js';
export { inspectSigned } from './message-signing/inspect.js';
export { absenceIn } from './token-field.js';
