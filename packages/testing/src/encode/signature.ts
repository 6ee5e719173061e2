import { constants, createHmac, createPublicKey, createSign, sign, type KeyObject } from 'node:crypto';
import type { JwsAlgorithm } from 'attestkit';

/** A secret or private key with the algorithm that it signs with. */
export interface SigningKey {
  readonly algorithm: JwsAlgorithm;
  readonly key: KeyObject;
}

/** The signature over a signing input (ASCII), as RFC 7518 §3 and RFC 8037 §3.1 encode it. */
export function signature({ algorithm, key }: SigningKey, signingInput: string): Buffer {
  const input = Buffer.from(signingInput, 'latin1');
  const digest = `sha${algorithm.slice(2)}`;
  switch (algorithm.slice(0, 2)) {
    case 'HS':
      return createHmac(digest, key).update(input).digest();
    case 'RS':
      return sign(digest, input, key);
    case 'PS':
      return signPss(digest, input, key);
    case 'ES':
      return signSideBySide(digest, input, key);
    default:
      return sign(null, input, key);
  }
}

// Cloudflare's workerd takes no KeyObject beside options, and its `sign` ignores them.

/** RSASSA-PSS with a salt as long as the hash: RFC 7518 §3.5, and Android too. */
export function signPss(digest: string, input: Uint8Array, key: KeyObject): Buffer {
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  const jwk = key.export({ format: 'jwk' });
  return createSign(digest).update(input).sign({ key: jwk, format: 'jwk', padding, saltLength });
}

/** ECDSA: `r` and `s` side by side (RFC 7518 §3.4). */
export function signSideBySide(digest: string, input: Uint8Array, key: KeyObject): Buffer {
  const octets = SIDE_BY_SIDE[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (octets === undefined) throw new TypeError('the key is not on a NIST curve');
  const der = sign(digest, input, key);
  // SEQUENCE { r INTEGER, s INTEGER }: its length takes two octets from 128 on.
  const r = integerAt(der, der[1] === 0x81 ? 3 : 2);
  const s = integerAt(der, r.end);
  return Buffer.concat(
    [r, s].map(({ value }) => Buffer.concat([Buffer.alloc(octets), value]).subarray(-octets)),
  );
}

/** The octets of `r` and of `s`, by Node's name of the curve. */
const SIDE_BY_SIDE: Readonly<Record<string, number>> = {
  secp224r1: 28,
  prime256v1: 32,
  secp384r1: 48,
  secp521r1: 66,
};

function integerAt(der: Uint8Array, at: number): { readonly value: Uint8Array; readonly end: number } {
  const end = at + 2 + (der[at + 1] ?? 0);
  return { value: der.subarray(at + 2, end), end };
}

/** The public half of a private key, as the PEM that a careless server would take for a secret. */
export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}
