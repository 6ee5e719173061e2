export type { NetErrorCode } from './checks.js';
