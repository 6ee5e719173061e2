export { loadConfig, type Config } from './config/load.js';
export { ConfigFileError } from './config/problem.js';
export type {
  AdminEvent,
  Convention,
  FaultEvent,
  GatewayEvent,
  ListenerName,
  ListeningEvent,
  QuestionEvent,
  ReloadEvent,
  StateEvent,
  UpstreamEvent,
} from './events.js';
export { startGateway, type Gateway, type StartOptions } from './gateway.js';
