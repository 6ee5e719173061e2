import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../kernel/errors.js';
import { publicKeyOf, readCertificate, type Certificate } from '../kernel/x509.js';
import { EARLIER_ROOTS, GOOGLE_ROOTS, SOFTWARE_ROOTS } from './google-roots.js';

/** A root that chains may end at: its key, whichever certificate of it is sent. */
export interface TrustAnchor {
  /** `google-rsa4096`, `google-p384`, `virtual`. */
  readonly name: string;
  readonly key: KeyObject;
  /** SHA-256 of the SubjectPublicKeyInfo, base64: what is pinned. */
  readonly id: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
  /** The name in DER. */
  readonly subject: Uint8Array;
  /** SHA-256 of certificates of this key that need no look at their own signature, base64. */
  readonly known: readonly string[];
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
    const id = keyId(certificate);
    if (SOFTWARE_ROOTS[id] !== undefined)
      throw refusal('has a root of AOSP’s, whose private key everyone has');
    return googleAnchors().find((each) => each.id === id) ?? anchorOf(certificate, 'virtual', []);
  });
}

/** What is pinned of a certificate: SHA-256 of its SubjectPublicKeyInfo, base64. */
export function keyId(certificate: Certificate): string {
  return hash('sha256', certificate.spki, 'base64');
}

/** Whether the key is one of AOSP's for keys in software. */
export function softwareRoot(id: string): string | undefined {
  return Object.hasOwn(SOFTWARE_ROOTS, id) ? SOFTWARE_ROOTS[id] : undefined;
}

function anchorOf(certificate: Certificate, name: string, earlier: readonly string[]): TrustAnchor {
  const key = publicKeyOf(certificate);
  if (key === undefined) throw refusal('has a certificate whose key cannot be used');
  return {
    name,
    key,
    id: keyId(certificate),
    spki: certificate.spki,
    subject: certificate.subject,
    known: [hash('sha256', certificate.der, 'base64'), ...earlier],
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
