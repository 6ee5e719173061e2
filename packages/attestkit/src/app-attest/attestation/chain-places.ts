import { CertificatePlace } from '../../kernel/asn1/certificate-place.js';
import {
  EXTENSION,
  isEndEntity,
  keyUsageOf,
  KEY_USAGE,
  unknownCritical,
} from '../../kernel/asn1/x509-path.js';
import type { Certificate } from '../../kernel/asn1/x509.js';

/** Where the names or identifiers of a certificate and its issuer part. */
export function placeOfIssuer(index: number, isNamed: boolean): CertificatePlace {
  return isNamed
    ? new CertificatePlace(index, `tbsCertificate.extensions (${EXTENSION.authorityKeyIdentifier})`)
    : new CertificatePlace(index, 'tbsCertificate.issuer');
}

/** The extension that keeps a certificate from being an authority, or a key that signs for an app. */
export function placeOfProfile(
  certificate: Certificate,
  index: number,
  understood: readonly string[],
): CertificatePlace {
  const isLeaf = index === 0;
  const bit = isLeaf ? KEY_USAGE.digitalSignature : KEY_USAGE.keyCertSign;
  const oid =
    unknownCritical(certificate, understood) ??
    (isLeaf === isEndEntity(certificate) ? undefined : EXTENSION.basicConstraints) ??
    (keyUsageOf(certificate)?.has(bit) === true ? undefined : EXTENSION.keyUsage) ??
    (isLeaf ? EXTENSION.extendedKeyUsage : EXTENSION.basicConstraints);
  return new CertificatePlace(index, `tbsCertificate.extensions (${oid})`);
}

/** The certificate whose validity begins last, or ends first; 2 is the root. */
export function placeOfTime(
  chain: readonly Certificate[],
  member: 'notBefore' | 'notAfter',
  time: number,
): CertificatePlace {
  const index = chain.findIndex((each) => each[member] === time);
  return new CertificatePlace(index, `tbsCertificate.validity.${member}`, new Date(time).toISOString());
}
