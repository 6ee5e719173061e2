import type { Meaning, Meanings } from '../problems.js';

// Every code of `@expo/app-integrity` 57, and of `sign` of `@pagopa/io-react-native-crypto` 1.2. The table of the documentation.

const PREFIX = 'ERR_APP_INTEGRITY_';

/** The code of an error of `@expo/app-integrity`, without its prefix. */
export function expoCodeOf(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string' && code.startsWith(PREFIX)) return code.slice(PREFIX.length);
  if (isNotBuilt(message)) return NOT_BUILT;
  return /is only available on (iOS|Android)/.test(String(message)) ? WRONG_PLATFORM : undefined;
}

/** The app was not built with the native half of a package: in Expo Go, or before a new build. */
function isNotBuilt(message: unknown): boolean {
  return /doesn.t seem to be linked|Cannot find native module/.test(String(message));
}

const NOT_BUILT = 'NOT_BUILT';

/** Not a code of Expo, which throws without one. */
const WRONG_PLATFORM = 'WRONG_PLATFORM';

/** The code of an error of pagopa's packages: its message. */
export function pagopaCodeOf(error: unknown): string | undefined {
  const message = (error as { readonly message?: unknown } | null)?.message;
  if (typeof message === 'string' && /^[A-Z][A-Z0-9_]+$/.test(message)) return message;
  return isNotBuilt(message) ? NOT_BUILT : undefined;
}

/** `generateKeyAsync`, `attestKeyAsync`. A failure of the system makes no new key: Apple counts them. */
export const APP_ATTEST_ATTESTS: Meanings = {
  [WRONG_PLATFORM]: 'misconfigured',
  [NOT_BUILT]: 'misconfigured',
  FEATURE_UNSUPPORTED: 'unsupported',
  INVALID_INPUT: 'keyLost',
  INVALID_KEY: 'keyLost',
  SERVER_UNAVAILABLE: 'tryLater',
  SYSTEM_FAILURE: 'tryLater',
  UNKNOWN: 'tryLater',
};

/** `generateAssertionAsync`. A key that fails does not come back. */
export const APP_ATTEST_SIGNS: Meanings = {
  ...APP_ATTEST_ATTESTS,
  SERVER_UNAVAILABLE: 'tryLater',
  SYSTEM_FAILURE: 'keyLost',
  UNKNOWN: 'keyLost',
};

/** `generateHardwareAttestedKeyAsync`. Expo guesses these codes from texts: they mean the same. */
export const KEY_ATTESTATION_ATTESTS: Meanings = {
  [WRONG_PLATFORM]: 'misconfigured',
  [NOT_BUILT]: 'misconfigured',
  HARDWARE_ATTESTATION_NOT_SUPPORTED: 'tryLater',
  HARDWARE_ATTESTATION_KEY_GENERATION_FAILED: 'tryLater',
  HARDWARE_ATTESTATION_FAILED: 'tryLater',
  HARDWARE_ATTESTATION_CERTIFICATE_CHAIN_INVALID: 'tryLater',
  UNKNOWN: 'tryLater',
};

/** `getAttestationCertificateChainAsync` of a key that was made before. */
export const KEY_ATTESTATION_READS: Meanings = {
  [WRONG_PLATFORM]: 'misconfigured',
  [NOT_BUILT]: 'misconfigured',
  HARDWARE_ATTESTATION_NOT_SUPPORTED: 'keyLost',
  HARDWARE_ATTESTATION_KEY_GENERATION_FAILED: 'keyLost',
  HARDWARE_ATTESTATION_FAILED: 'keyLost',
  HARDWARE_ATTESTATION_CERTIFICATE_CHAIN_INVALID: 'keyLost',
  UNKNOWN: 'keyLost',
};

/** `sign` with a key of Android's Keystore. */
export const KEYSTORE_SIGNS: Meanings = {
  [NOT_BUILT]: 'misconfigured',
  PUBLIC_KEY_NOT_FOUND: 'keyLost',
  UNABLE_TO_SIGN: 'keyLost',
  KEYSTORE_LOAD_FAILED: 'tryLater',
  UNSUPPORTED_DEVICE: 'unsupported',
  API_LEVEL_NOT_SUPPORTED: 'unsupported',
  WRONG_KEY_CONFIGURATION: 'keyLost',
  INVALID_SIGN_ALGORITHM: 'keyLost',
  INVALID_UTF8_ENCODING: 'misconfigured',
  UNKNOWN_EXCEPTION: 'tryLater',
};

const installPlay: Meaning = {
  problem: 'userActionRequired',
  action: 'Please install Google Play from the maker of your phone, and sign in.',
};
const updatePlay: Meaning = {
  problem: 'userActionRequired',
  action: 'Please update Google Play Store and Google Play services, then try again.',
};

/** `prepareIntegrityTokenProviderAsync`, `requestIntegrityCheckAsync`. */
export const PLAY_INTEGRITY: Meanings = {
  [WRONG_PLATFORM]: 'misconfigured',
  [NOT_BUILT]: 'misconfigured',
  API_NOT_AVAILABLE: updatePlay,
  PLAY_STORE_NOT_FOUND: installPlay,
  PLAY_SERVICES_NOT_FOUND: installPlay,
  PLAY_STORE_OUTDATED: updatePlay,
  PLAY_SERVICES_OUTDATED: updatePlay,
  CANNOT_BIND_SERVICE: updatePlay,
  APP_NOT_INSTALLED: 'misconfigured',
  APP_UID_MISMATCH: 'unsupported',
  INVALID_PROJECT_NUMBER: 'misconfigured',
  REQUEST_HASH_TOO_LONG: 'misconfigured',
  NETWORK_ERROR: 'tryLater',
  TOO_MANY_REQUESTS: 'tryLater',
  GOOGLE_SERVER_UNAVAILABLE: 'tryLater',
  CLIENT_TRANSIENT_ERROR: 'tryLater',
  PROVIDER_INVALID: 'tryLater',
  PROVIDER_NOT_PREPARED: 'tryLater',
  INTERNAL_ERROR: 'tryLater',
  CANCELLED: 'tryLater',
  NO_ERROR: 'tryLater',
  UNKNOWN: 'tryLater',
};
