export { ENDPOINT_CHECKS } from './checks.js';
export { Endpoints } from './endpoints.js';
export { givesTurns, Turns } from './turns.js';
export { watchedStore } from './watched-store.js';
export { enrollmentLimits, readLimits } from './limits.js';
export type { LimitOptions } from './limits.js';
export { tokenBuckets } from './rate-limiter.js';
export type { EndpointUse, Limiter } from './rate-limiter.js';
