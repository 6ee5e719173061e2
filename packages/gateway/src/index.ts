export { loadConfig, type Config } from './config/load.js';
export { ConfigFileError } from './config/problem.js';
export type { FaultEvent, GatewayEvent, UpstreamEvent } from './events.js';
export { startGateway, type Gateway, type StartOptions } from './gateway.js';
