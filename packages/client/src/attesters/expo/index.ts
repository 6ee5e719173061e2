export { expoAppAttest } from './app-attest.js';
export type { ExpoAppAttest } from './app-attest.js';
export { expoKeyAttestation } from './key-attestation.js';
export type { ExpoKeyAttestation, KeystoreSigner } from './key-attestation.js';
export { expoPlayIntegrity } from './play-integrity.js';
export type { ExpoPlayIntegrity, PlayIntegrityOptions } from './play-integrity.js';
export { markerStorage, secureStorage } from './storage.js';
export type { AsyncStorageLike, ExpoSecureStore, SecureStoreOptions } from './storage.js';
