export { createClient } from './create-client.js';
export type { Client, ClientEvent, ClientOptions, ClientRequestInit, ClientState } from './create-client.js';
export { ClientError } from './client-error.js';
export { MESSAGES } from './messages.js';
export type { ClientErrorFacts, ClientErrorType } from './client-error.js';
export { AttesterError } from './ports.js';
export type {
  Attester,
  AttesterProblem,
  Challenge,
  Clock,
  EvidenceMembers,
  Fetch,
  KeyAttester,
  KeylessAttester,
  Lock,
  Storage,
  TokenAttester,
  TokenSource,
} from './ports.js';
export type { Pause } from './ladder/sessions.js';
export type { Step } from './ladder/surroundings.js';
export type { Answer, Next, PlatformAnswer, Rung } from './ladder/table.js';
export type { ServerAnswer } from './protocol/answers.js';
export type { Signed } from './requests/send.js';
