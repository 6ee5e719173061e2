import { readSequence, readSigned, type Asn1 } from '../../kernel/asn1/der.js';
import { readOctets } from '../../kernel/asn1/der-values.js';
import { readAuthorizationList, type AuthorizationList } from './authorization-list.js';
import { readNumber, type Notes } from './lenient-der.js';

/** Where a key lives. A number if it is undocumented. */
export type SecurityLevel = 'SOFTWARE' | 'TRUSTED_ENVIRONMENT' | 'STRONG_BOX' | number;

/** The attestation extension: what the secure hardware says of a key (Android, "Key and ID attestation", KeyDescription). */
export interface KeyDescription {
  /** 1 to 4: Keymaster 2 to 4.1; 100, 200, …: KeyMint 1, 2, …. */
  readonly attestationVersion: number;
  readonly attestationSecurityLevel: SecurityLevel;
  /** `keymasterVersion` before version 100. */
  readonly keyMintVersion: number;
  readonly keyMintSecurityLevel: SecurityLevel;
  readonly attestationChallenge: Uint8Array;
  readonly uniqueId: Uint8Array;
  readonly softwareEnforced: AuthorizationList;
  readonly hardwareEnforced: AuthorizationList;
}

/** A key description, and what is out of the ordinary in it. */
export interface ReadKeyDescription extends Notes {
  readonly description: KeyDescription;
  /** Whether the version is one that this was written for. */
  readonly versionKnown: boolean;
}

const VERSIONS: readonly number[] = [1, 2, 3, 4, 100, 200, 300, 400, 500];
const NEWEST = 500;

const LEVELS = ['SOFTWARE', 'TRUSTED_ENVIRONMENT', 'STRONG_BOX'] as const;

/** Why a key description cannot be read: the first member at fault, `hardwareEnforced.rootOfTrust`. */
export interface UnreadableDescription {
  readonly unreadable: string;
}

/** Reads a key description, or gives undefined; `parseKeyDescription` says why. */
export function readKeyDescription(extension: Uint8Array): ReadKeyDescription | undefined {
  const read = parseKeyDescription(extension);
  return 'description' in read ? read : undefined;
}

/**
 * Reads a key description, or says what in it cannot be read: eight elements; in a version above those known here more may
 * follow. An undocumented version below them cannot be read.
 */
export function parseKeyDescription(extension: Uint8Array): ReadKeyDescription | UnreadableDescription {
  const parts = readSequence(readSigned(extension)) ?? [];
  const unreadable: string[] = [];
  const notes: Notes = { anomalies: [], unknownTags: [], repeatedTags: [] };
  const noting: Notes = { ...notes, unreadable };
  const member = <T>(name: string, value: T | undefined): T | undefined => {
    if (value === undefined) unreadable.push(name);
    return value;
  };
  const attestationVersion = member('attestationVersion', readNumber(parts[0]));
  const attestationSecurityLevel = member('attestationSecurityLevel', readLevel(parts[1]));
  const keyMintVersion = member('keyMintVersion', readNumber(parts[2]));
  const keyMintSecurityLevel = member('keyMintSecurityLevel', readLevel(parts[3]));
  const attestationChallenge = member('attestationChallenge', readOctets(parts[4]));
  const uniqueId = member('uniqueId', readOctets(parts[5]));
  const softwareEnforced = readAuthorizationList(parts[6], 'softwareEnforced', noting);
  const hardwareEnforced = readAuthorizationList(parts[7], 'hardwareEnforced', noting);
  if (
    attestationVersion === undefined ||
    attestationSecurityLevel === undefined ||
    keyMintVersion === undefined ||
    keyMintSecurityLevel === undefined ||
    attestationChallenge === undefined ||
    uniqueId === undefined ||
    softwareEnforced === undefined ||
    hardwareEnforced === undefined
  )
    return { unreadable: parts.length === 0 ? 'KeyDescription' : (unreadable[0] as string) };
  const versionKnown = VERSIONS.includes(attestationVersion);
  if (!versionKnown && attestationVersion < NEWEST) return { unreadable: 'attestationVersion' };
  if (versionKnown && parts.length > 8) return { unreadable: 'KeyDescription' };
  const description = {
    attestationVersion,
    attestationSecurityLevel,
    keyMintVersion,
    keyMintSecurityLevel,
    attestationChallenge,
    uniqueId,
    softwareEnforced,
    hardwareEnforced,
  };
  return { description, versionKnown, ...notes };
}

/**
 * ENUMERATED by the schema. Published examples have an INTEGER (Web Authentication §16.10) and worse for it, so the tag
 * decides nothing: only the content does, and only two values of it are ever trusted.
 */
function readLevel(element: Asn1 | undefined): SecurityLevel | undefined {
  const octets = element?.content ?? new Uint8Array();
  if (octets.length === 0 || octets.length > 4) return undefined;
  const level = octets.reduce((number, octet) => number * 256 + octet, 0);
  return LEVELS[level] ?? level;
}
