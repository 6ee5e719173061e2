export { remoteJwks } from './jwks.js';
export type { RemoteJwksOptions } from './jwks.js';
