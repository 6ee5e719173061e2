export { APPROOV_DEFECTS } from './approov-defects.js';
export type { ApproovDefect } from './approov-defects.js';
export { mintApproovToken } from './mint-approov-token.js';
export type { MintApproovTokenOptions } from './mint-approov-token.js';
export type { ApproovSigningOptions } from './signing-key.js';
