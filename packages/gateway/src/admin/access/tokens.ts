import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../../shapes/access.js';
import type { User } from './user.js';

/** A token that signs in, by its SHA-256. */
export interface TokenRow {
  readonly name: string;
  readonly role: Role;
  readonly digest: string;
}

/** The name of the token that is made at the first start. */
const FIRST = 'first-token';

/** SHA-256, base64url. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** 256 random bits, base64url. */
export function randomText(): string {
  return randomBytes(32).toString('base64url');
}

/** The rows of a configuration. */
export function tokenRows(
  tokens: readonly { readonly name: string; readonly role: Role; readonly token: string }[],
): readonly TokenRow[] {
  return tokens.map(({ name, role, token }) => ({ name, role, digest: digestOf(token) }));
}

/**
 * Makes the token of a gateway whose configuration does not have any, or finds the digest of the one that was made at an earlier start.
 *
 * @param keep keeps a text by a name, and gives the one that is kept already
 * @returns the row, and the token itself if it is new
 */
export function firstToken(keep: (name: string, make: () => string) => { readonly value: string }): {
  readonly row: TokenRow;
  readonly token: string | undefined;
} {
  const made = randomText();
  const { value: digest } = keep('admin-token', () => digestOf(made));
  // What is kept is this one's digest only if it was kept just now.
  return {
    row: { name: FIRST, role: 'operate', digest },
    token: digest === digestOf(made) ? made : undefined,
  };
}

/** The user of a token. All rows are compared, each in constant time, so that the time says nothing. */
export function userOfToken(rows: readonly TokenRow[], given: string): User | undefined {
  const digest = Buffer.from(digestOf(given));
  let found: User | undefined;
  for (const { name, role, digest: expected } of rows) {
    const other = Buffer.from(expected);
    if (other.length === digest.length && timingSafeEqual(other, digest)) found = { name, role };
  }
  return found;
}
