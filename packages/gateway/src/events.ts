import type { GuardEvent } from 'attestkit';

/** What the gateway tells its logs and metrics: the events of its guard, and its own. */
export type GatewayEvent = GuardEvent | FaultEvent | UpstreamEvent;

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
  /** Why it failed, or was cut off: a code such as `ECONNREFUSED`. */
  readonly cause: string | undefined;
}
