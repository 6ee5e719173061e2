export { guardFromEnv } from './guard-from-env.js';
export type { Environment, GuardFromEnvOptions } from './guard-from-env.js';
