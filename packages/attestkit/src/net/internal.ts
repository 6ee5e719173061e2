export { NET_CHECKS } from './checks.js';
