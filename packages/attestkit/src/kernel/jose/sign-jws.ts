import { createHmac, sign, type KeyObject } from 'node:crypto';
import type { JwsAlgorithm } from '../../ports/keys.js';
import { signSideBySide } from './ecdsa.js';
import { ALGORITHMS } from './jwa.js';
import type { JsonObject } from '../bytes/json.js';
import { signPss } from './rsa-pss.js';

/** A secret or private key with the algorithm that it signs with. */
export interface SigningKey {
  readonly algorithm: JwsAlgorithm;
  readonly key: KeyObject;
}

/** Makes a compact JWS (RFC 7515 §7.1) of a header, to which `alg` is added, and claims. */
export function signJws(signing: SigningKey, header: JsonObject, claims: JsonObject): string {
  const input = signingInput({ alg: signing.algorithm, ...header }, claims);
  return `${input}.${signature(signing, input).toString('base64url')}`;
}

/** The text that a signature is made over, ASCII (RFC 7515 §5.1). */
export function signingInput(header: JsonObject, claims: JsonObject): string {
  return `${encode(header)}.${encode(claims)}`;
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

/** The signature over the signing input (ASCII), as RFC 7518 §3 and RFC 8037 §3.1 encode it. */
export function signature({ algorithm, key }: SigningKey, input: string): Buffer {
  const { family, hash } = ALGORITHMS[algorithm];
  const signed = Buffer.from(input, 'latin1');
  switch (family) {
    case 'hmac':
      return createHmac(hash, key).update(signed).digest();
    case 'rsa':
      return sign(hash, signed, key);
    case 'rsa-pss':
      return signPss(hash, signed, key);
    case 'ecdsa':
      return signSideBySide(hash, signed, key);
    case 'eddsa':
      return sign(null, signed, key);
  }
}
