export { APPROOV_DEFECTS } from './defects.js';
export type { ApproovDefect } from './defects.js';
export { mintApproovToken } from './mint-token.js';
export type { MintApproovTokenOptions } from './mint-token.js';
export type { ApproovSigningOptions } from './signing-key.js';
export { APPROOV_SDKS, createVirtualInstallation } from './virtual-installation.js';
export type {
  ApproovRequest,
  ApproovSdk,
  VirtualInstallation,
  VirtualInstallationOptions,
} from './virtual-installation.js';
