export { APP_ATTEST_DEFECTS } from './apple/defects/app-attest-defects.js';
export type {
  AppAttestDefect,
  AppAttestDefectFacts,
  DefectOf,
  DefectTarget,
} from './apple/defects/app-attest-defects.js';
export { APPROOV_DEFECTS } from './approov/defects.js';
export type { ApproovDefect } from './approov/defects.js';
export { mintApproovToken } from './approov/mint-token.js';
export type { MintApproovTokenOptions } from './approov/mint-token.js';
export type { ApproovSigningOptions } from './encode/signing-key.js';
export type { Expectation } from './apple/defects/defect.js';
export type { Clock } from './phone.js';
export { createVirtualApple } from './apple/virtual-apple.js';
export type { ExchangeOptions, VirtualApple, VirtualAppleOptions } from './apple/virtual-apple.js';
export type { IPhoneOptions, VirtualIPhone } from './apple/iphone.js';
export type {
  AssertOptions,
  AttestOptions,
  ReceiptOptions,
  RequestToSign,
  SignedRequest,
  VirtualKey,
} from './apple/iphone-key.js';
export { STORE_CONTRACT } from './store-contract/index.js';
export type { StoreRule, StoreSubject } from './store-contract/index.js';
export type { AndroidKeyOptions, SignedAndroidRequest, VirtualAndroidKey } from './android/key.js';
export type { AndroidKeyChoice, AndroidKeyType } from './android/key-types.js';
export type { AndroidTag, AndroidTags } from './android/tags.js';
export { KEY_ATTESTATION_DEFECTS } from './android/defects/key-attestation-defects.js';
export type {
  KeyAttestationChainDefect,
  KeyAttestationDefect,
  KeyAttestationDefectFacts,
  KeyAttestationSignatureDefect,
} from './android/defects/key-attestation-defects.js';
export type { KeyAttestationDemand } from './android/defects/defect.js';
export type { AndroidOptions, VirtualAndroid } from './android/virtual-android.js';
export { createVirtualGoogle } from './google/virtual-google.js';
export type { VirtualGoogle, VirtualGoogleOptions } from './google/virtual-google.js';
export { PLAY_INTEGRITY_DEFECTS } from './google/defects/play-integrity.js';
export type {
  PlayIntegrityDefect,
  PlayIntegrityDefectFacts,
  PlayIntegrityTokenDefect,
  PlayIntegrityVerdictDefect,
} from './google/defects/play-integrity.js';
export type { PlayIntegrityDemand } from './google/defects/play-integrity-defect.js';
export type { VerdictRequest } from './google/play-integrity-verdict.js';
export type { VirtualPlayIntegrity, VirtualPlayIntegrityOptions } from './google/virtual-play-integrity.js';
export { APP_CHECK_DEFECTS } from './google/defects/app-check.js';
export type { AppCheckDefect, AppCheckDefectFacts } from './google/defects/app-check.js';
export type {
  AppCheckTokenOptions,
  VirtualAppCheck,
  VirtualAppCheckOptions,
} from './google/virtual-app-check.js';
export type { VirtualServiceAccount } from './google/virtual-fetch.js';
