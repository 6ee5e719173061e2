import { verify, type KeyObject } from 'node:crypto';
import { SIGNATURE_ALGORITHMS } from './signature-algorithms.js';
import { importSpki } from './spki.js';
import { isReadable, parseCertificate, type Certificate } from './x509-read.js';

export type { Certificate } from './x509-read.js';

/** Reads a certificate, or gives undefined; `parseCertificate` says why. */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  const certificate = parseCertificate(der);
  return isReadable(certificate) ? certificate : undefined;
}

/** The public key, or undefined if it cannot be used: a point that is not on its curve, an unknown algorithm. */
export function publicKeyOf(certificate: Certificate): KeyObject | undefined {
  return importSpki(certificate.spki);
}

/** Whether the certificate's signature algorithm is known, and fits the type of the key. */
export function isSignableBy(certificate: Certificate, key: KeyObject): boolean {
  return SIGNATURE_ALGORITHMS[certificate.algorithm]?.key === key.asymmetricKeyType;
}

/** Whether the certificate's signature is the key's, by an algorithm that fits the type of the key. */
export function isSignedBy(certificate: Certificate, key: KeyObject): boolean {
  const algorithm = SIGNATURE_ALGORITHMS[certificate.algorithm];
  if (algorithm === undefined || !isSignableBy(certificate, key)) return false;
  try {
    return verify(algorithm.hash, certificate.tbs, key, certificate.signature);
  } catch {
    return false; // A key that OpenSSL refuses to use: RSA too short for the hash.
  }
}
