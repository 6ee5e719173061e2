import { equalBytes } from '../bytes/equal-bytes.js';
import { isContext, readSequence, readSigned } from './der.js';
import { readBoolean, readInteger, readNamedBits, readOctets, readOid } from './der-values.js';
import type { Certificate } from './x509.js';

/** Object identifiers of the standard extensions (RFC 5280 §4.2.1). */
export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Bits of keyUsage (RFC 5280 §4.2.1.3). */
export const KEY_USAGE = { digitalSignature: 0, keyCertSign: 5 } as const;

/** Whether the names chain, and the key identifiers where both certificates have one (RFC 5280 §6.1.3, §4.2.1.1). */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!equalBytes(certificate.issuer, issuer.subject)) return false;
  const wanted = certificate.extensions.get(EXTENSION.authorityKeyIdentifier);
  const given = issuer.extensions.get(EXTENSION.subjectKeyIdentifier);
  if (wanted === undefined || given === undefined) return true;
  const keyId = (readSequence(readSigned(wanted.value)) ?? []).find((each) => isContext(each, 0));
  const subjectKeyId = readOctets(readSigned(given.value));
  // [0] IMPLICIT OCTET STRING: in DER it is primitive, and other readers take a constructed one for none.
  if (keyId === undefined || keyId.constructed || subjectKeyId === undefined) return false;
  return equalBytes(keyId.content, subjectKeyId);
}

/**
 * Whether the certificate may issue certificates (RFC 5280 §6.1.4 k to n).
 *
 * @param below how many further authorities stand between it and the end of the chain
 */
export function isAuthority(certificate: Certificate, below: number): boolean {
  const constraints = basicConstraintsOf(certificate);
  if (constraints?.authority !== true) return false;
  if (constraints.pathLength !== undefined && constraints.pathLength < BigInt(below)) return false;
  return keyUsageOf(certificate)?.has(KEY_USAGE.keyCertSign) === true;
}

/** Whether it is expressly no authority, or says nothing of it. */
export function isEndEntity(certificate: Certificate): boolean {
  if (!certificate.extensions.has(EXTENSION.basicConstraints)) return true;
  return basicConstraintsOf(certificate)?.authority === false;
}

/** The bits of keyUsage, or undefined if it is absent or cannot be read. */
export function keyUsageOf(certificate: Certificate): ReadonlySet<number> | undefined {
  const extension = certificate.extensions.get(EXTENSION.keyUsage);
  return extension === undefined ? undefined : readNamedBits(readSigned(extension.value));
}

/** The purposes of extendedKeyUsage; empty if it is absent, undefined if it cannot be read. */
export function purposesOf(certificate: Certificate): readonly string[] | undefined {
  const extension = certificate.extensions.get(EXTENSION.extendedKeyUsage);
  if (extension === undefined) return [];
  const purposes = readSequence(readSigned(extension.value))?.map(readOid);
  return purposes?.every((each) => each !== undefined) === true && purposes.length > 0 ? purposes : undefined;
}

/** Whether `now`, in milliseconds since the epoch, is within the certificate's validity, both ends included. */
export function isValidAt(certificate: Certificate, now: number): boolean {
  return now >= certificate.notBefore && now <= certificate.notAfter;
}

/** Whether every critical extension is one that the caller understands (RFC 5280 §4.2). */
export function hasOnlyCritical(certificate: Certificate, understood: readonly string[]): boolean {
  return unknownCritical(certificate, understood) === undefined;
}

/** The object identifier of a critical extension that the caller does not understand. */
export function unknownCritical(certificate: Certificate, understood: readonly string[]): string | undefined {
  for (const [oid, { critical }] of certificate.extensions) {
    if (critical && !understood.includes(oid)) return oid;
  }
  return undefined;
}

interface BasicConstraints {
  readonly authority: boolean;
  readonly pathLength: bigint | undefined;
}

function basicConstraintsOf(certificate: Certificate): BasicConstraints | undefined {
  const extension = certificate.extensions.get(EXTENSION.basicConstraints);
  const parts = extension === undefined ? undefined : readSequence(readSigned(extension.value));
  if (parts === undefined || parts.length > 2) return undefined;
  const [flag, limit] = parts;
  if (flag === undefined) return { authority: false, pathLength: undefined };
  const authority = readBoolean(flag);
  // FALSE is the default, which may be written too. A path length makes sense for an authority alone.
  if (authority === undefined || (!authority && limit !== undefined)) return undefined;
  const pathLength = limit === undefined ? undefined : readInteger(limit);
  if (limit !== undefined && (pathLength === undefined || pathLength < 0n)) return undefined;
  return { authority, pathLength };
}
