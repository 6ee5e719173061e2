export { KEY_ATTESTATION_DEFECTS } from './defects/key-attestation-defects.js';
export type {
  KeyAttestationChainDefect,
  KeyAttestationDefect,
  KeyAttestationDefectFacts,
  KeyAttestationSignatureDefect,
} from './defects/key-attestation-defects.js';
export type { KeyAttestationDemand } from './defects/defect.js';
export type { AndroidKeyOptions, SignedAndroidRequest, VirtualAndroidKey } from './key.js';
export type { AndroidKeyChoice, AndroidKeyType } from './key-types.js';
export type { AndroidTag, AndroidTags } from './tags.js';
export type { AndroidOptions, VirtualAndroid } from './virtual-android.js';
