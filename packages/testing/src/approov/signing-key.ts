import { createPrivateKey, createSecretKey, generateKeyPairSync, KeyObject, randomBytes } from 'node:crypto';
import type { JwsAlgorithm } from 'attestkit';
import { ConfigurationError } from 'attestkit/errors';
import { approovKeys } from 'attestkit/approov';
import { publicPem, type SigningKey } from '../encode/signature.js';

/** What signs a test token. */
export type ApproovSigningOptions =
  | {
      /** The secret in base64, at least as long as the algorithm's hash: 32 bytes for HS256. */
      readonly secretBase64: string | undefined;
      /** Default `HS256`. */
      readonly algorithm?: 'HS256' | 'HS384' | 'HS512';
      readonly privateKey?: undefined;
    }
  | {
      /** The private key of a key set, as KeyObject or PEM (PKCS#8, PKCS#1, SEC 1). */
      readonly privateKey: KeyObject | string;
      readonly algorithm: Exclude<JwsAlgorithm, `HS${string}`>;
      readonly secretBase64?: undefined;
    };

type SecretOptions = Extract<ApproovSigningOptions, { readonly privateKey?: undefined }>;

/**
 * Whether a secret signs, or a private key.
 *
 * @throws ConfigurationError naming the option, if the algorithm is not for it
 */
export function isSymmetric(options: ApproovSigningOptions): options is SecretOptions {
  const { algorithm = 'HS256', privateKey } = options;
  if (!/^([HRPE]S(256|384|512)|EdDSA)$/.test(algorithm))
    throw new ConfigurationError('algorithm', 'is not known', 'Give HS256, RS256, ES256 or another of JWA.');
  const isHmac = algorithm.startsWith('HS');
  if (isHmac === (privateKey === undefined)) return isHmac;
  throw new ConfigurationError(
    'algorithm',
    `is ${algorithm}, which does not sign with the key that was given`,
    'Give secretBase64 for HS256, HS384 and HS512, and privateKey for all others.',
  );
}

/**
 * Reads the key that signs. A secret was checked by `signApproovToken`.
 *
 * @throws ConfigurationError naming the option
 */
export function signingKey(options: ApproovSigningOptions): SigningKey {
  const { algorithm = 'HS256', privateKey, secretBase64 = '' } = options;
  if (privateKey === undefined) return { algorithm, key: createSecretKey(secretBase64, 'base64') };
  const key = privateKey instanceof KeyObject ? privateKey : readPrivateKey(privateKey);
  if (key.type !== 'private')
    throw new ConfigurationError('privateKey', 'is not private', 'Give the key that signs.');
  assertFits(key, algorithm);
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

/** A key that no server could be configured with signs nothing: the server's own rules decide. */
function assertFits(key: KeyObject, algorithm: JwsAlgorithm): void {
  try {
    approovKeys({ publicKey: publicPem(key), algorithm: algorithm as Exclude<JwsAlgorithm, `HS${string}`> });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError('privateKey', error.problem, error.remedy, { cause: error });
  }
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
