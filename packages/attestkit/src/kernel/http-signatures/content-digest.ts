import { hash } from 'node:crypto';
import { decodeBase64 } from '../bytes/base64.js';
import { isInnerList, readDictionary, type Member } from './structured-fields.js';

/** The digests that are verified (RFC 9530 §5), by Node's name of the hash. */
const HASHES: Readonly<Record<string, string>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

/** A digest of the field, of a hash that is verified. */
export interface BodyDigest {
  readonly hash: string;
  readonly digest: Uint8Array;
}

/**
 * Reads a field `Content-Digest` (RFC 9530 §2); undefined if it is not a dictionary of byte sequences, has a key twice, or has no
 * digest that is verified. Digests of other algorithms are passed over: they prove nothing, and disprove nothing.
 *
 * @param lines the values of the field, one for each line
 * @param allowText takes a digest that is written as text, `"…"`, for the byte sequence `:…:`
 */
export function readContentDigest(
  lines: readonly string[],
  allowText = false,
): readonly BodyDigest[] | undefined {
  const field = readDictionary(lines.join(', '));
  if (field === undefined || field.repeated.length > 0) return undefined;
  const digests: BodyDigest[] = [];
  for (const [name, member] of field.members) {
    const digest = bytesOf(member, allowText);
    if (digest === undefined) return undefined;
    const named = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
    if (named !== undefined) digests.push({ hash: named, digest });
  }
  return digests.length === 0 ? undefined : digests;
}

/** Whether each digest is the body's. As text: Node makes a buffer of a hash in five times the time. */
export function isDigestOf(digests: readonly BodyDigest[], body: Uint8Array): boolean {
  return digests.every(
    (each) => hash(each.hash, body, 'base64') === Buffer.from(each.digest).toString('base64'),
  );
}

/** The bytes of a member that is a byte sequence; or text in base64, where that is allowed. */
export function bytesOf(member: Member | undefined, allowText: boolean): Uint8Array | undefined {
  if (member === undefined || isInnerList(member)) return undefined;
  const { item } = member;
  if (item.type === 'bytes') return item.value;
  return allowText && item.type === 'string' ? decodeBase64(item.value) : undefined;
}
