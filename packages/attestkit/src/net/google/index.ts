export type { ServiceAccountKey } from './credentials/account.js';
export type { GoogleCredentials } from './credentials/credentials.js';
export type { ExternalAccountFile } from './credentials/external-account.js';
export { googleAppCheck } from './app-check.js';
export type { GoogleAppCheckOptions } from './app-check.js';
export { googlePlayIntegrity } from './play-integrity.js';
export type { GoogleOptions } from './service.js';
export type { CredentialSource } from './credentials/subject-source.js';
