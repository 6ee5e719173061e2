import { randomBytes } from 'node:crypto';

/**
 * A version that no record has had before: one that was deleted and written anew never has its old version.
 * 16 characters, 96 random bits.
 */
export function randomVersion(): string {
  return randomBytes(12).toString('base64url');
}
