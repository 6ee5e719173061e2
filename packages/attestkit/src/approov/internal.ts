export { TOKEN_CHECKS } from './checks.js';
export { inspectApproov } from './inspect.js';
