import type { DecisionRow } from './seen.js';

/** `POST /api/devices/find`: one of these names. Never in a URL. */
export type DeviceQuery =
  | { readonly recordId: string }
  /** The label that the client chose. */
  | { readonly deviceId: string }
  /** RFC 7638 thumbprint of its key. */
  | { readonly key: string }
  /** As in events. */
  | { readonly hash: string };

/** The answer; `device` is null if none of this name is known. */
export interface FoundDevice {
  readonly device: {
    readonly recordId: string;
    readonly deviceId: string;
    readonly user: string | null;
    readonly createdAt: number;
    readonly enrolledAt: number;
    readonly expiresAt: number | null;
    readonly evidence: string;
    readonly platform: string | null;
    readonly app: { readonly id: string; readonly version: string | null } | null;
    /** RFC 7638 thumbprint; null if it has no key. */
    readonly key: string | null;
    /** What its evidence said of the device, by the names of the documentation. */
    readonly integrity: Readonly<Record<string, unknown>>;
    readonly blocked: readonly ('record' | 'key' | 'user')[];
    readonly sessions: readonly {
      readonly sessionId: string;
      readonly refreshedAt: number;
      readonly expiresAt: number;
    }[];
  } | null;
  /** Its newest decisions that are still known, and what became of it. */
  readonly rows: readonly DecisionRow[];
}

/** `POST /api/devices/change`, of those who may operate. The answer is `{ done }`: false if there was nothing to change. */
export type DeviceChange =
  | {
      readonly action: 'block' | 'unblock';
      readonly recordId: string;
      readonly what: 'record' | 'key' | 'user';
    }
  | { readonly action: 'end'; readonly recordId: string; readonly sessionId?: string }
  | { readonly action: 'forget'; readonly recordId: string };
