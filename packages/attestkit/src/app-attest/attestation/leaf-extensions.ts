import { isAscii } from 'node:buffer';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { isContext, readExplicit, readSequence, readSigned, TAG_CLASS } from '../../kernel/asn1/der.js';
import { readOctets } from '../../kernel/asn1/der-values.js';
import type { Certificate } from '../../kernel/asn1/x509.js';

/** Apple's extensions of the first certificate. */
const OID = {
  nonce: '1.2.840.113635.100.8.2',
  accessPolicy: '1.2.840.113635.100.8.6',
  operatingSystem: '1.2.840.113635.100.8.7',
} as const;

/** Tags inside the extension of the operating system, as observed: version, build, platform. */
const OS_TAGS: readonly number[] = [1400, 1403, 1026];

/** Platforms whose keys have no access policy to hold to; only `iphoneos` has been observed. */
const MOBILE: readonly string[] = ['iphoneos', 'watchos', 'appletvos', 'xros'];

/**
 * The access policy of a key on a Mac with System Integrity Protection and Full Security: "Attested keys on macOS
 * should only be trusted for this exact hash value" (Apple, Verify the attestation).
 */
const MACOS_POLICY = Buffer.from(
  'MEAMAjExMDowCQwCb2uhAwEB/zAJDAJvYaEDAQH/MAsMBG9kZWyhAwEB/zAVDARvc2duoAYMBHJzZWMwBaYDAgEB',
  'base64',
);

/** What the first certificate says of the operating system; empty before Apple wrote it. */
export interface OperatingSystem {
  readonly version: string | undefined;
  readonly build: string | undefined;
  /** `iphoneos`; from iOS 18 on. */
  readonly platform: string | undefined;
}

/** The nonce, 32 bytes: `SEQUENCE { [1] { OCTET STRING } }`. */
export function nonceOf(leaf: Certificate): Uint8Array | undefined {
  const octets = octetsIn(leaf, OID.nonce, 1);
  return octets?.length === 32 ? octets : undefined;
}

/**
 * What the certificate says of the operating system: `SEQUENCE { [n] { OCTET STRING }, … }`. Undefined if that is
 * there and cannot be read, or says one thing twice.
 */
export function operatingSystemOf(leaf: Certificate): OperatingSystem | undefined {
  const extension = leaf.extensions.get(OID.operatingSystem);
  const elements = extension === undefined ? [] : readSequence(readSigned(extension.value));
  if (elements === undefined) return undefined;
  const facts = new Map<number, string>();
  for (const element of elements) {
    const { tag } = element;
    if (element.tagClass !== TAG_CLASS.context || !OS_TAGS.includes(tag)) continue;
    const octets = readOctets(readExplicit(element, tag));
    if (octets === undefined || !isAscii(octets) || facts.has(tag)) return undefined;
    facts.set(tag, Buffer.from(octets).toString('latin1'));
  }
  const [version, build, platform] = OS_TAGS.map((tag) => facts.get(tag));
  return { version, build, platform };
}

/**
 * Whether the rule for Macs applies to the key: if its platform is named and is not a mobile one, and
 * if it is not named and there is an access policy, which iOS writes only in versions that name the platform.
 */
export function isOfMac(leaf: Certificate, platform: string | undefined): boolean {
  return platform === undefined ? leaf.extensions.has(OID.accessPolicy) : !MOBILE.includes(platform);
}

/** Whether the key's access policy is that of a Mac with full security: `SEQUENCE { [3] { OCTET STRING } }`. */
export function hasMacosPolicy(leaf: Certificate): boolean {
  const octets = octetsIn(leaf, OID.accessPolicy, 3);
  return octets !== undefined && equalBytes(octets, MACOS_POLICY);
}

function octetsIn(leaf: Certificate, oid: string, tag: number): Uint8Array | undefined {
  const extension = leaf.extensions.get(oid);
  if (extension === undefined) return undefined;
  const elements = readSequence(readSigned(extension.value));
  const [element] = elements ?? [];
  return elements?.length === 1 && isContext(element, tag)
    ? readOctets(readExplicit(element, tag))
    : undefined;
}
