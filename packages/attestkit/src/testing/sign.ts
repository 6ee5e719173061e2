import { constants, createHmac, sign, type KeyObject } from 'node:crypto';
import { ALGORITHMS } from '../kernel/jwa.js';
import type { JwsAlgorithm } from '../ports/keys.js';

/** A secret or private key with the algorithm that it signs with. */
export interface SigningKey {
  readonly algorithm: JwsAlgorithm;
  readonly key: KeyObject;
}

/** The signature over the signing input (ASCII), as RFC 7518 §3 and RFC 8037 §3.1 encode it. */
export function signature({ algorithm, key }: SigningKey, signingInput: string): Buffer {
  const { family, hash } = ALGORITHMS[algorithm];
  const input = Buffer.from(signingInput, 'latin1');
  switch (family) {
    case 'hmac':
      return createHmac(hash, key).update(input).digest();
    case 'rsa':
      return sign(hash, input, key);
    case 'rsa-pss': {
      const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
      return sign(hash, input, { key, padding, saltLength });
    }
    case 'ecdsa':
      return sign(hash, input, { key, dsaEncoding: 'ieee-p1363' });
    case 'eddsa':
      return sign(null, input, key);
  }
}
