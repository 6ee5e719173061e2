import { randomBytes } from 'node:crypto';

/** A version that no record has had before: one that was deleted and written anew never has its old version. */
export function randomVersion(): string {
  return randomBytes(16).toString('base64url');
}
