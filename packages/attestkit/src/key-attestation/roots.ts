import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import { equalBytes } from '../kernel/bytes.js';
import { ConfigurationError } from '../kernel/errors.js';
import { publicKeyOf, readCertificate, type Certificate } from '../kernel/x509.js';
import { EARLIER_ROOTS, GOOGLE_ROOTS, SOFTWARE_ROOTS } from './google-roots.js';

/** A root that chains may end at: its key, whichever certificate of it is sent. */
export interface TrustAnchor {
  /** `google-rsa4096`, `google-p384`, `virtual`. */
  readonly name: string;
  readonly key: KeyObject;
  /** SubjectPublicKeyInfo in DER: what is pinned. */
  readonly spki: Uint8Array;
  /** The name in DER. */
  readonly subject: Uint8Array;
  /** The certificate, and SHA-256 of earlier ones of the key, base64: they need no look at their own signature. */
  readonly der: Uint8Array;
  readonly earlier: readonly string[];
  /** Another key than Google's: made for testing. */
  readonly virtual: boolean;
}

let google: readonly TrustAnchor[] | undefined;

/** Google's roots; read once, when they are needed. */
export function googleAnchors(): readonly TrustAnchor[] {
  google ??= GOOGLE_ROOTS.map(({ name, certificate }) =>
    anchorOf(read(certificate), name, name === 'google-rsa4096' ? EARLIER_ROOTS : []),
  );
  return google;
}

/**
 * Roots as configured.
 *
 * @param roots PEM or DER; Google's alone unless given
 * @throws ConfigurationError naming `roots`
 */
export function trustAnchors(roots: readonly (string | Uint8Array)[] | undefined): readonly TrustAnchor[] {
  if (roots === undefined) return googleAnchors();
  if (roots.length === 0) throw refusal('is empty');
  return roots.map((root) => {
    const certificate = read(root);
    if (softwareRoot(certificate) !== undefined)
      throw refusal('has a root of AOSP’s, whose private key everyone has');
    const pinned = googleAnchors().find(({ spki }) => equalBytes(spki, certificate.spki));
    return pinned ?? anchorOf(certificate, 'virtual', []);
  });
}

/** The name of a root of AOSP's for keys in software, by its key. */
export function softwareRoot(root: Certificate): string | undefined {
  const id = hash('sha256', root.spki, 'base64');
  return Object.hasOwn(SOFTWARE_ROOTS, id) ? SOFTWARE_ROOTS[id] : undefined;
}

function anchorOf(certificate: Certificate, name: string, earlier: readonly string[]): TrustAnchor {
  const key = publicKeyOf(certificate);
  if (key === undefined) throw refusal('has a certificate whose key cannot be used');
  return {
    name,
    key,
    spki: certificate.spki,
    subject: certificate.subject,
    der: certificate.der,
    earlier,
    virtual: name === 'virtual',
  };
}

function read(root: string | Uint8Array): Certificate {
  let der: Uint8Array;
  try {
    der = new X509Certificate(root).raw;
  } catch (cause) {
    throw refusal('has a certificate that cannot be read', cause);
  }
  const certificate = readCertificate(der);
  if (certificate === undefined) throw refusal('has a certificate that cannot be read');
  return certificate;
}

function refusal(problem: string, cause?: unknown): ConfigurationError {
  const remedy = 'Give certificates as PEM or DER, or leave it out for Google’s roots.';
  return new ConfigurationError('roots', problem, remedy, cause === undefined ? undefined : { cause });
}
