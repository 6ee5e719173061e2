import { hash } from 'node:crypto';
import { amount, atLeast, atMost, NOT_ASKED, words, type Worded } from '../../kernel/asked.js';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { CertificatePlace } from '../../kernel/asn1/certificate-place.js';
import { AttestationError } from '../../kernel/errors.js';
import { mustRead } from '../../kernel/sinks.js';
import { isReadable, parseCertificate, type Unreadable } from '../../kernel/asn1/x509-read.js';
import { isSignedBy, type Certificate } from '../../kernel/asn1/x509.js';
import type { Checks } from '../../ports/checks.js';
import type { RevocationList } from '../../ports/revocations.js';
import type { KeyAttestationCache } from './cache.js';
import { CHAIN_CHECKS as CHECKS } from './chain-checks.js';
import { orderMistake } from './chain-mistakes.js';
import {
  MEMBER,
  placeOfAlgorithm,
  placeOfExtension,
  placeOfName,
  placeOfSignature,
  placeOfTime,
} from './chain-places.js';
import { issuerKeyOf, verifyLinks, type Issuer, type Link } from './signatures.js';
import {
  levelOf,
  PROVISIONING_INFO,
  provisioningOf,
  readProvisioningInfo,
  type Provisioning,
  type ProvisioningInfo,
} from './provisioning.js';
import { softwareRoot, type TrustAnchor } from './roots.js';

/** The attestation extension: KeyDescription. */
const KEY_DESCRIPTION = '1.3.6.1.4.1.11129.2.1.17';

const MIN_CERTIFICATES = 3;
export const MAX_CERTIFICATES = 10;

/** Bytes. Real ones have about 1 KiB; a leaf of a post-quantum key 3 KiB. */
export const MAX_CERTIFICATE = 16_384;

/** What a chain must meet. */
export interface ChainRules {
  readonly anchors: readonly TrustAnchor[];
  readonly allowOmittedRoot: boolean;
  readonly allowAttestKeys: boolean;
  /** Undefined: not looked at. */
  readonly revocations: RevocationList | undefined;
  readonly now: number;
  readonly cache: KeyAttestationCache | undefined;
}

/** What a chain turned out to be. */
export interface Chain {
  readonly certificates: readonly Certificate[];
  readonly anchor: TrustAnchor | undefined;
  /** The name of the root: of an anchor, `aosp-software-ec`, `aosp-software-rsa`, or `unknown`. Undefined: none is known. */
  readonly root: string | undefined;
  /** Whether the last certificate is its own issuer. */
  readonly isRooted: boolean;
  readonly provisioning: Provisioning;
  /** The level that those who issued the attestation vouch for; undefined if they do for neither. */
  readonly level: ReturnType<typeof levelOf>;
  readonly provisioningInfo: ProvisioningInfo;
  readonly positions: Positions;
  /** Of each certificate that another one of the chain is to have signed, from the leaf up. */
  readonly links: readonly Link[];
  /** In lower-case hexadecimal without leading zeros, from the leaf up. */
  readonly serials: readonly string[];
}

/** Where a chain's certificates stand: indexes, from the leaf up. */
interface Positions {
  /** Of those that have the attestation extension: the leaf, and above it the attestation key of an app, if there is one. */
  readonly attested: readonly number[];
  /** What the device's own attestation key signed: the last of those, or the leaf if there is none. */
  readonly target: number;
  /** The certificate of the device's attestation key: the first that its makers or Google issued. */
  readonly attestation: number;
  /** The first that many devices have. */
  readonly shared: number;
}

function positionsOf(certificates: readonly Certificate[]): Positions {
  const attested = indexesWith(certificates, KEY_DESCRIPTION);
  const target = attested.at(-1) ?? 0;
  const shared = attested.length === 0 ? certificates.length : target + 2;
  return { attested, target, attestation: target + 1, shared };
}

/** Reads the certificates: how many, how large, in DER. */
export function readChain(chain: readonly Uint8Array[], checks: Checks): readonly Certificate[] {
  const count = Array.isArray(chain) ? chain.length : 0;
  checks.holds(
    CHECKS.length,
    count >= MIN_CERTIFICATES && count <= MAX_CERTIFICATES,
    amount(count, 'certificates'),
  );
  // The inspector reads shorter ones all the same.
  if (count === 0 || count > MAX_CERTIFICATES) throw new AttestationError(CHECKS.length);
  const large = chain.findIndex((each) => !fits(each));
  mustRead(checks, CHECKS.size, large < 0 || undefined, new CertificatePlace(large, 'Certificate'));
  // `map` would pass over the holes of a sparse list.
  const read = Array.from(chain, (der): Certificate | Unreadable =>
    der instanceof Uint8Array ? parseCertificate(der) : { unreadable: 'Certificate' },
  );
  const index = read.findIndex((each) => !isReadable(each));
  const { unreadable = '' } = (read[index] ?? {}) as Partial<Unreadable>;
  const isWhole = index < 0 || undefined;
  mustRead(checks, CHECKS.certificates, isWhole, new CertificatePlace(index, unreadable));
  return read.filter(isReadable);
}

/**
 * The chain leads to a pinned root and has one of the shapes that genuine devices have. basicConstraints, keyUsage and
 * the like mean nothing here: genuine factories got them wrong.
 */
export function appraiseChain(
  certificates: readonly Certificate[],
  rules: ChainRules,
  checks: Checks,
): Chain {
  const last = certificates.at(-1) as Certificate;
  const positions = positionsOf(certificates);
  const { attested, attestation } = positions;

  // Each certificate names the next one as its issuer, byte for byte.
  const misnamed = placeOfName(certificates);
  const named = misnamed === undefined;
  checks.holds(CHECKS.names, named, misnamed, undefined, named ? undefined : orderMistake(certificates));

  // Step 2: the last one is a root, and its key is pinned. Its own dates mean nothing.
  const isRooted = equalBytes(last.issuer, last.subject);
  const anchor = rules.anchors.find(({ spki, subject }) =>
    isRooted ? equalBytes(spki, last.spki) : equalBytes(subject, last.issuer),
  );
  const software = isRooted && anchor === undefined ? softwareRoot(last) : undefined;
  const atEnd = (member: string, value?: string): CertificatePlace =>
    new CertificatePlace(certificates.length - 1, member, value);
  const isEnded = isRooted || (rules.allowOmittedRoot && anchor !== undefined);
  checks.holds(CHECKS.rootPresent, isEnded, isEnded ? undefined : atEnd(MEMBER.issuer));
  checks.holds(CHECKS.softwareRoot, software === undefined, software && atEnd(MEMBER.key, software));
  checks.holds(CHECKS.root, anchor !== undefined, anchor?.name ?? atEnd(MEMBER.key));
  const isOwn = !isRooted || anchor === undefined || isOwnIssuer(last, anchor);
  checks.holds(CHECKS.rootCertificate, isOwn, isOwn ? undefined : atEnd(MEMBER.signature));
  // A root below the root would be taken for what issued the device's certificates, and its dates for a factory's.
  const below = isRooted ? certificates.slice(0, -1) : certificates;
  const repeated = below.findIndex(({ spki }) => rules.anchors.some((each) => equalBytes(each.spki, spki)));
  checks.holds(
    CHECKS.rootOnce,
    repeated < 0,
    repeated < 0 ? undefined : new CertificatePlace(repeated, MEMBER.key),
  );

  // Step 2: from the root down, each signature is of the next certificate's key.
  const signed = anchor === undefined ? certificates.slice(0, -1) : below;
  const top: Issuer = anchor ?? { key: issuerKeyOf(last), spki: last.spki };
  const sharedFrom = positions.shared;
  const links = verifyLinks(signed, top, { sharedFrom, cache: rules.cache, toTheEnd: false });
  const misfit = placeOfAlgorithm(certificates, links, signed.length);
  checks.holds(CHECKS.algorithms, misfit === undefined, misfit);
  const unsigned = placeOfSignature(links, signed.length);
  const verified = links.length === signed.length && unsigned === undefined;
  checks.holds(CHECKS.signatures, verified, unsigned);

  // Those between device and root are valid; a factory's may have expired. What the device made has dates of its clock.
  const issued = below.slice(attestation);
  const provisioning = provisioningOf(isRooted || anchor !== undefined ? below.at(-1) : undefined);
  const begins = Math.max(...issued.map(({ notBefore }) => notBefore));
  const today = new Date(rules.now);
  const hasBegun = rules.now >= begins;
  const early = hasBegun ? dateOf(begins) : placeOfTime(certificates, attestation, 'notBefore', begins);
  checks.holds(CHECKS.notBefore, hasBegun, early, atMost(today));
  const ends = Math.min(...issued.map(({ notAfter }) => notAfter));
  const isCurrent = provisioning === 'factory' || rules.now <= ends;
  const late = isCurrent ? dateOf(ends) : placeOfTime(certificates, attestation, 'notAfter', ends);
  checks.holds(CHECKS.notAfter, isCurrent, late, provisioning === 'factory' ? NOT_ASKED : atLeast(today));

  // Step 4: the attestation is of the leaf; of an app's attestation key above it only if that is allowed.
  const highestAllowed = rules.allowAttestKeys ? 1 : 0;
  const [lowest] = attested;
  const atLeaf = placeOfExtension(0, KEY_DESCRIPTION);
  checks.holds(CHECKS.extension, lowest !== undefined, lowest === undefined ? atLeaf : numbered(attested));
  const isLeaf = lowest === undefined || lowest === 0;
  checks.holds(CHECKS.leaf, isLeaf, isLeaf ? numbered(attested) : placeOfExtension(lowest, KEY_DESCRIPTION));
  const above = attested.find((index) => index > highestAllowed);
  const isAlone = above === undefined;
  checks.holds(
    CHECKS.extended,
    isAlone,
    isAlone ? numbered(attested) : placeOfExtension(above, KEY_DESCRIPTION),
  );

  // Step 4: between device and root are as many certificates as its makers issue: with one more, one of them is not an authority.
  const mostIssued = provisioning === 'remote' ? 3 : 2;
  checks.holds(
    CHECKS.shape,
    issued.length >= 1 && issued.length <= mostIssued,
    issued.length,
    words(() => `1 to ${mostIssued}`),
  );

  // Provisioning info stands right above the attestation.
  const informed = indexesWith(certificates, PROVISIONING_INFO);
  const astray = informed.find((index) => index !== attestation);
  const inPlace = astray === undefined;
  checks.holds(
    CHECKS.provisioningPosition,
    inPlace,
    inPlace ? numbered(informed) : placeOfExtension(astray, PROVISIONING_INFO),
  );

  // None of them is revoked or suspended.
  const serials = certificates.map(serialOf);
  const revoked = serials.findIndex((serial) => rules.revocations?.isRevoked(serial));
  const isGood = revoked < 0;
  checks.holds(CHECKS.revoked, isGood, isGood ? undefined : new CertificatePlace(revoked, MEMBER.serial));

  return {
    certificates,
    anchor,
    root: anchor?.name ?? software ?? (isRooted ? 'unknown' : undefined),
    isRooted,
    provisioning,
    level: levelOf(certificates[attestation], below.at(-1), provisioning),
    provisioningInfo: readProvisioningInfo(certificates[attestation]),
    positions,
    // Only the inspector gets here with a signature that does not hold.
    links: verified ? links : verifyLinks(signed, top, { sharedFrom, cache: undefined, toTheEnd: true }),
    serials,
  };
}

/** The extension of a certificate that has it. */
export function attestationOf(certificate: Certificate | undefined): Uint8Array | undefined {
  return certificate?.extensions.get(KEY_DESCRIPTION)?.value;
}

function fits(certificate: unknown): boolean {
  return !(certificate instanceof Uint8Array) || certificate.length <= MAX_CERTIFICATE;
}

/** Google issued several certificates of one root key, and may issue more. */
function isOwnIssuer(root: Certificate, { der, earlier, key }: TrustAnchor): boolean {
  return (
    equalBytes(root.der, der) || earlier.includes(hash('sha256', root.der, 'base64')) || isSignedBy(root, key)
  );
}

function indexesWith(certificates: readonly Certificate[], oid: string): readonly number[] {
  const indexes: number[] = [];
  for (const [index, { extensions }] of certificates.entries()) if (extensions.has(oid)) indexes.push(index);
  return indexes;
}

/** As the revocation list has it. */
function serialOf({ serial }: Certificate): string {
  const hex = Buffer.from(serial).toString('hex');
  return hex.startsWith('0') ? hex.replace(/^0+(?=.)/, '') : hex;
}

/** Of no certificates there is none. */
function dateOf(time: number): Date | undefined {
  return Number.isFinite(time) ? new Date(time) : undefined;
}

/** Where certificates stand, from 0 for the leaf. */
function numbered(indexes: readonly number[]): Worded {
  return words(() => (indexes.length === 0 ? 'none' : `position ${indexes.join(', ')}`));
}
