import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { isJsonObject } from '../../kernel/bytes/json.js';
import { keyIdOf, readPublicKey } from '../../key-attestation/internal.js';
import { bytes } from '../byte-members.js';
import type { Flaw, Member } from '../members.js';

/** What stands before the point in a SubjectPublicKeyInfo on P-256 (RFC 5480 §2). */
const P256_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

const POINT = 65;

/** A public key as verifiers take it: PEM, or SubjectPublicKeyInfo; a point on P-256 and a JWK are converted to that. */
export const pemOrSpki: Member<string | Uint8Array> = {
  is: 'a PEM, a SubjectPublicKeyInfo in base64, a point of 65 bytes in base64, or a JWK',
  read(value) {
    if (isJsonObject(value)) return spkiOfJwk(value);
    if (typeof value !== 'string') return undefined;
    if (value.includes('-----BEGIN')) return value;
    const read = bytes.read(value);
    if (read?.length === POINT && read[0] === 4) return Buffer.concat([P256_HEAD, read]);
    return read === undefined || shapeOf(read) !== undefined ? undefined : read;
  },
  flaw(value) {
    if (isJsonObject(value)) return isPrivate(value) ? PRIVATE : UNREADABLE;
    if (typeof value !== 'string') return undefined;
    if (value.trim().startsWith('{'))
      return {
        at: '',
        problem: 'is a JWK as text',
        remedy: 'Give it as an object, without quotation marks.',
      };
    const read = bytes.read(value);
    return read === undefined ? bytes.flaw?.(value) : shapeOf(read);
  },
};

const PRIVATE: Flaw = { at: '', problem: 'is a private key', remedy: 'Leave out its member d.' };
const UNREADABLE: Flaw = {
  at: '',
  problem: 'is not a JWK that can be read',
  remedy: 'Give kty, crv, x and y, as in {"kty":"EC","crv":"P-256","x":"…","y":"…"}.',
};

/** Forms of points that are not a key yet. */
function shapeOf(read: Uint8Array): Flaw | undefined {
  if (read.length === POINT - 1)
    return {
      at: '',
      problem: 'is 64 bytes, as x and y of a point are',
      remedy: 'Put the byte 04 before them, and give the 65 bytes in base64.',
    };
  if (read.length !== 33 || (read[0] !== 2 && read[0] !== 3)) return undefined;
  const remedy = 'Give all 65 bytes, 04 first, or a PEM: openssl ec -pubin -conv_form uncompressed.';
  return { at: '', problem: 'is a compressed point', remedy };
}

function isPrivate(jwk: object): boolean {
  return Object.hasOwn(jwk, 'd') || Object.hasOwn(jwk, 'k');
}

function spkiOfJwk(jwk: JsonWebKey): Uint8Array | undefined {
  if (isPrivate(jwk)) return undefined;
  try {
    return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}

/** The id by which a device names a public key, base64url; undefined for a value that cannot be read as one. */
export function idOfPublicKey(value: unknown): string | undefined {
  const read = pemOrSpki.read(value);
  if (read === undefined) return undefined;
  try {
    const key = typeof read === 'string' ? createPublicKey(read) : undefined;
    const spki = key?.export({ type: 'spki', format: 'der' }) ?? (read as Uint8Array);
    return keyIdOf(readPublicKey(spki), spki);
  } catch {
    return undefined;
  }
}
