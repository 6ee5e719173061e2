import type { JsonWebKey } from 'node:crypto';
import type { Answer } from './decision.js';
import type { Enrolled } from './enrollment.js';
import type { Counter, GuardEvent } from './events.js';
import type { Evidence } from './evidence.js';
import type { AttestedRequest } from './request.js';
import type { Store } from './store.js';

/** What can be blocked: one installation by its record, one key by its id, or a user with all installations. */
export type BlockTarget =
  | { readonly recordId: string }
  | { readonly keyId: string }
  | { readonly user: string };

/** What is known of a device. Times are milliseconds since the epoch. */
export interface Device {
  readonly recordId: string;
  /** The label that the client chose. Not an identity. */
  readonly deviceId: string;
  /** The user that it was enrolled for, if the application named one. */
  readonly user: string | undefined;
  readonly createdAt: number;
  /** When its evidence was verified last. */
  readonly enrolledAt: number;
  /** What its evidence said, with its key, if it has one. */
  readonly enrolled: Enrolled;
  /** Why it is blocked; empty if it is not. Each block has to be lifted by its own name. */
  readonly blocked: readonly ('record' | 'key')[];
  /** Its live sessions. */
  readonly sessions: readonly {
    readonly sessionId: string;
    readonly refreshedAt: number;
    readonly expiresAt: number;
  }[];
  /** When it is forgotten if it is not used before; undefined if it stays. */
  readonly expiresAt: number | undefined;
}

/**
 * What the application may do with devices and sessions, beyond what clients can. Each method rejects with an
 * AttestationError of stage `unavailable` if the store cannot be reached; calling it again is safe.
 */
export interface DeviceControl {
  /**
   * Keeps a device, a key or a user out. Sessions of a device end within `sessions.revocation`; sessions of a user end with
   * their tokens, and requests that a key signs alone within `sessions.revocation`. A phone can begin anew under a new label
   * with a new key: what has to stay out is the user.
   *
   * @returns false if nothing of this name is known, so that nothing was blocked
   * @example await guard.devices.block({ user: 'alice' });
   */
  block(target: BlockTarget): Promise<boolean>;
  /**
   * Lifts a block by the name by which it was made. Sessions that it ended stay ended.
   *
   * @returns false if nothing of this name was blocked
   * @example await guard.devices.unblock({ recordId: session.recordId });
   */
  unblock(target: BlockTarget): Promise<boolean>;
  /**
   * Ends one session of a device, or all of them.
   *
   * @returns false if there was none
   * @example await guard.devices.end({ recordId: session.recordId, sessionId: session.sessionId });
   */
  end(sessions: { readonly recordId: string; readonly sessionId?: string }): Promise<boolean>;
  /**
   * Deletes what is known of a device: its label is free, its key is retired, and its sessions end.
   *
   * @returns false if there is no such device
   * @example await guard.devices.forget(session.recordId);
   */
  forget(recordId: string): Promise<boolean>;
  /**
   * What is known of a device; undefined if there is none.
   *
   * @param name its record, or the label that the client chose
   *
   * @example const device = await guard.devices.find({ recordId: session.recordId });
   */
  find(name: { readonly recordId: string } | { readonly deviceId: string }): Promise<Device | undefined>;
  /**
   * The last receipt of a device, base64: of App Attest, to assess the risk of fraud. Kept if receipts are exchanged.
   *
   * @example const receipt = await guard.devices.receipt(session.recordId);
   */
  receipt(recordId: string): Promise<string | undefined>;
  /** The public keys of session tokens, as a JWK Set; empty if they are signed with the secret. */
  jwks(): { readonly keys: readonly JsonWebKey[] };
}

/** Devices that enroll and get sessions, for a guard: made by `devices({ … })` of `attestkit/devices`. */
export interface Devices {
  /**
   * Called by the guard, once.
   *
   * @param guard `now` in whole milliseconds since the epoch, which never runs backwards; `requestId` names a request in events
   */
  connect(guard: {
    readonly now: () => number;
    readonly onEvent: ((event: GuardEvent) => unknown) | undefined;
    readonly requestId: (request: AttestedRequest) => string;
  }): {
    /** The kinds of evidence that enrolled devices bring: `session`, and `signedRequest` if they have keys. */
    readonly evidence: readonly Evidence[];
    /** The audience, which challenges of HTTP name as `realm`. */
    readonly realm: string | undefined;
    readonly control: DeviceControl;
    readonly store: Store;
    /** Each use of secrets, by the option that names them: SHA-256, base64url, of the secrets in every encoding. */
    readonly secretUses: readonly { readonly option: string; readonly digests: readonly string[] }[];
    /** A keyed hash of what logs must not contain; of an IPv6 address its /64, because one host has all its addresses. */
    readonly pseudonym: (kind: 'ip' | 'device_id', value: string) => string;
    /** Answers a request for an endpoint; undefined if there is none of this path. Never rejects. */
    answer(request: AttestedRequest, path: string): Promise<Answer> | undefined;
    counters(): readonly Counter[];
  };
}

/** What devices give their guard. */
export type ConnectedDevices = ReturnType<Devices['connect']>;

/** One use of secrets. */
export type SecretUse = ConnectedDevices['secretUses'][number];

/** Why a record is blocked: itself, or its key. */
export type BlockReason = Device['blocked'][number];

/** How a device is named: by its record, or by the label that the client chose. */
export type DeviceName = Parameters<DeviceControl['find']>[0];
