export { APP_ATTEST_DEFECTS } from './app-attest-defects.js';
export type { AppAttestDefect, AppAttestDefectFacts, DefectOf, DefectTarget } from './app-attest-defects.js';
export { APPROOV_DEFECTS } from './approov-defects.js';
export type { ApproovDefect } from './approov-defects.js';
export { mintApproovToken } from './mint-approov-token.js';
export type { MintApproovTokenOptions } from './mint-approov-token.js';
export type { ApproovSigningOptions } from './signing-key.js';
export type { Expectation } from './defect.js';
export type { Clock } from './phone.js';
export { createVirtualApple } from './virtual-apple.js';
export type { ExchangeOptions, VirtualApple, VirtualAppleOptions } from './virtual-apple.js';
export type { IPhoneOptions, VirtualIPhone } from './virtual-iphone.js';
export type {
  AssertOptions,
  AttestOptions,
  ReceiptOptions,
  RequestToSign,
  SignedRequest,
  VirtualKey,
} from './virtual-key.js';
export { STORE_CONTRACT } from './store-contract.js';
export type { StoreRule, StoreSubject } from './store-contract.js';
export type { AndroidKeyOptions, SignedAndroidRequest, VirtualAndroidKey } from './android-key.js';
export type { AndroidKeyChoice, AndroidKeyType } from './android-key-types.js';
export type { AndroidTag, AndroidTags } from './android-tags.js';
export { KEY_ATTESTATION_DEFECTS } from './key-attestation-defects.js';
export type {
  KeyAttestationChainDefect,
  KeyAttestationDefect,
  KeyAttestationDefectFacts,
  KeyAttestationSignatureDefect,
} from './key-attestation-defects.js';
export type { KeyAttestationDemand } from './key-attestation-defect.js';
export type { AndroidOptions, VirtualAndroid } from './virtual-android.js';
export { createVirtualGoogle } from './virtual-google.js';
export type { VirtualGoogle, VirtualGoogleOptions } from './virtual-google.js';
export { PLAY_INTEGRITY_DEFECTS } from './play-integrity-defects.js';
export type {
  PlayIntegrityDefect,
  PlayIntegrityDefectFacts,
  PlayIntegrityDemand,
  PlayIntegrityTokenDefect,
  PlayIntegrityVerdictDefect,
} from './play-integrity-defects.js';
export type { VerdictRequest } from './play-integrity-verdict.js';
export type { VirtualPlayIntegrity, VirtualPlayIntegrityOptions } from './virtual-play-integrity.js';
export { APP_CHECK_DEFECTS } from './app-check-defects.js';
export type { AppCheckDefect, AppCheckDefectFacts } from './app-check-defects.js';
export type { AppCheckTokenOptions, VirtualAppCheck, VirtualAppCheckOptions } from './virtual-app-check.js';
export type { VirtualServiceAccount } from './virtual-google-fetch.js';
