import { constants, createHmac, createPublicKey, sign, type KeyObject } from 'node:crypto';
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

/** RSASSA-PSS with a salt as long as the hash: RFC 7518 §3.5, and Android too. */
export function signPss(digest: string, input: Uint8Array, key: KeyObject): Buffer {
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(digest, input, { key, padding, saltLength });
}

/** ECDSA: `r` and `s` side by side (RFC 7518 §3.4). */
export function signSideBySide(digest: string, input: Uint8Array, key: KeyObject): Buffer {
  return sign(digest, input, { key, dsaEncoding: 'ieee-p1363' });
}

/** The public half of a private key, as the PEM that a careless server would take for a secret. */
export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}
