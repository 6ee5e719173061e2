import { createCipheriv, randomBytes } from 'node:crypto';
import type { JsonObject } from 'attestkit';
import { base64url } from './jws.js';

/** The steps of making a compact JWE, each of which a defect can change. */
export interface JweSteps {
  readonly encryption?: (header: JsonObject) => JsonObject;
  /** The header's JSON. */
  readonly encryptionText?: (text: string) => string;
  /** Another secret wraps the key. */
  readonly otherSecret?: true;
  /** Octets of the content's key, if they are not 32. */
  readonly keyLength?: 16;
  /** Octets of the IV, if they are not 12. */
  readonly ivLength?: number;
  /** Octets of the authentication tag, if they are not 16. */
  readonly tagLength?: number;
  readonly encrypted?: (token: string) => string;
}

/** A compact JWE with A256KW and A256GCM (RFC 7516 §7.1, RFC 7518 §4.4, §5.3). */
export function makeJwe(plaintext: string, secret: Uint8Array, steps: JweSteps): string {
  const { keyLength = 32, ivLength = 12, tagLength = 16, otherSecret = false } = steps;
  const header = { alg: 'A256KW', enc: 'A256GCM' };
  const text = JSON.stringify(steps.encryption?.(header) ?? header);
  const protectedHeader = base64url(steps.encryptionText?.(text) ?? text);
  const key = randomBytes(keyLength);
  const wrap = createCipheriv(
    'id-aes256-wrap',
    otherSecret ? randomBytes(32) : secret,
    Buffer.alloc(8, 0xa6),
  );
  const wrapped = Buffer.concat([wrap.update(key), wrap.final()]);
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv(keyLength === 32 ? 'aes-256-gcm' : 'aes-128-gcm', key, iv, {
    authTagLength: tagLength,
  });
  cipher.setAAD(Buffer.from(protectedHeader));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const parts = [wrapped, iv, ciphertext, cipher.getAuthTag()].map(base64url);
  const token = [protectedHeader, ...parts].join('.');
  return steps.encrypted?.(token) ?? token;
}
