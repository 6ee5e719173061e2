export type { Environment } from './environment.js';
export { guardFromEnv } from './guard-from-env.js';
export type { GuardFromEnvOptions } from './guard-from-env.js';
export { logLinesFromEnv } from './log-lines.js';
