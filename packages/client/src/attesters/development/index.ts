export { developmentAttester } from './development-attester.js';
export type { DevelopmentKey, DevelopmentOptions } from './development-attester.js';
