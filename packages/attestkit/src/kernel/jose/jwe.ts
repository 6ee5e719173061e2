import { createDecipheriv, type KeyObject } from 'node:crypto';
import type { CheckDef, Checks } from '../../ports/checks.js';
import { unwrapKey } from './aes-kw.js';
import { decodeBase64url } from '../bytes/base64.js';
import { AttestationError } from '../errors.js';
import { readJsonObject } from '../bytes/json.js';
import { mustRead } from '../sinks.js';

/** Characters; four thirds of the longest JWS (`jws.ts`) with the key around it. */
export const MAX_ENCRYPTED_LENGTH = 16_384;

/** The checks of an encrypted token, in the order of verification. */
export type JweChecks = Readonly<
  Record<
    | 'size'
    | 'compact'
    | 'encoding'
    | 'header'
    | 'algorithm'
    | 'encryption'
    | 'compressed'
    | 'critical'
    | 'lengths'
    | 'key'
    | 'decrypts',
    CheckDef
  >
>;

/** Bytes: 32 of key and 8 of check value (RFC 7518 §4.4); IV and tag of AES-GCM (RFC 7518 §5.3). */
const WRAPPED_KEY = 40;
const IV = 12;
const TAG = 16;

/** One who may be the recipient: an AES key of 256 bits. */
export interface Recipient {
  readonly decryptionKey: KeyObject;
}

/**
 * Decrypts a compact JWE (RFC 7516 §7.1) with the pinned algorithms `A256KW` (RFC 7518 §4.4) and `A256GCM`
 * (RFC 7518 §5.3), whatever else its header asks for.
 *
 * @param recipients tried in turn
 * @returns the plaintext, and the recipient whose key unwrapped it
 * @throws AttestationError if it cannot be read on
 */
export function decryptJwe<R extends Recipient>(
  token: string,
  recipients: readonly R[],
  defs: JweChecks,
  checks: Checks,
): { readonly plaintext: Buffer; readonly recipient: R } {
  // A member that is absent, or a list, in callers without types.
  if (typeof token !== 'string') throw new AttestationError(defs.compact);
  mustRead(checks, defs.size, token.length <= MAX_ENCRYPTED_LENGTH || undefined);
  // One more than there should be, so that a token of dots alone is not taken apart.
  const parts = token.split('.', 6);
  mustRead(checks, defs.compact, parts.length === 5 || undefined);
  const [protectedHeader = ''] = parts;
  const decoded = parts.map(decodeBase64url);
  const isCanonical = decoded.every((part) => part !== undefined);
  const [header, wrapped, iv, ciphertext, tag] = mustRead(
    checks,
    defs.encoding,
    isCanonical ? (decoded as [Buffer, Buffer, Buffer, Buffer, Buffer]) : undefined,
  );

  const { alg, enc, zip, crit } = mustRead(checks, defs.header, readJsonObject(header));
  checks.holds(defs.algorithm, alg === 'A256KW', text(alg), 'A256KW');
  checks.holds(defs.encryption, enc === 'A256GCM', text(enc), 'A256GCM');
  checks.holds(defs.compressed, zip === undefined);
  checks.holds(defs.critical, crit === undefined);
  // A shorter tag is easier to guess (NIST SP 800-38D, appendix C).
  const isWhole = wrapped.length === WRAPPED_KEY && iv.length === IV && tag.length === TAG;
  mustRead(checks, defs.lengths, isWhole || undefined);

  const { recipient, key } = mustRead(checks, defs.key, unwrapFor(recipients, wrapped));
  const plaintext = decrypt(key, iv, ciphertext, tag, Buffer.from(protectedHeader, 'latin1'));
  return { plaintext: mustRead(checks, defs.decrypts, plaintext), recipient };
}

/** For the report alone: anything else may be nested too deep to be written. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function unwrapFor<R extends Recipient>(
  recipients: readonly R[],
  wrapped: Uint8Array,
): { recipient: R; key: Uint8Array } | undefined {
  for (const recipient of recipients) {
    const key = unwrapKey(recipient.decryptionKey, wrapped);
    if (key !== undefined) return { recipient, key };
  }
  return undefined;
}

function decrypt(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
  authenticated: Uint8Array,
): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG });
  decipher.setAAD(authenticated).setAuthTag(tag);
  const plaintext = decipher.update(ciphertext);
  try {
    // Throws if the tag does not fit the decrypted bytes; adds nothing.
    decipher.final();
    return plaintext;
  } catch {
    return undefined;
  }
}
