export { createVirtualGoogle } from './virtual-google.js';
export type { VirtualGoogle, VirtualGoogleOptions } from './virtual-google.js';
export { PLAY_INTEGRITY_DEFECTS } from './defects/play-integrity.js';
export type {
  PlayIntegrityDefect,
  PlayIntegrityDefectFacts,
  PlayIntegrityTokenDefect,
  PlayIntegrityVerdictDefect,
} from './defects/play-integrity.js';
export type { PlayIntegrityDemand } from './defects/play-integrity-defect.js';
export type { VerdictRequest } from './play-integrity-verdict.js';
export type { VirtualPlayIntegrity, VirtualPlayIntegrityOptions } from './virtual-play-integrity.js';
export { APP_CHECK_DEFECTS } from './defects/app-check.js';
export type { AppCheckDefect, AppCheckDefectFacts } from './defects/app-check.js';
export type { AppCheckTokenOptions, VirtualAppCheck, VirtualAppCheckOptions } from './virtual-app-check.js';
export type { VirtualServiceAccount } from './virtual-fetch.js';
