export type { ReplayOptions } from './consume.js';
export { appCheckEnrollment } from './enrollment-evidence.js';
export type { AppCheckEnrollmentOptions } from './enrollment-evidence.js';
export { APP_CHECK_JWKS, appCheck } from './request-evidence.js';
export type { AppCheckOptions } from './verifier.js';
export { inspectAppCheckToken, verifyAppCheckToken } from './verify.js';
export type { AppCheckExpectations, AppCheckResult } from './verify.js';
export type { AppCheckConsumer, GoogleFailure } from '../ports/google.js';
export type { AppCheckProject } from './expectations.js';
