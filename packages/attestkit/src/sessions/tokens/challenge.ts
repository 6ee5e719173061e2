import { createHash, randomBytes } from 'node:crypto';
import { decodeBase64url } from '../../kernel/bytes/base64.js';
import { mustRead } from '../../kernel/sinks.js';
import type { Checks } from '../../ports/checks.js';
import { CHALLENGE_CHECKS as CHECKS } from './challenge-checks.js';
import { authenticator, mac, signingKeyOf, type DerivedKey } from './derived-keys.js';

/** What a challenge is for; one for another purpose is refused. */
export type ChallengePurpose = 'attest' | 'assert' | 'request';

const PURPOSES: Readonly<Record<ChallengePurpose, number>> = { attest: 1, assert: 2, request: 3 };

const VERSION = 1;

/** For clocks that are apart. */
const MARGIN_MS = 60_000;

/** Where each part of a challenge ends: version, key id, purpose, expiry (ms, 48 bits), random bytes, MAC. */
const END = { version: 1, keyId: 5, purpose: 6, expiry: 12, random: 44, mac: 76 } as const;

/** Characters in base64url. */
const LENGTH = Math.ceil((END.mac * 4) / 3);

/** Whether a text can be a `device_id`: a label that the client chose, not an identity. */
export function isDeviceId(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(text);
}

/**
 * Makes a challenge of 102 characters. It costs no storage: it carries its own expiry and authenticates itself, for
 * one device id and one purpose.
 *
 * @param keys derived for `LABELS.challenge`; the first one signs
 * @param issue.expiresAt milliseconds since the epoch
 * @param issue.random 32 bytes, for tests
 */
export function issueChallenge(
  keys: readonly DerivedKey[],
  issue: {
    readonly deviceId: string;
    readonly purpose: ChallengePurpose;
    readonly expiresAt: number;
    readonly random?: Uint8Array | undefined;
  },
): string {
  const { deviceId, purpose, expiresAt, random = randomBytes(END.random - END.expiry) } = issue;
  const key = signingKeyOf(keys);
  const bytes = Buffer.alloc(END.mac);
  bytes.writeUInt8(VERSION);
  bytes.set(key.id, END.version);
  bytes.writeUInt8(PURPOSES[purpose], END.keyId);
  bytes.writeUIntBE(expiresAt, END.purpose, END.expiry - END.purpose);
  bytes.set(random, END.expiry);
  mac(key, bytes.subarray(0, END.random), deviceId).copy(bytes, END.random);
  return bytes.toString('base64url');
}

/** A challenge that this server issued, and that has not expired. Whether it was used is for the store to say. */
export interface AuthenticChallenge {
  /** What its single use is recorded under: SHA-256 of its bytes, base64url. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Holds a challenge that came back to all that needs no store.
 *
 * @param keys derived for `LABELS.challenge`; any of them may have signed
 * @throws AttestationError with an `ERR_CHALLENGE_…` code
 */
export function authenticateChallenge(
  keys: readonly DerivedKey[],
  text: string,
  expected: {
    readonly deviceId: string;
    readonly purpose: ChallengePurpose;
    /** Milliseconds since the epoch. */
    readonly now: number;
    /** How long a challenge lives, milliseconds. */
    readonly lifetimeMs: number;
  },
  checks: Checks,
): AuthenticChallenge {
  const decoded = text.length === LENGTH ? decodeBase64url(text) : undefined;
  const bytes = mustRead(checks, CHECKS.readable, decoded?.[0] === VERSION ? decoded : undefined);
  const signed = bytes.subarray(0, END.random);
  const keyId = bytes.subarray(END.version, END.keyId);
  const key = authenticator(keys, keyId, bytes.subarray(END.random), signed, expected.deviceId);
  checks.holds(CHECKS.ours, key !== undefined);
  checks.holds(CHECKS.purpose, bytes[END.keyId] === PURPOSES[expected.purpose]);
  const expiresAt = bytes.readUIntBE(END.purpose, END.expiry - END.purpose);
  const { now, lifetimeMs } = expected;
  checks.holds(CHECKS.expired, now < expiresAt, expiresAt, now);
  checks.holds(CHECKS.lifetime, expiresAt <= now + lifetimeMs + MARGIN_MS, expiresAt, now);
  return { id: createHash('sha256').update(bytes).digest('base64url'), expiresAt };
}
