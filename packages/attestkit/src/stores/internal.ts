export { STORE_CHECKS } from './checks.js';
