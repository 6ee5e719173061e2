import { decodeBase64url } from '../../kernel/bytes/base64.js';
import { mustRead } from '../../kernel/sinks.js';
import type { Checks } from '../../ports/checks.js';
import { REFRESH_CHECKS as CHECKS } from './refresh-checks.js';
import { authenticator, mac, type DerivedKey } from './derived-keys.js';

const VERSION = 1;

/** Where each part of a refresh token ends: version, secret id, digest of the label, session id, generation (32 bits), MAC. */
const END = { version: 1, secretId: 5, label: 37, sid: 53, generation: 57, mac: 89 } as const;

/** Characters in base64url. */
const LENGTH = Math.ceil((END.mac * 4) / 3);

/** The last generation that 32 bits hold. */
const MAX_GENERATION = 0xffff_fffe;

/** What a genuine refresh token says. Whether it is the live one of its family is for the store to say. */
export interface RefreshClaim {
  /** SHA-256 of the label, base64url: the place of the record. */
  readonly labelDigest: string;
  /** The session's id: 16 bytes, base64url. */
  readonly sid: string;
  /** 0 for the first token of a family; each successor is one above. */
  readonly generation: number;
}

/**
 * The refresh token of one generation of a family, 119 characters. It authenticates itself, so that junk costs no
 * call of the store, and it is always the same one, so that a retry gets what the first attempt got.
 *
 * @param key derived for `LABELS.refresh`
 */
export function refreshToken(key: DerivedKey, { labelDigest, sid, generation }: RefreshClaim): string {
  const bytes = Buffer.alloc(END.mac);
  bytes.writeUInt8(VERSION);
  bytes.set(key.id, END.version);
  bytes.write(labelDigest, END.secretId, END.label - END.secretId, 'base64url');
  bytes.write(sid, END.label, END.sid - END.label, 'base64url');
  bytes.writeUInt32BE(generation, END.sid);
  mac(key, bytes.subarray(0, END.generation)).copy(bytes, END.generation);
  return bytes.toString('base64url');
}

/**
 * Reads a refresh token that came back.
 *
 * @param keys derived for `LABELS.refresh`; any of them may have signed
 * @throws AttestationError with the code ERR_REFRESH_MALFORMED or ERR_REFRESH_UNKNOWN
 */
export function readRefreshToken(keys: readonly DerivedKey[], text: string, checks: Checks): RefreshClaim {
  const decoded = text.length === LENGTH ? decodeBase64url(text) : undefined;
  const bytes = mustRead(checks, CHECKS.readable, decoded?.[0] === VERSION ? decoded : undefined);
  const signed = bytes.subarray(0, END.generation);
  const secretId = bytes.subarray(END.version, END.secretId);
  const key = authenticator(keys, secretId, bytes.subarray(END.generation), signed);
  const generation = bytes.readUInt32BE(END.sid);
  checks.holds(CHECKS.ours, key !== undefined && generation <= MAX_GENERATION);
  return {
    labelDigest: bytes.toString('base64url', END.secretId, END.label),
    sid: bytes.toString('base64url', END.label, END.sid),
    generation,
  };
}
