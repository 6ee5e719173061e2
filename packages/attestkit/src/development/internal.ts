export { DEVELOPMENT_CHECKS } from './checks.js';
