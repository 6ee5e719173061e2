import { decodeBase64url } from '../kernel/base64.js';
import { equalBytes } from '../kernel/bytes.js';
import { mustRead } from '../kernel/sinks.js';
import type { Checks } from '../ports/checks.js';
import { REFRESH_CHECKS as CHECKS } from './refresh-checks.js';
import { authenticator, digestKey, mac, signingKeyOf, type DerivedKey } from './secrets.js';

const VERSION = 1;

/** Where each part of a refresh token ends: version, key id, family, generation (32 bits), MAC. */
const END = { version: 1, keyId: 5, family: 21, generation: 25, mac: 57 } as const;

/** Characters in base64url: 57 bytes are 19 whole groups. */
const LENGTH = (END.mac * 4) / 3;

/** What a genuine refresh token says. Whether it is the live one of its family is for the store to say. */
export interface RefreshClaim {
  /** 16 bytes, base64url. */
  readonly familyId: string;
  /** 0 for the first token of a family; each successor is one above. */
  readonly generation: number;
}

/**
 * The refresh token of one generation of a family, 76 characters. It authenticates itself, so that junk costs no
 * call of the store, and it is always the same one, so that a retry gets what the first attempt got.
 *
 * @param keys derived for `LABELS.refresh`; the first one signs
 * @param familyId 16 bytes, base64url
 * @param generation unsigned, 32 bits
 */
export function refreshToken(keys: readonly DerivedKey[], familyId: string, generation: number): string {
  return tokenBy(signingKeyOf(keys), familyId, generation);
}

function tokenBy(key: DerivedKey, familyId: string, generation: number): string {
  const bytes = Buffer.alloc(END.mac);
  bytes.writeUInt8(VERSION);
  bytes.set(key.id, END.version);
  bytes.write(familyId, END.keyId, END.family - END.keyId, 'base64url');
  bytes.writeUInt32BE(generation, END.family);
  mac(key, bytes.subarray(0, END.generation)).copy(bytes, END.generation);
  return bytes.toString('base64url');
}

/**
 * Reads a refresh token that came back.
 *
 * @param keys derived for `LABELS.refresh`; any of them may have signed
 * @throws AttestationError with the code ERR_REFRESH_MALFORMED or ERR_REFRESH_NOT_OURS
 */
export function readRefreshToken(keys: readonly DerivedKey[], text: string, checks: Checks): RefreshClaim {
  const decoded = text.length === LENGTH ? decodeBase64url(text) : undefined;
  const bytes = mustRead(checks, CHECKS.readable, decoded?.[0] === VERSION ? decoded : undefined);
  const signed = bytes.subarray(0, END.generation);
  const keyId = bytes.subarray(END.version, END.keyId);
  checks.holds(CHECKS.ours, authenticator(keys, keyId, bytes.subarray(END.generation), signed) !== undefined);
  return {
    familyId: bytes.toString('base64url', END.keyId, END.family),
    generation: bytes.readUInt32BE(END.family),
  };
}

/** What is stored of a refresh token: SHA-256 of its text, base64url. */
export function hashOf(token: string): string {
  return digestKey(token);
}

/**
 * The token of a generation that was given out already, to be given out again: by whichever secret signed it, since
 * the secrets may have changed places in between. Undefined where that secret is gone.
 */
export function successorMatching(
  keys: readonly DerivedKey[],
  familyId: string,
  generation: number,
  storedHash: string,
): string | undefined {
  const stored = Buffer.from(storedHash, 'utf8');
  return keys
    .map((key) => tokenBy(key, familyId, generation))
    .find((token) => equalBytes(Buffer.from(hashOf(token), 'utf8'), stored));
}
