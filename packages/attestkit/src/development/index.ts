export { developmentAttester } from './enrollment-evidence.js';
export type { DevelopmentAttesterOptions } from './enrollment-evidence.js';
