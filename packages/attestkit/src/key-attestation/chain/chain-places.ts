import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { CertificatePlace } from '../../kernel/asn1/certificate-place.js';
import type { Certificate } from '../../kernel/asn1/x509.js';
import type { Link } from './signatures.js';

/** Members of certificates, as RFC 5280 §4.1 calls them. */
export const MEMBER = {
  issuer: 'tbsCertificate.issuer',
  key: 'tbsCertificate.subjectPublicKeyInfo',
  serial: 'tbsCertificate.serialNumber',
  algorithm: 'signatureAlgorithm',
  signature: 'signatureValue',
} as const;

/** The certificate that names another issuer than the next one's subject. */
export function placeOfName(certificates: readonly Certificate[]): CertificatePlace | undefined {
  const above = certificates.findIndex(
    ({ subject }, index) =>
      index > 0 && !equalBytes((certificates[index - 1] as Certificate).issuer, subject),
  );
  return above < 0 ? undefined : new CertificatePlace(above - 1, MEMBER.issuer);
}

/** The uppermost certificate whose signature has an algorithm that does not fit the key above it. */
export function placeOfAlgorithm(
  certificates: readonly Certificate[],
  links: readonly Link[],
  signed: number,
): CertificatePlace | undefined {
  const index = links.findLastIndex(({ fits }) => !fits);
  if (index < 0) return undefined;
  // Where verification stopped the links of those below are missing.
  const at = index + signed - links.length;
  return new CertificatePlace(at, MEMBER.algorithm, certificates[at]?.algorithm);
}

/** The uppermost certificate that is not signed by the key above it. */
export function placeOfSignature(links: readonly Link[], signed: number): CertificatePlace | undefined {
  const index = links.findLastIndex(({ verified }) => !verified);
  return index < 0 ? undefined : new CertificatePlace(index + signed - links.length, MEMBER.signature);
}

/**
 * The certificate whose validity begins last, or ends first.
 *
 * @param from those below are not looked at
 */
export function placeOfTime(
  certificates: readonly Certificate[],
  from: number,
  member: 'notBefore' | 'notAfter',
  time: number,
): CertificatePlace {
  const index = certificates.findIndex((each, at) => at >= from && each[member] === time);
  return new CertificatePlace(index, `tbsCertificate.validity.${member}`, new Date(time).toISOString());
}

/** An extension of a certificate, or the certificate that lacks it. */
export function placeOfExtension(index: number, oid: string): CertificatePlace {
  return new CertificatePlace(index, `tbsCertificate.extensions (${oid})`);
}

/** A member of the key description in a certificate: `hardwareEnforced.rootOfTrust`, `softwareEnforced 999`. */
export function placeOfMember(index: number, member: string): CertificatePlace {
  return new CertificatePlace(
    index,
    `KeyDescription.${member}`.replace('KeyDescription.KeyDescription', 'KeyDescription'),
  );
}
