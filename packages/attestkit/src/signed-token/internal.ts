export { SIGNED_TOKEN_CHECKS } from './checks.js';
