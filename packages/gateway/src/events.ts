import type { GuardEvent, Outcome } from 'attestkit';

/** What the gateway tells its logs and metrics: the events of its guard, and its own. */
export type GatewayEvent =
  | GuardEvent
  | FaultEvent
  | UpstreamEvent
  | QuestionEvent
  | ReloadEvent
  | ListeningEvent
  | StateEvent
  | AdminEvent;

/** A request that was refused before its route was looked for. */
export interface FaultEvent {
  readonly type: 'fault';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly requestId: string;
  readonly status: number;
  /** A fixed sentence: nothing of the request is in it. */
  readonly says: string;
}

/** One exchange with an upstream. */
export interface UpstreamEvent {
  readonly type: 'upstream';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly requestId: string;
  /** Its name in the configuration. */
  readonly upstream: string;
  readonly durationMs: number;
  /** Of its answer; undefined if there was none. */
  readonly status: number | undefined;
  /** Why it failed, or was cut off: a code such as `ECONNREFUSED`, or `CLIENT_GONE`. */
  readonly cause: string | undefined;
}

/** The client closed its connection: nothing is wrong with the upstream. */
export const CLIENT_GONE = 'the client has gone';

/** All connections that an upstream may have are in use. */
export const UPSTREAM_BUSY = 'the upstream is busy';

/** The ways in which other proxies ask: one for each path, and gRPC. */
export const CONVENTIONS = ['auth-request', 'forward-auth', 'ext-authz', 'ext-authz-grpc'] as const;
export type Convention = (typeof CONVENTIONS)[number];

/** One question of another proxy, and its answer. The decision about it is an event of its own. */
export interface QuestionEvent {
  readonly type: 'question';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly requestId: string;
  readonly convention: Convention;
  /** `repeated`: the answer to the same request of the proxy was given again; `unreadable`: there is a `fault` beside it. */
  readonly outcome: Outcome | 'repeated' | 'unreadable';
}

/** Another version of the configuration was taken, or was not: the one before it stays. */
export interface ReloadEvent {
  readonly type: 'reload';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: 'taken' | 'rejected';
  /** The mistakes, with file, line and field; undefined if it was taken. */
  readonly says: string | undefined;
}

/** The listeners of a gateway. `open` answers for health and metrics alone. */
export type ListenerName = 'traffic' | 'authorization' | 'grpc' | 'admin' | 'open';

/** A listener takes connections. */
export interface ListeningEvent {
  readonly type: 'listening';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly listener: ListenerName;
  /** `http://127.0.0.1:8080`, `unix:/run/gateway.sock` */
  readonly url: string;
}

/** `ready`: all listeners take connections. `draining`: no new requests, those that have begun end. `stopped`: none is left. */
export interface StateEvent {
  readonly type: 'state';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly state: 'ready' | 'draining' | 'stopped';
}

/** What somebody did on the pages of the gateway, or tried to. */
export interface AdminEvent {
  readonly type: 'admin';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of a token in the configuration, or of a user that a proxy names; undefined if a sign-in failed. */
  readonly name: string | undefined;
  readonly action: 'sign-in' | 'sign-out' | 'block' | 'unblock' | 'end' | 'forget';
  /** Of the device that it is about. */
  readonly recordId: string | undefined;
  /** What of the device was blocked or unblocked. */
  readonly what: 'record' | 'key' | 'user' | undefined;
  /** `nothing`: there was nothing to change. `limited`: a sign-in was refused without a look at its token, after too many that failed. */
  readonly outcome: 'done' | 'nothing' | 'failed' | 'limited';
}
