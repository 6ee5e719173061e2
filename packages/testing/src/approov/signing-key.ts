import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  KeyObject,
  randomBytes,
} from 'node:crypto';
import { ConfigurationError } from '../../kernel/errors.js';
import { ALGORITHMS } from '../../kernel/jose/jwa.js';
import { publicKey } from '../../kernel/jose/public-keys.js';
import { decodeAnySecret } from '../../kernel/config/secrets.js';
import type { JwsAlgorithm } from '../../ports/keys.js';
import type { SigningKey } from '../../kernel/jose/sign-jws.js';

type HmacAlgorithm = Extract<JwsAlgorithm, `HS${string}`>;

/** What signs a test token. */
export type ApproovSigningOptions =
  | {
      /** The secret in base64, at least as long as the algorithm's hash: 32 bytes for HS256. */
      readonly secretBase64: string | undefined;
      /** Default `HS256`. */
      readonly algorithm?: HmacAlgorithm;
      readonly privateKey?: undefined;
    }
  | {
      /** The private key of a key set, as KeyObject or PEM (PKCS#8, PKCS#1, SEC 1). */
      readonly privateKey: KeyObject | string;
      readonly algorithm: Exclude<JwsAlgorithm, HmacAlgorithm>;
      readonly secretBase64?: undefined;
    };

/**
 * Reads what signs, and sees to it that the algorithm fits.
 *
 * @throws ConfigurationError naming the option
 */
export function signingKey(options: ApproovSigningOptions): SigningKey {
  const { algorithm = 'HS256', privateKey, secretBase64 } = options;
  if (!Object.hasOwn(ALGORITHMS, algorithm))
    throw new ConfigurationError('algorithm', 'is not known', 'Give HS256, RS256, ES256 or another of JWA.');
  const { family, length = 0 } = ALGORITHMS[algorithm];
  if ((family === 'hmac') !== (privateKey === undefined)) {
    throw new ConfigurationError(
      'algorithm',
      `is ${algorithm}, which does not sign with the key that was given`,
      'Give secretBase64 for HS256, HS384 and HS512, and privateKey for all others.',
    );
  }
  if (privateKey === undefined)
    return {
      algorithm,
      key: createSecretKey(decodeAnySecret(secretBase64, 'base64', 'secretBase64', length)),
    };
  const key = privateKey instanceof KeyObject ? privateKey : readPrivateKey(privateKey);
  if (key.type !== 'private')
    throw new ConfigurationError('privateKey', 'is not private', 'Give the key that signs.');
  publicKey(publicPem(key), algorithm, 'privateKey');
  return { algorithm, key };
}

/** Another key of the same kind and size, made for this one call: the key of a stranger. */
export function otherKey({ algorithm, key }: SigningKey): SigningKey {
  if (key.type === 'secret')
    return { algorithm, key: createSecretKey(randomBytes(key.symmetricKeySize ?? 64)) };
  const { modulusLength = 2048, namedCurve = 'P-256' } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { algorithm, key: generateKeyPairSync('rsa', { modulusLength }).privateKey };
    case 'ec':
      return { algorithm, key: generateKeyPairSync('ec', { namedCurve }).privateKey };
    case 'ed448':
      return { algorithm, key: generateKeyPairSync('ed448').privateKey };
    default:
      return { algorithm, key: generateKeyPairSync('ed25519').privateKey };
  }
}

/** The public half of a private key, as the PEM that a careless server would take for a secret. */
export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new ConfigurationError(
      'privateKey',
      'is not a PEM that can be read',
      'Give the whole text, from -----BEGIN to -----END, unencrypted.',
      { cause },
    );
  }
}
