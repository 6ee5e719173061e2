import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { FieldLine } from '../wire/message.js';

// Signed here and not by the library's own test kit, so that the two cannot share a mistake.

/** The clock of the guards under test: 2027-01-15, milliseconds since the epoch. */
export const NOW = 1_800_000_000_000;

/** The account secret of the servers under test; the same in every process. */
const SECRET = createHash('sha512').update('attestkit conformance').digest();

export const SECRET_BASE64 = SECRET.toString('base64');

/** Expiry of a good token, seconds since the epoch. */
export const EXPIRY = NOW / 1000 + 300;

/** A user's `Authorization`. */
export const CREDENTIAL = 'Bearer the-credential-of-a-user';

export const HEADER = { typ: 'JWT', alg: 'HS256' };

/** What a token is made of; each part can be wrong. */
export interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signed as it stands where it is text. */
  readonly claims?: Readonly<Record<string, unknown>> | string;
  readonly key?: Uint8Array;
  readonly hash?: 'sha256' | 'sha384' | 'sha512';
}

/** Makes a compact JWS. Without parts: a good token. */
export function token(parts: TokenParts = {}): string {
  const { header = HEADER, claims = { exp: EXPIRY }, key = SECRET, hash = 'sha256' } = parts;
  const input = `${encode(JSON.stringify(header))}.${encode(typeof claims === 'string' ? claims : JSON.stringify(claims))}`;
  return `${input}.${createHmac(hash, key).update(input).digest('base64url')}`;
}

/** A good token that is bound to these bytes, or to this text in UTF-8. */
export function boundTo(data: string | Uint8Array): string {
  return token({ claims: { exp: EXPIRY, pay: digest(data) } });
}

/** base64(SHA-256(data)). */
export function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64');
}

/** A good token of a key pair that no server knows, with a `kid`. */
export function asymmetricToken(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const input = `${encode(JSON.stringify({ typ: 'JWT', alg: 'ES256', kid: 'one' }))}.${encode(JSON.stringify({ exp: EXPIRY }))}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

export function approovToken(value: string): FieldLine {
  return ['Approov-Token', value];
}

export function authorization(value: string): FieldLine {
  return ['Authorization', value];
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
