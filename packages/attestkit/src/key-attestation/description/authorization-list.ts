import { isNull, readOctets } from '../../kernel/asn1/der-values.js';
import { readExplicit, readSequence, TAG_CLASS, type Asn1 } from '../../kernel/asn1/der.js';
import { readApplicationId, type AttestationApplicationId } from './application-id.js';
import { readNumber, readNumbers, type Notes } from './lenient-der.js';
import { readRootOfTrust, type RootOfTrust } from './root-of-trust.js';

/**
 * What the key may be used for and by whom, as the system (`softwareEnforced`) or its secure hardware enforces it.
 * Numbers are KeyMint's; a member that the list has not is absent. Times are milliseconds since the epoch.
 */
export interface AuthorizationList {
  /** KeyPurpose: 0 encrypt, 1 decrypt, 2 sign, 3 verify, 5 wrap key, 6 agree key, 7 attest key. */
  readonly purpose?: readonly number[];
  /** Algorithm: 1 RSA, 3 EC, 4 ML-DSA, 32 AES, 33 3DES, 128 HMAC. */
  readonly algorithm?: number;
  /** Bits. */
  readonly keySize?: number;
  readonly blockMode?: readonly number[];
  /** Digest: 0 none, 1 MD5, 2 SHA-1, 3 SHA-224, 4 SHA-256, 5 SHA-384, 6 SHA-512. */
  readonly digest?: readonly number[];
  /** PaddingMode: 1 none, 2 OAEP, 3 PSS, 4 PKCS#1 1.5 encryption, 5 PKCS#1 1.5 signature, 64 PKCS#7. */
  readonly padding?: readonly number[];
  readonly callerNonce?: true;
  readonly minMacLength?: number;
  /** EcCurve: 0 P-224, 1 P-256, 2 P-384, 3 P-521, 4 Curve25519. */
  readonly ecCurve?: number;
  readonly mlDsaVariant?: number;
  readonly rsaPublicExponent?: number;
  readonly rsaOaepMgfDigest?: readonly number[];
  readonly rollbackResistance?: true;
  readonly earlyBootOnly?: true;
  readonly activeDateTime?: number;
  readonly originationExpireDateTime?: number;
  readonly usageExpireDateTime?: number;
  readonly usageCountLimit?: number;
  readonly userSecureId?: readonly number[];
  readonly noAuthRequired?: true;
  /** HardwareAuthenticatorType, a bit mask: 1 password, 2 fingerprint. */
  readonly userAuthType?: number;
  /** Seconds. */
  readonly authTimeout?: number;
  readonly allowWhileOnBody?: true;
  readonly trustedUserPresenceRequired?: true;
  readonly trustedConfirmationRequired?: true;
  readonly unlockedDeviceRequired?: true;
  readonly allApplications?: true;
  readonly applicationId?: Uint8Array;
  readonly creationDateTime?: number;
  /** KeyOrigin: 0 generated, 1 derived, 2 imported, 4 securely imported. */
  readonly origin?: number;
  readonly rollbackResistant?: true;
  readonly rootOfTrust?: RootOfTrust;
  /** `130000` is 13. */
  readonly osVersion?: number;
  /** YYYYMM. */
  readonly osPatchLevel?: number;
  readonly attestationApplicationId?: AttestationApplicationId;
  readonly attestationIdBrand?: string;
  readonly attestationIdDevice?: string;
  readonly attestationIdProduct?: string;
  readonly attestationIdSerial?: string;
  readonly attestationIdImei?: string;
  readonly attestationIdMeid?: string;
  readonly attestationIdManufacturer?: string;
  readonly attestationIdModel?: string;
  /** YYYYMMDD, of some devices YYYYMM. */
  readonly vendorPatchLevel?: number;
  /** YYYYMMDD, of some devices YYYYMM. */
  readonly bootPatchLevel?: number;
  readonly deviceUniqueAttestation?: true;
  readonly attestationIdSecondImei?: string;
  /** SHA-256 of the DER of the system's modules. */
  readonly moduleHash?: Uint8Array;
}

type Reader = (element: Asn1 | undefined, path: string, notes: Notes) => unknown;

const flag: Reader = (element) => isNull(element) || undefined;
/** What a maker wrote need not be UTF-8. */
const text: Reader = (element) => {
  const octets = readOctets(element);
  return octets === undefined ? undefined : Buffer.from(octets).toString('utf8');
};
/** A set; of old Keymasters a single one. */
const numberOrNumbers: Reader = (element, path, notes) => {
  const one = readNumber(element);
  return one === undefined ? readNumbers(element, path, notes) : [one];
};

/** Makers' and sellers' names and numbers: they say nothing of the key. */
const IDENTIFIERS: ReadonlySet<number> = new Set([710, 711, 712, 713, 714, 715, 716, 717, 723]);

/** Tags of AuthorizationList, of every version (Android, "Key and ID attestation", schemas). */
const FIELDS: ReadonlyMap<number, readonly [name: keyof AuthorizationList, read: Reader]> = new Map([
  [1, ['purpose', readNumbers]],
  [2, ['algorithm', readNumber]],
  [3, ['keySize', readNumber]],
  [4, ['blockMode', readNumbers]],
  [5, ['digest', readNumbers]],
  [6, ['padding', readNumbers]],
  [7, ['callerNonce', flag]],
  [8, ['minMacLength', readNumber]],
  [10, ['ecCurve', readNumber]],
  [11, ['mlDsaVariant', readNumber]],
  [200, ['rsaPublicExponent', readNumber]],
  [203, ['rsaOaepMgfDigest', readNumbers]],
  [303, ['rollbackResistance', flag]],
  [305, ['earlyBootOnly', flag]],
  [400, ['activeDateTime', readNumber]],
  [401, ['originationExpireDateTime', readNumber]],
  [402, ['usageExpireDateTime', readNumber]],
  [405, ['usageCountLimit', readNumber]],
  [502, ['userSecureId', numberOrNumbers]],
  [503, ['noAuthRequired', flag]],
  [504, ['userAuthType', readNumber]],
  [505, ['authTimeout', readNumber]],
  [506, ['allowWhileOnBody', flag]],
  [507, ['trustedUserPresenceRequired', flag]],
  [508, ['trustedConfirmationRequired', flag]],
  [509, ['unlockedDeviceRequired', flag]],
  [600, ['allApplications', flag]],
  [601, ['applicationId', readOctets]],
  [701, ['creationDateTime', readNumber]],
  [702, ['origin', readNumber]],
  [703, ['rollbackResistant', flag]],
  [704, ['rootOfTrust', readRootOfTrust]],
  [705, ['osVersion', readNumber]],
  [706, ['osPatchLevel', readNumber]],
  [709, ['attestationApplicationId', readApplicationId]],
  [710, ['attestationIdBrand', text]],
  [711, ['attestationIdDevice', text]],
  [712, ['attestationIdProduct', text]],
  [713, ['attestationIdSerial', text]],
  [714, ['attestationIdImei', text]],
  [715, ['attestationIdMeid', text]],
  [716, ['attestationIdManufacturer', text]],
  [717, ['attestationIdModel', text]],
  [718, ['vendorPatchLevel', readNumber]],
  [719, ['bootPatchLevel', readNumber]],
  [720, ['deviceUniqueAttestation', flag]],
  [723, ['attestationIdSecondImei', text]],
  [724, ['moduleHash', readOctets]],
]);

/**
 * Reads an AuthorizationList: `SEQUENCE { [tag] EXPLICIT value, … }`. The order of the tags means nothing: genuine
 * devices write others than DER has. Tags that are unknown or there twice are noted, and not read; but a set of numbers in several
 * parts, as some devices write it, is joined: google/android-key-attestation#79. An identifier of the device that is not
 * text is left out.
 */
export function readAuthorizationList(
  element: Asn1 | undefined,
  path: string,
  notes: Notes,
): AuthorizationList | undefined {
  const elements = readSequence(element);
  if (elements === undefined) {
    notes.unreadable?.push(path);
    return undefined;
  }
  const list: Record<string, unknown> = {};
  const seen = new Set<number>();
  let last = -1;
  for (const each of elements) {
    const { tag } = each;
    if (each.tagClass !== TAG_CLASS.context) {
      notes.unreadable?.push(path);
      return undefined;
    }
    if (tag < last) notes.anomalies.push(`${path}: tags not ascending (${last} -> ${tag})`);
    last = tag;
    const field = FIELDS.get(tag);
    if (field === undefined) {
      notes.unknownTags.push(`${path} ${tag}`);
      continue;
    }
    const [name, read] = field;
    const isSet = read === readNumbers;
    if (seen.has(tag) && !isSet) {
      notes.repeatedTags.push(`${path} ${tag}`);
      continue;
    }
    seen.add(tag);
    const value = read(readExplicit(each, tag), `${path}.${name}`, notes);
    if (value !== undefined) {
      list[name] = isSet ? joined(list[name], value, `${path}.${name}`, notes) : value;
    } else if (IDENTIFIERS.has(tag)) {
      notes.anomalies.push(`${path}.${name}: not text, left out`);
    } else {
      notes.unreadable?.push(`${path}.${name}`);
      return undefined;
    }
  }
  return list;
}

/** The numbers of one tag that is there several times, each of them once. */
function joined(known: unknown, more: unknown, path: string, notes: Notes): unknown {
  if (known === undefined) return more;
  notes.anomalies.push(`${path}: in several parts`);
  return [...new Set([...(known as readonly number[]), ...(more as readonly number[])])];
}
