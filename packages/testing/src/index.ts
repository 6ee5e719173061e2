export type { Clock } from './clock.js';
export {
  APPROOV_DEFECTS,
  APPROOV_SDKS,
  createVirtualInstallation,
  mintApproovToken,
} from './approov/index.js';
export type {
  ApproovDefect,
  ApproovRequest,
  ApproovSdk,
  ApproovSigningOptions,
  MintApproovTokenOptions,
  VirtualInstallation,
  VirtualInstallationOptions,
} from './approov/index.js';
export { APP_ATTEST_DEFECTS, createVirtualApple } from './apple/index.js';
export type {
  AppAttestDefect,
  AppAttestDefectFacts,
  AssertOptions,
  AttestOptions,
  DefectOf,
  DefectTarget,
  ExchangeOptions,
  Expectation,
  IPhoneOptions,
  ReceiptOptions,
  RequestToSign,
  SignedRequest,
  VirtualApple,
  VirtualAppleOptions,
  VirtualIPhone,
  VirtualKey,
} from './apple/index.js';
export { KEY_ATTESTATION_DEFECTS } from './android/index.js';
export type {
  AndroidKeyChoice,
  AndroidKeyOptions,
  AndroidKeyType,
  AndroidOptions,
  AndroidTag,
  AndroidTags,
  KeyAttestationChainDefect,
  KeyAttestationDefect,
  KeyAttestationDefectFacts,
  KeyAttestationDemand,
  KeyAttestationSignatureDefect,
  SignedAndroidRequest,
  VirtualAndroid,
  VirtualAndroidKey,
} from './android/index.js';
export { APP_CHECK_DEFECTS, PLAY_INTEGRITY_DEFECTS, createVirtualGoogle } from './google/index.js';
export type {
  AppCheckDefect,
  AppCheckDefectFacts,
  AppCheckTokenOptions,
  PlayIntegrityDefect,
  PlayIntegrityDefectFacts,
  PlayIntegrityDemand,
  PlayIntegrityTokenDefect,
  PlayIntegrityVerdictDefect,
  VerdictRequest,
  VirtualAppCheck,
  VirtualAppCheckOptions,
  VirtualGoogle,
  VirtualGoogleOptions,
  VirtualPlayIntegrity,
  VirtualPlayIntegrityOptions,
  VirtualServiceAccount,
} from './google/index.js';
export { STORE_CONTRACT } from './store-contract/index.js';
export type { StoreRule, StoreSubject } from './store-contract/index.js';
