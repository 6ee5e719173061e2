export { NET_CHECKS } from './checks.js';
export type { NetErrorCode } from './checks.js';
export { remoteJwks } from './jwks.js';
export type { RemoteJwksOptions } from './jwks.js';
