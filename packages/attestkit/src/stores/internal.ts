export type { StoreErrorCode } from './checks.js';
