export { TOKEN_CHECKS } from './checks.js';
export type { AppCheckErrorCode } from './checks.js';
