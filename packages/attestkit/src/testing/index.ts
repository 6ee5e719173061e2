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
