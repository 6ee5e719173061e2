import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { ConfigurationError } from 'attestkit/errors';
import { assertOneOf } from '../options.js';
import { signPss } from '../encode/signature.js';
import { integers, type Tags } from './description.js';
import { spki, type CertificateSigner } from '../encode/certificate.js';
import { bits, integer, oid, sequence } from '../encode/der.js';

/** Which key to make, and what it may sign with. */
export interface AndroidKeyChoice {
  /**
   * A curve, RSA of 2048 bits or of 4096, Ed25519 from version 200 of the attestation on, ML-DSA-65 from version 500 on:
   * it has no private half, as Node cannot make one, and signs nothing. Default `p256`.
   */
  readonly keyType?: AndroidKeyType;
  /** With which hash the key may sign; Ed25519 and ML-DSA do not take one. Default `sha256`. */
  readonly digest?: keyof typeof DIGESTS;
  /** With which padding an RSA key may sign. Default `pkcs1`. */
  readonly padding?: keyof typeof PADDINGS;
}

/** A key in a KeyStore. */
export interface AndroidKeyMaterial {
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** What the hardware says of it: algorithm, size, digest, padding, curve. In their order. */
  readonly tags: Tags;
  /** Of certificates, which forgers have it sign. */
  readonly signer: CertificateSigner;
  /** Signs with the key, or with another of its kind. */
  sign(message: Uint8Array, stranger: boolean): Buffer;
}

interface KeyType {
  /** The first version of the attestation that has it. */
  readonly since: number;
  readonly tags: Tags;
  /** What its signatures have. */
  readonly takes: 'digest' | 'digest and padding' | 'neither';
  /** Missing where Node cannot. */
  readonly generate?: () => KeyObject;
}

/** KeyMint's numbers. */
const DIGESTS = { sha256: 4, sha384: 5, sha512: 6 } as const;
const PADDINGS = { pkcs1: 5, pss: 3 } as const;
const NO_DIGEST = 0;
const ALGORITHM = { rsa: 1, ec: 3, mlDsa: 4 } as const;

/** MlDsaVariant. */
const ML_DSA_65 = 1;

const KEY_TYPES = {
  p256: onCurve(1, 256, () => generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  p384: onCurve(2, 384, () => generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  p521: onCurve(3, 521, () => generateKeyPairSync('ec', { namedCurve: 'P-521' })),
  rsa: rsaOf(2048),
  'rsa-4096': rsaOf(4096),
  ed25519: { ...onCurve(4, 256, () => generateKeyPairSync('ed25519')), since: 200, takes: 'neither' },
  'ml-dsa-65': {
    since: 500,
    tags: [
      [2, integer(ALGORITHM.mlDsa)],
      [11, integer(ML_DSA_65)],
    ],
    takes: 'neither',
  },
} as const satisfies Readonly<Record<string, KeyType>>;

/** The kinds of keys that a virtual device makes. */
export type AndroidKeyType = keyof typeof KEY_TYPES;

/** @param version of the attestation */
export function makeAndroidKey(choice: AndroidKeyChoice, version: number): AndroidKeyMaterial {
  const { keyType = 'p256', digest = 'sha256', padding = 'pkcs1' } = choice;
  assertOneOf('keyType', keyType, Object.keys(KEY_TYPES));
  assertOneOf('digest', digest, Object.keys(DIGESTS));
  assertOneOf('padding', padding, Object.keys(PADDINGS));
  const { since, tags, takes, generate }: KeyType = KEY_TYPES[keyType];
  if (version < since) {
    const remedy = `Make a device with attestationVersion: ${since}.`;
    throw new ConfigurationError('keyType', 'is newer than the device', remedy);
  }
  const hasDigest = takes !== 'neither';
  const hasPadding = takes === 'digest and padding';
  if (choice.digest !== undefined && !hasDigest)
    throw new ConfigurationError('digest', 'is not for keys of this type', 'Leave it out.');
  if (choice.padding !== undefined && !hasPadding)
    throw new ConfigurationError('padding', 'is for RSA keys alone', 'Leave it out.');
  const allowed: Tags = [
    [5, integers(hasDigest ? DIGESTS[digest] : NO_DIGEST)],
    ...(hasPadding ? ([[6, integers(PADDINGS[padding])]] as const) : []),
  ];
  const own = generate?.();
  return {
    publicKey: own === undefined ? randomMlDsa() : spki(own),
    tags: [...tags, ...allowed].toSorted(([one], [other]) => one - other),
    signer: {
      get key() {
        if (own !== undefined && hasDigest) return own;
        const remedy = 'Give another keyType, or another defect.';
        throw new ConfigurationError('defect', 'has the key sign certificates, which it cannot', remedy);
      },
      hash: digest,
    },
    sign(message, stranger) {
      const key = stranger ? generate?.() : own;
      if (key === undefined) {
        const remedy = 'Sign with a key of another type.';
        throw new ConfigurationError('keyType', 'is of keys that Node cannot sign with', remedy);
      }
      if (padding === 'pss') return signPss(digest, message, key);
      return sign(hasDigest ? digest : null, message, key);
    },
  };
}

interface KeyPair {
  readonly privateKey: KeyObject;
}

function onCurve(curve: number, size: number, generate: () => KeyPair): KeyType {
  return {
    since: 1,
    tags: [
      [2, integer(ALGORITHM.ec)],
      [3, integer(size)],
      [10, integer(curve)],
    ],
    takes: 'digest',
    generate: () => generate().privateKey,
  };
}

function rsaOf(modulusLength: number): KeyType {
  return {
    since: 1,
    tags: [
      [2, integer(ALGORITHM.rsa)],
      [3, integer(modulusLength)],
      [200, integer(65_537)],
    ],
    takes: 'digest and padding',
    generate: () => generateKeyPairSync('rsa', { modulusLength }).privateKey,
  };
}

/** SubjectPublicKeyInfo of an ML-DSA-65 key (RFC 9881 §2): every 1952 octets are one. */
function randomMlDsa(): Buffer {
  return sequence(sequence(oid('2.16.840.1.101.3.4.3.18')), bits(randomBytes(1952)));
}
