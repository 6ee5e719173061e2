export { signedToken } from './enrollment-evidence.js';
export type { SignedTokenOptions } from './enrollment-evidence.js';
export { inspectSignedToken, verifySignedToken } from './verify.js';
export type { SignedTokenExpectations, SignedTokenResult } from './verify.js';
