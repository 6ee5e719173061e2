import type { Outcome } from 'attestkit';

/** A number for each outcome. */
export type Counts = Readonly<Record<Outcome, number>>;

export type Span = 'hour' | 'day' | 'week';

/** One row of a breakdown: a route, a kind of evidence; null if there was none. */
export interface CountedBy extends Counts {
  readonly name: string | null;
}

/** How long something took, of those that were measured in the span. */
export interface Latency {
  readonly of: 'decision' | 'endpoint' | 'store' | 'upstream' | 'remote';
  /** The operation, the upstream, the host; empty for decisions and endpoints. */
  readonly name: string;
  readonly count: number;
  readonly failures: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A service that the gateway fetches from. */
export interface RemoteState {
  readonly host: string;
  /** What it has for us: `revocation list of Android`; the host itself if it is not a known one. */
  readonly what: string;
  readonly circuit: 'closed' | 'open';
  /** When it answered last with something that could be used; null if it never did. */
  readonly answeredAt: number | null;
  /** Why the last request failed; null if it did not. */
  readonly problem: string | null;
}

/** `GET /api/overview?span=hour`. */
export interface Overview {
  readonly at: number;
  readonly span: Span;
  /** The time of the first step, and the length of all. */
  readonly from: number;
  readonly stepMs: number;
  /** Since when events have been counted; later than `from` on a new gateway. */
  readonly since: number;
  /** By outcome, a number for each step. */
  readonly steps: Readonly<Record<Outcome, readonly number[]>>;
  readonly totals: Counts;
  /** Of the span before this one. */
  readonly before: Counts;
  /** Each sorted by its sum, the largest first; those after the 50 largest are added up in one called `other`. */
  readonly by: {
    readonly route: readonly CountedBy[];
    readonly evidence: readonly CountedBy[];
    readonly platform: readonly CountedBy[];
    readonly version: readonly CountedBy[];
  };
  /** Codes of refused and reported requests. */
  readonly codes: readonly {
    readonly code: string;
    readonly says: string;
    readonly reported: number;
    readonly refused: number;
  }[];
  readonly latencies: readonly Latency[];
  readonly state: {
    readonly ready: boolean;
    readonly components: Readonly<Record<string, string>>;
    readonly remotes: readonly RemoteState[];
    /** Operations of the store that failed in the span, by operation. */
    readonly storeFailures: Readonly<Record<string, number>>;
  };
}

/** A decision, or a use of a device endpoint. No path, no token, no address: hashes alone say who it was. */
export interface DecisionRow {
  /** Rises from row to row, over restarts too. */
  readonly id: number;
  readonly at: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly type: 'decision' | 'endpoint';
  /** Of a route, or of an endpoint. */
  readonly name: string;
  readonly method: string;
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly code: string | null;
  /** The sentence of the code, with its cause. */
  readonly says: string | null;
  readonly evidence: readonly string[];
  readonly device: string | null;
  readonly address: string | null;
  readonly app: {
    readonly id: string;
    readonly platform: string | null;
    readonly version: string | null;
  } | null;
  /** What the request says about itself, which nothing verifies; null without the sign of the app. */
  readonly claimed: { readonly version: string | null } | null;
}

/**
 * `GET /api/decisions?outcome=&name=&code=&requestId=&device=&before=ID&limit=50`, the newest first. Each filter is optional and compares exactly;
 * `device` is compared with `device` and `address`.
 */
export interface Decisions {
  readonly rows: readonly DecisionRow[];
  /** Whether there are older ones that match. */
  readonly more: boolean;
}

/** `GET /api/live` (`text/event-stream`): one at most each 250 ms, with the id of its newest row, from which `Last-Event-ID` goes on. */
export interface LiveBatch {
  readonly at: number;
  /** The newest first, 20 at most. */
  readonly rows: readonly DecisionRow[];
  /** Rows of this time that are not among `rows`. */
  readonly left: number;
  /** All of this time. */
  readonly counts: Counts;
}
