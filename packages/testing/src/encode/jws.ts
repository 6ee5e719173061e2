import { createHmac, type KeyObject } from 'node:crypto';
import type { JsonObject } from 'attestkit';
import { signature } from './signature.js';

/** The steps of making a compact JWS, each of which a defect can change. */
export interface JwsSteps {
  readonly header?: (header: JsonObject) => JsonObject;
  /** The header's JSON. */
  readonly headerText?: (text: string) => string;
  /** The payload's JSON. */
  readonly payloadText?: (text: string) => string;
  /** Another key of the same kind signs. */
  readonly stranger?: true;
  /** An HMAC instead of a signature, with the public key in PEM as secret. */
  readonly hmac?: true;
  readonly token?: (token: string) => string;
}

/** What signs: ES256 with a key on P-256, RS256 with RSA. */
export interface JwsKeys {
  readonly key: KeyObject;
  readonly strangers: KeyObject;
  readonly publicPem: string;
}

export function makeJws(header: JsonObject, payload: unknown, keys: JwsKeys, steps: JwsSteps): string {
  const headerText = JSON.stringify(steps.header?.(header) ?? header);
  const payloadText = JSON.stringify(payload);
  const first = steps.headerText?.(headerText) ?? headerText;
  const second = steps.payloadText?.(payloadText) ?? payloadText;
  const input = `${base64url(first)}.${base64url(second)}`;
  const token = `${input}.${signatureOf(input, keys, steps).toString('base64url')}`;
  return steps.token?.(token) ?? token;
}

export function base64url(text: string | Uint8Array): string {
  return Buffer.from(text as string).toString('base64url');
}

/** Changes one bit in the middle of the last part, or of another. */
export function flipped(token: string, part: number): string {
  const parts = token.split('.');
  const at = part < 0 ? parts.length + part : part;
  const octets = Buffer.from(parts[at] ?? '', 'base64url');
  const middle = octets.length >> 1;
  octets.writeUInt8(octets.readUInt8(middle) ^ 1, middle);
  return parts.with(at, octets.toString('base64url')).join('.');
}

function signatureOf(input: string, keys: JwsKeys, { stranger, hmac }: JwsSteps): Buffer {
  if (hmac) return createHmac('sha256', keys.publicPem).update(input).digest();
  const key = stranger ? keys.strangers : keys.key;
  return signature({ algorithm: key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256', key }, input);
}
