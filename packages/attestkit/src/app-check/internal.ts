export { TOKEN_CHECKS } from './checks.js';
