import { timingSafeEqual } from 'node:crypto';

/** Whether two byte strings are the same; in constant time if they are of one length. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
