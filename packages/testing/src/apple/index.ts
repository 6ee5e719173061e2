export { APP_ATTEST_DEFECTS } from './defects/app-attest-defects.js';
export type {
  AppAttestDefect,
  AppAttestDefectFacts,
  DefectOf,
  DefectTarget,
} from './defects/app-attest-defects.js';
export type { Expectation } from './defects/defect.js';
export { createVirtualApple } from './virtual-apple.js';
export type { ExchangeOptions, VirtualApple, VirtualAppleOptions } from './virtual-apple.js';
export type { IPhoneOptions, VirtualIPhone } from './iphone.js';
export type {
  AssertOptions,
  AttestOptions,
  ReceiptOptions,
  RequestToSign,
  SignedRequest,
  VirtualKey,
} from './iphone-key.js';
