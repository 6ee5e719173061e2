import { createHash, createHmac, createSecretKey, hash, hkdfSync, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertSafeSecrets } from '../../kernel/config/secrets.js';

/** What a derived key is for. One key never serves two uses, so that nothing made for one is taken for another. */
export const LABELS = {
  challenge: 'attestkit/challenge/v1',
  refresh: 'attestkit/refresh/v1',
  session: 'attestkit/session/hs256/v1',
  pseudonym: 'attestkit/pseudonym/v1',
} as const;

export type Label = (typeof LABELS)[keyof typeof LABELS];

/** The configured secrets, checked: at least one. The first signs, all verify. */
export type Secrets = readonly KeyObject[];

/** A key for one use, and the 4 bytes that name it in what it authenticates. */
export interface DerivedKey {
  readonly id: Uint8Array;
  readonly key: KeyObject;
}

/** Bytes of a secret: the length of the hash it is used with (RFC 7518 §3.2). */
const MINIMUM = 32;

const MAKE_ONE = 'Make one with: node -p "crypto.randomBytes(64).toString(\'base64\')"';

/**
 * Reads the secrets with which the server authenticates to itself what it gave out: challenges, refresh tokens,
 * symmetric sessions. A secret is text of at least 32 bytes, and what counts are the bytes of the text itself in
 * UTF-8: what looks like base64 or hexadecimal is not decoded.
 *
 * @param variable the option or environment variable, for the message
 * @param allowPublished for examples on the loopback interface; by default `NODE_ENV` decides
 * @throws ConfigurationError when one is absent, short, a PEM, a placeholder, made of words, published, of little variety
 *   or there twice
 */
export function readSecrets(configured: unknown, variable: string, allowPublished?: boolean): Secrets {
  const texts: readonly unknown[] = Array.isArray(configured) ? configured : [configured];
  if (texts.length === 0) throw new ConfigurationError(variable, 'is an empty list', MAKE_ONE);
  const secrets = texts.map((text) => readSecret(text, variable));
  assertSafeSecrets(secrets, variable, allowPublished);
  return secrets.map((secret) => createSecretKey(secret));
}

function readSecret(text: unknown, variable: string): Buffer {
  const refuse = (problem: string, remedy = MAKE_ONE): never => {
    throw new ConfigurationError(variable, problem, remedy);
  };
  if (typeof text !== 'string' || text === '') return refuse(text === '' ? 'is empty' : 'is not set');
  if (text.includes('-----BEGIN'))
    return refuse('is a PEM, which is a key pair or certificate and no shared secret');
  if (text !== text.trim())
    return refuse('has white space around it', 'Remove it, a line break at the end of a file too.');
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length < MINIMUM) return refuse(`has ${bytes.length} bytes and needs at least ${MINIMUM}`);
  return bytes;
}

/**
 * Derives a key for one use from each secret, in their order: HKDF with SHA-256 (RFC 5869), without salt, the label as
 * `info`.
 */
export function deriveKeys(secrets: Secrets, label: Label): readonly DerivedKey[] {
  return secrets.map((secret) => {
    const bytes = Buffer.from(hkdfSync('sha256', secret, '', label, 32));
    const id = createHash('sha256').update('attestkit/key-id/v1').update(bytes).digest().subarray(0, 4);
    return { id, key: createSecretKey(bytes) };
  });
}

/** The key that signs; configuration has seen to it that there is one. */
export function signingKeyOf(keys: readonly DerivedKey[]): DerivedKey {
  return keys[0] as DerivedKey;
}

/**
 * The keys of pseudonyms: that of `hashKey`, which stays when the secrets change, before those of the secrets, with which
 * sessions from before it was set are bound. Without it they are of the secrets alone, and the first one makes them.
 *
 * @param hashKey text as of a secret, and none of them
 * @throws ConfigurationError as `readSecrets`
 */
export function pseudonymKeys(
  hashKey: string | undefined,
  secrets: Secrets,
  allowPublished?: boolean,
): readonly DerivedKey[] {
  const own = hashKey === undefined ? [] : readSecrets(hashKey, 'devices.hashKey', allowPublished);
  return deriveKeys([...own, ...secrets], LABELS.pseudonym);
}

/** HMAC-SHA256 over the parts, one after the other: fixed lengths before a variable one, or it is ambiguous. */
export function mac({ key }: DerivedKey, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** The key that made `sent` over the parts; compared in constant time with each key that has this id. */
export function authenticator(
  keys: readonly DerivedKey[],
  id: Uint8Array,
  sent: Uint8Array,
  ...parts: readonly (Uint8Array | string)[]
): DerivedKey | undefined {
  return keys.find((key) => Buffer.compare(key.id, id) === 0 && equalBytes(mac(key, ...parts), sent));
}

/** What a pseudonym stands for. */
export type PseudonymKind = 'ip' | 'user_agent' | 'device_id';

/**
 * A keyed hash of personal data, for logs and tokens: the same value gives the same text while the first key stays, and
 * only the owner of the key can try values. 128 bits, base64url.
 *
 * @param keys from `pseudonymKeys`
 */
export function pseudonym(keys: readonly DerivedKey[], kind: PseudonymKind, value: string): string {
  return pseudonymBy(signingKeyOf(keys), kind, value);
}

/** Whether a text is the value's pseudonym by any of the keys. */
export function isPseudonym(
  keys: readonly DerivedKey[],
  kind: PseudonymKind,
  value: string,
  text: string,
): boolean {
  const sent = Buffer.from(text, 'utf8');
  return keys.some((key) => equalBytes(Buffer.from(pseudonymBy(key, kind, value), 'utf8'), sent));
}

function pseudonymBy(key: DerivedKey, kind: PseudonymKind, value: string): string {
  return mac(key, `${kind}\0`, value).toString('base64url', 0, 16);
}

/** SHA-256 in base64url: a store key of fixed length for a value of any, the same whatever the secrets are. */
export function digestKey(value: string | Uint8Array): string {
  return hash('sha256', value, 'base64url');
}
