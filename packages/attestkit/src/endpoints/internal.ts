export type { EndpointErrorCode } from './checks.js';
export { ENROLMENT_OPTIONS } from './create-endpoints.js';
export type { EnrolmentOptions } from './create-endpoints.js';
export type { LimitOptions } from './limits.js';
export type { EndpointUse, Limiter } from './rate-limiter.js';
export { createEnrolment } from './create-endpoints.js';
