import type { BlockReason } from '../../ports/devices.js';
import type { Enrolled } from '../../ports/enrollment.js';
import type { AuthenticChallenge } from '../tokens/challenge.js';
import type { Family } from './refresh-families.js';

/** A key that another operation has blocked or retired, and until when every writer of the record has to know it. */
export interface EndedKey {
  readonly why: 'blocked' | 'retired';
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What stands under a label whether it has a record or not. */
export interface Marks {
  /** By key id. */
  readonly ended: Readonly<Record<string, EndedKey>>;
  /** Challenges that led to a write of this record, each with its expiry. */
  readonly spent: readonly (readonly [challengeId: string, expiresAt: number])[];
  /** A challenge that expires at this time or earlier counts as used. Milliseconds since the epoch. */
  readonly spentFloor: number;
}

/** One installation of the app: one label, one attested key or none, at most one user. */
export interface DeviceRecord extends Marks {
  /** Assigned by the server, random: what relying parties authorize on. */
  readonly id: string;
  /** The label that the client chose. */
  readonly deviceId: string;
  /** The user that the application named. Set once. */
  readonly user?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When the evidence was verified, milliseconds since the epoch. */
  readonly enrolledAt: number;
  /** Without its receipt, which is kept beside it, and without its notes. */
  readonly enrolled: Enrolled;
  /** Of the key: each replacement has the next one. 0 without a key. */
  readonly keyGen: number;
  readonly blocked: readonly BlockReason[];
  readonly families: readonly Family[];
  /** Whether it was used since it was enrolled. */
  readonly used: boolean;
  /** When the record ends, milliseconds since the epoch; absent if it does not end. */
  readonly expiresAt?: number;
  /** The end of the record that its pointers were given for; absent if they do not end. */
  readonly pointersFor?: number;
}

/** How long the marks of a key that was ended are kept: longer than any operation takes. */
const ENDED_MS = 120_000;

/** For clocks that are apart. */
export const MARGIN_MS = 60_000;

/** Unexpired challenges that a record remembers. */
export const MAX_SPENT = 16;

const DAY = 86_400_000;

/** How much longer pointers live than what they point to. */
export const POINTER_MS = 60 * DAY;

/** How far the end of a record may move before its pointers are extended. */
export const DRIFT_MS = 30 * DAY;

/** When a record ends that is not used after its enrollment. */
const UNUSED_MS = 7 * DAY;

export const NO_MARKS: Marks = Object.freeze({ ended: {}, spent: [], spentFloor: 0 });

/** Drops what has passed, so that records do not grow. */
export function currentMarks({ ended, spent, spentFloor }: Marks, now: number): Marks {
  const isOver = (expiresAt: number): boolean => expiresAt + MARGIN_MS <= now;
  const over = spent.map(([, expiresAt]) => expiresAt).filter(isOver);
  return {
    ended: Object.fromEntries(Object.entries(ended).filter(([, { until }]) => now < until)),
    spent: spent.filter(([, expiresAt]) => !isOver(expiresAt)),
    spentFloor: Math.max(spentFloor, ...over),
  };
}

/** Notes that a challenge led to this write. */
export function withSpent<M extends Marks>(marks: M, { id, expiresAt }: AuthenticChallenge): M {
  return { ...marks, spent: [...marks.spent, [id, expiresAt]] };
}

/**
 * Sets the user of a record without one: once. Sessions from before begin anew by a proof: a session without a user must not
 * become one of a user. The session at hand is the last family.
 */
export function withUser(record: DeviceRecord, user: string | undefined): DeviceRecord {
  if (record.user !== undefined || user === undefined) return record;
  return { ...record, user, families: record.families.slice(-1) };
}

/** Notes that a key was blocked or retired. */
export function withEnded<M extends Marks>(marks: M, keyId: string, why: EndedKey['why'], now: number): M {
  return { ...marks, ended: { ...marks.ended, [keyId]: { why, until: now + ENDED_MS } } };
}

/** When marks without a record may be forgotten. */
export function endOfMarks({ spent }: Marks, now: number): number {
  return Math.max(now + ENDED_MS, ...spent.map(([, expiresAt]) => expiresAt + MARGIN_MS));
}

/**
 * When a record ends by what it is: a blocked one never; one with a key `idleMs` after its last use; one without a key
 * with its last family; and each 7 days after its enrollment if it is not used.
 */
export function endOfRecord(record: DeviceRecord, idleMs: number, now: number): number | undefined {
  if (record.blocked.length > 0) return undefined;
  const lastFamily = Math.max(0, ...record.families.map(({ expiresAt }) => expiresAt + MARGIN_MS));
  const lasting = record.enrolled.key === undefined ? lastFamily : Math.max(now + idleMs, lastFamily);
  const unused = record.enrolledAt + UNUSED_MS;
  const end = record.used ? lasting : Math.min(lasting, unused);
  return Math.max(end, endOfMarks(record, now));
}
