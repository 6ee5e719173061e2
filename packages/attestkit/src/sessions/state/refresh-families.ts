import { randomBytes } from 'node:crypto';
import { refreshToken, type RefreshClaim } from '../tokens/refresh-token.js';
import { signingKeyOf, type DerivedKey } from '../tokens/derived-keys.js';
import type { SessionBinding } from '../tokens/session-binding.js';

/** A session through all its refreshes: what its refresh tokens descend from (RFC 9700 §4.14.2). */
export interface Family {
  /** The session's id: 16 bytes, base64url. */
  readonly sid: string;
  /** Of the one refresh token that is live. */
  readonly generation: number;
  /** The id of the secret that signed the live token, so that a retry gets the same one. */
  readonly secretId: string;
  /** When the live token was issued, milliseconds since the epoch. */
  readonly rotatedAt: number;
  /** When the family ends, milliseconds since the epoch. Only a new proof by the device moves it. */
  readonly expiresAt: number;
  /** What its session tokens are bound to. */
  readonly binding?: SessionBinding;
}

/** What a family is begun or continued with. */
export interface FamilyTerms {
  readonly keys: readonly DerivedKey[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly lifetimeMs: number;
  readonly binding: SessionBinding | undefined;
}

/** Begins a family: of a new session. */
export function beginFamily(terms: FamilyTerms): Family {
  return { ...continued(terms), sid: randomBytes(16).toString('base64url'), generation: 0 };
}

/** Continues a family on a new proof by its device: the next generation, and a life that begins anew. */
export function continueFamily({ sid, generation }: Family, sent: number, terms: FamilyTerms): Family {
  return { ...continued(terms), sid, generation: Math.max(generation, sent) + 1 };
}

/** A family whose last answer may have been lost: its life begins anew, and its live token stays the same. */
export function prolongFamily(family: Family, { now, lifetimeMs, binding }: FamilyTerms): Family {
  const { binding: _before, ...same } = family;
  return { ...same, expiresAt: now + lifetimeMs, ...(binding !== undefined && { binding }) };
}

function continued({ keys, now, lifetimeMs, binding }: FamilyTerms): Omit<Family, 'sid' | 'generation'> {
  return {
    secretId: idOf(signingKeyOf(keys)),
    rotatedAt: now,
    expiresAt: now + lifetimeMs,
    ...(binding !== undefined && { binding }),
  };
}

/** The same family after a refresh: the next generation, and the same end. */
export function rotateFamily(family: Family, sent: number, keys: readonly DerivedKey[], now: number): Family {
  const secretId = idOf(signingKeyOf(keys));
  return { ...family, generation: Math.max(family.generation, sent) + 1, secretId, rotatedAt: now };
}

/**
 * What a token of the family is: the `live` one; `ahead` of it, so that the store lost a write; the one before it, sent
 * `again` while its successor is unused and at most `retryMs` old; or `reused`, and so copied.
 */
export function judgeGeneration(
  { generation, rotatedAt }: Family,
  sent: number,
  { now, retryMs }: { readonly now: number; readonly retryMs: number },
): 'live' | 'ahead' | 'again' | 'reused' {
  if (sent === generation) return 'live';
  if (sent > generation) return 'ahead';
  return sent === generation - 1 && Math.abs(now - rotatedAt) <= retryMs ? 'again' : 'reused';
}

/** The live refresh token of a family, each time the same, also after the secrets have changed places. */
export function liveToken(family: Family, labelDigest: string, keys: readonly DerivedKey[]): string {
  const key = keys.find((each) => idOf(each) === family.secretId) ?? signingKeyOf(keys);
  return refreshToken(key, { labelDigest, sid: family.sid, generation: family.generation });
}

/** Adds a family to those of a record. Above `limit` the one that was refreshed longest ago ends. */
export function withFamily(
  families: readonly Family[],
  family: Family,
  limit: number,
  now: number,
): readonly Family[] {
  const others = families.filter(({ sid, expiresAt }) => sid !== family.sid && now < expiresAt);
  const newest = others.toSorted((one, other) => other.rotatedAt - one.rotatedAt).slice(0, limit - 1);
  return [...others.filter((each) => newest.includes(each)), family];
}

/** The family that a token is of, if it is live. */
export function familyOf(
  families: readonly Family[],
  { sid }: Pick<RefreshClaim, 'sid'>,
  now: number,
): Family | undefined {
  return families.find((family) => family.sid === sid && now < family.expiresAt);
}

function idOf({ id }: DerivedKey): string {
  return Buffer.from(id).toString('base64url');
}
