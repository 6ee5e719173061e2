import { X509Certificate } from 'node:crypto';
import { equalBytes } from '../bytes/equal-bytes.js';
import { ConfigurationError } from '../errors.js';
import { isAuthority } from './x509-path.js';
import { isSignedBy, publicKeyOf, readCertificate, type Certificate } from './x509.js';

/** Bits of an RSA key that others may rely on. */
const MIN_MODULUS = 2048;

/** What `additionalRoots` may have wrong, and what to do about it. */
export function rootRefused(problem: string, remedy: string, cause?: unknown): ConfigurationError {
  const options = cause === undefined ? undefined : { cause };
  return new ConfigurationError('additionalRoots', problem, remedy, options);
}

/**
 * Reads a root that production evidence may chain to: a certificate that is its own issuer, signed by itself, of an
 * authority, with a key that is not weak. Its dates mean nothing: it is the key that is pinned.
 *
 * @param root PEM or DER
 * @throws ConfigurationError naming `additionalRoots`
 */
export function readPinnedRoot(root: unknown): Certificate {
  const remedy = 'Give the certificate of the root itself, PEM or DER, as its owner publishes it.';
  const certificate = readCertificate(derOf(root, remedy));
  const key = certificate && publicKeyOf(certificate);
  if (certificate === undefined || key === undefined)
    throw rootRefused('has a certificate that cannot be read', remedy);
  if (!equalBytes(certificate.issuer, certificate.subject) || !isSignedBy(certificate, key))
    throw rootRefused('has a certificate that is not signed by itself', remedy);
  if (!isAuthority(certificate, 0)) throw rootRefused('has a certificate that may not issue others', remedy);
  const { modulusLength = MIN_MODULUS } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_MODULUS) throw rootRefused('has an RSA key of less than 2048 bits', remedy);
  return certificate;
}

function derOf(root: unknown, remedy: string): Uint8Array {
  try {
    return new X509Certificate(root as string | Uint8Array).raw;
  } catch (cause) {
    throw rootRefused('has a certificate that cannot be read', remedy, cause);
  }
}
