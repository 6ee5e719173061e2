import { createHmac, randomBytes } from 'node:crypto';

/** Of a made-up account. */
export const SECRET = randomBytes(32).toString('base64');

/** A token of that account. */
export function approovToken(claims: object = { exp: 4_000_000_000 }): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = createHmac('sha256', Buffer.from(SECRET, 'base64'))
    .update(parts.join('.'))
    .digest('base64url');
  return `${parts.join('.')}.${signature}`;
}
