import { equalBytes } from '../kernel/bytes/equal-bytes.js';
import {
  isTextMap,
  readCborItem,
  readSignedCborItem,
  type CborMap,
  type CborValue,
} from '../kernel/bytes/cbor.js';

/** Authenticator data of an assertion (Web Authentication §6.1). All bytes refer to those that were read. */
export interface AuthenticatorData {
  readonly rpIdHash: Uint8Array;
  /** Unsigned, 32 bits. */
  readonly counter: number;
  /** Empty without extensions. */
  readonly extensions: CborMap;
}

/** Authenticator data of an attestation (Web Authentication §6.5.1). */
export interface AttestedData extends AuthenticatorData {
  readonly aaguid: Uint8Array;
  readonly credentialId: Uint8Array;
  /** A COSE key. */
  readonly credentialKey: CborValue;
}

/** rpIdHash 32, flags 1, counter 4; then aaguid 16 and the length of the credential id 2. */
const FLAGS_AT = 32;
const COUNTER_AT = FLAGS_AT + 1;
const HEAD = COUNTER_AT + 4;
const LENGTH_AT = HEAD + 16;
const CREDENTIAL_AT = LENGTH_AT + 2;

/** Names of the extensions: as iOS 27 writes them, and as Apple's prose on assertions has them. */
const CATEGORY = ['apple_validation_category_01', 'validationCategory'] as const;
const BUNDLE_VERSION = ['apple_bundle_version_01', 'bundleVersion'] as const;

/** The hash of the code directory and its algorithm: observed in iOS 27 and macOS 27, and documented nowhere. */
const CODE_DIRECTORY = { hash: 'apple_cd_hash_hash_01', type: 'apple_cd_hash_type_01' } as const;

/** Of a code directory, `CS_HASHTYPE_SHA256` in the headers of macOS. */
const SHA256 = Buffer.of(2);
const SHA256_SIZE = 32;

const NONE: CborMap = new Map();

/**
 * Reads the authenticator data of an attestation: the credential, exactly one COSE key, and at most one map of
 * extensions. The flags decide nothing: iOS 27 writes extensions with and without the flag that announces them.
 */
export function readAttestedData(bytes: Uint8Array): AttestedData | undefined {
  if (bytes.length < CREDENTIAL_AT) return undefined;
  const view = viewOf(bytes);
  const keyAt = CREDENTIAL_AT + view.getUint16(LENGTH_AT);
  const key = readCborItem(bytes, keyAt);
  const extensions = key === undefined ? undefined : readExtensions(bytes, key.end);
  if (key === undefined || extensions === undefined) return undefined;
  return {
    rpIdHash: bytes.subarray(0, FLAGS_AT),
    counter: view.getUint32(COUNTER_AT),
    aaguid: bytes.subarray(HEAD, LENGTH_AT),
    credentialId: bytes.subarray(CREDENTIAL_AT, keyAt),
    credentialKey: key.value,
    extensions,
  };
}

/** Reads the authenticator data of an assertion: 37 bytes, and at most one map of extensions. The flags decide nothing. */
export function readAuthenticatorData(bytes: Uint8Array): AuthenticatorData | undefined {
  if (bytes.length < HEAD) return undefined;
  const extensions = readExtensions(bytes, HEAD);
  if (extensions === undefined) return undefined;
  return { rpIdHash: bytes.subarray(0, FLAGS_AT), counter: viewOf(bytes).getUint32(COUNTER_AT), extensions };
}

/** The value of the extension `apple_validation_category_01`, whatever it is. */
export function categoryValue({ extensions }: AuthenticatorData): CborValue | undefined {
  return valueOf(extensions, CATEGORY);
}

/** The value of the extension `apple_bundle_version_01`, whatever it is. */
export function bundleVersionValue({ extensions }: AuthenticatorData): CborValue | undefined {
  return valueOf(extensions, BUNDLE_VERSION);
}

/**
 * The signed hash of the app's code directory: SHA-256, hexadecimal; `unrecognized` if there is something else than
 * that. Undefined if there is nothing.
 */
export function codeDirectoryHashOf({ extensions }: AuthenticatorData): string | undefined {
  if (!extensions.has(CODE_DIRECTORY.hash) && !extensions.has(CODE_DIRECTORY.type)) return undefined;
  const digest = extensions.get(CODE_DIRECTORY.hash);
  const type = extensions.get(CODE_DIRECTORY.type);
  const isKnown = type instanceof Uint8Array && equalBytes(type, SHA256);
  if (!isKnown || !(digest instanceof Uint8Array) || digest.length !== SHA256_SIZE) return 'unrecognized';
  return Buffer.from(digest).toString('hex');
}

function valueOf(extensions: CborMap, [long, short]: readonly [string, string]): CborValue | undefined {
  return extensions.has(long) ? extensions.get(long) : extensions.get(short);
}

/**
 * One map with text for keys and nothing after it, or nothing at all. Both names of one extension are ambiguous. Values of
 * extensions that are not known here may be of any kind: the next system may write others.
 */
function readExtensions(bytes: Uint8Array, at: number): CborMap | undefined {
  if (at === bytes.length) return NONE;
  const item = readSignedCborItem(bytes, at);
  const map = item?.value;
  if (item?.end !== bytes.length || !isTextMap(map)) return undefined;
  const ambiguous = [CATEGORY, BUNDLE_VERSION].some(([long, short]) => map.has(long) && map.has(short));
  return ambiguous ? undefined : map;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
