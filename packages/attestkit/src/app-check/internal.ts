export { APP_CHECK_CHECKS, FIELD_CHECKS, TOKEN_CHECKS } from './checks.js';
export { inspectAppCheckForm } from './verify.js';
