import type { RemoteEvent } from './events.js';
/** Where an App Attest key was attested; receipts of one mean nothing in the other. */
export type ReceiptEnvironment = 'production' | 'development';

/** What came of asking the platform for a newer receipt. Only `renewed` replaces the one at hand. */
export type ReceiptExchange =
  | {
      readonly outcome: 'renewed';
      /** The new receipt, as it was sent: to be verified before it is kept. */
      readonly receipt: Uint8Array;
    }
  /**
   * - `too-early`: the receipt at hand may not be exchanged yet.
   * - `rejected`: it is of the other environment, or cannot be read.
   * - `unauthorized`: the operator's key is wrong, disabled, or of another team than the app.
   * - `no-data`: nothing is known about it now; normal some 30 days after the attestation. It may come back.
   */
  | { readonly outcome: 'too-early' | 'rejected' | 'unauthorized' | 'no-data' }
  | {
      /** Too many requests; or no answer that can be used, after every attempt. */
      readonly outcome: 'throttled' | 'unavailable';
      /** Seconds after which trying again makes sense. */
      readonly retryAfter: number;
      /** What went wrong, in words for the operator; no part of the answer. */
      readonly problem: string;
    }
  | {
      /** An undocumented answer. */
      readonly outcome: 'unexpected';
      readonly status: number;
    };

/** A service that exchanges receipts. */
export interface ReceiptExchanger {
  /** Has the listener told of each request to another service. Absent if there is none. */
  readonly watch?: (listener: (event: RemoteEvent) => void) => void;
  /**
   * Exchanges a receipt for a newer one. Takes seconds at most, and never rejects: every failure is an outcome.
   *
   * @param signal gives up at once: `unavailable`
   */
  exchange(
    receipt: Uint8Array,
    environment: ReceiptEnvironment,
    signal?: AbortSignal,
  ): Promise<ReceiptExchange>;
}
