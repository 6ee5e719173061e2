export type { ServiceAccountKey } from './google-account.js';
export { googleAppCheck } from './google-app-check.js';
export type { GoogleAppCheckOptions } from './google-app-check.js';
export { googlePlayIntegrity } from './google-play-integrity.js';
export type { GoogleOptions } from './google-service.js';
