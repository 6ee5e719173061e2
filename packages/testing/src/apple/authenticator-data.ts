import { createHash } from 'node:crypto';
import { pointOf } from '../encode/certificate.js';
import { encodeCbor, map, type CborMap, type CborValue } from '../encode/cbor.js';

/** The fields of authenticator data (WebAuthn §6.1), encoded if they are not of fixed length. */
export interface AuthenticatorData {
  readonly rpIdHash: Uint8Array;
  readonly flags: number;
  readonly counter: number;
  /** Only in an attestation. */
  readonly credential?: Credential;
  /** What follows, in iOS 27: a CBOR map. */
  readonly extensions?: CborValue | undefined;
}

export interface Credential {
  readonly aaguid: Uint8Array;
  /** As it is written, which a defect can make another than the id's. */
  readonly idLength: number;
  readonly id: Uint8Array;
  readonly publicKey: CborValue;
}

/** How iOS 27 marks that extensions follow: not at all, as in Apple's sample, or with the flag ED, as devices do. */
export type ExtensionLayout = 'none' | 'flag-0x40' | 'flag-0xc0';

const ATTESTED = 0x40;
const EXTENDED = 0x80;

/** The flags as the devices of a layout set them: AT always, even in assertions. */
export function flagsOf(layout: ExtensionLayout): number {
  return layout === 'flag-0xc0' ? ATTESTED | EXTENDED : ATTESTED;
}

export function encodeAuthenticatorData(data: AuthenticatorData): Buffer {
  const { rpIdHash, flags, counter, credential, extensions } = data;
  const numbers = Buffer.alloc(5);
  numbers.writeUInt8(flags);
  numbers.writeUInt32BE(counter, 1);
  return Buffer.concat([
    rpIdHash,
    numbers,
    ...(credential === undefined ? [] : encodeCredential(credential)),
    ...(extensions === undefined ? [] : [encodeCbor(extensions)]),
  ]);
}

function encodeCredential({ aaguid, idLength, id, publicKey }: Credential): Uint8Array[] {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(idLength);
  return [aaguid, length, id, encodeCbor(publicKey)];
}

/** 16 octets that name the environment. */
export function aaguidOf(environment: 'production' | 'development'): Uint8Array {
  return Buffer.from(environment === 'production' ? 'appattest\0\0\0\0\0\0\0' : 'appattestdevelop');
}

/** COSE_Key of a P-256 key for ES256 (RFC 9053 §7.1.1), from its SubjectPublicKeyInfo. */
export function coseKey(publicKey: Uint8Array): CborMap {
  const point = pointOf(publicKey);
  return map([1, 2], [3, -7], [-1, 1], [-2, point.subarray(1, 33)], [-3, point.subarray(33)]);
}

/** What an app's launch was, as iOS 27 signs it. */
export interface Launch {
  /** Apple's number: 4 is the App Store. */
  readonly category: number;
  /** Undefined: none, as Macs have it. */
  readonly bundleVersion: string | undefined;
  /** Signed too if the app asks for it. */
  readonly cdHash?: Uint8Array | undefined;
}

export function launchExtensions({ category, bundleVersion, cdHash }: Launch): CborMap {
  return map(
    ...(bundleVersion === undefined ? [] : ([['apple_bundle_version_01', bundleVersion]] as const)),
    ['apple_validation_category_01', categoryBytes(category)],
    ...(cdHash === undefined
      ? []
      : ([
          ['apple_cd_hash_hash_01', cdHash],
          ['apple_cd_hash_type_01', Buffer.of(2)],
        ] as const)),
  );
}

/** Four octets, the lowest first, though Apple's text calls it an unsigned integer. */
export function categoryBytes(category: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(category);
  return bytes;
}

export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
