export type { ServiceAccountKey } from './google-account.js';
export type { GoogleCredentials } from './google-credentials.js';
export type { ExternalAccountFile } from './google-external.js';
export { googleAppCheck } from './google-app-check.js';
export type { GoogleAppCheckOptions } from './google-app-check.js';
export { googlePlayIntegrity } from './google-play-integrity.js';
export type { GoogleOptions } from './google-service.js';
export type { CredentialSource } from './google-subject-source.js';
