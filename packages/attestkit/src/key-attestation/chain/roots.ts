import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { readPinnedRoot, rootRefused } from '../../kernel/asn1/pinned-root.js';
import { publicKeyOf, readCertificate, type Certificate } from '../../kernel/asn1/x509.js';
import { EARLIER_ROOTS, GOOGLE_ROOTS, SOFTWARE_ROOTS } from './google-roots.js';

/** A root that chains may end at: its key, whichever certificate of it is sent. */
export interface TrustAnchor {
  /** `google-rsa4096`, `google-p384`, `additional`, `virtual`. */
  readonly name: string;
  readonly key: KeyObject;
  /** SubjectPublicKeyInfo in DER: what is pinned. */
  readonly spki: Uint8Array;
  /** SHA-256 of it, base64url. */
  readonly keyId: string;
  /** The name in DER. */
  readonly subject: Uint8Array;
  /** The certificate, and SHA-256 of earlier ones of the key, base64: they need no look at their own signature. */
  readonly der: Uint8Array;
  readonly earlier: readonly string[];
  /** Neither Google's nor pinned by `additionalRoots`: made for testing. */
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
 * @param additional PEM or DER, of production roots that are pinned beside them
 * @throws ConfigurationError naming `roots` or `additionalRoots`
 */
export function trustAnchors(
  roots: readonly (string | Uint8Array)[] | undefined,
  additional?: readonly (string | Uint8Array)[],
): readonly TrustAnchor[] {
  const anchors = configuredAnchors(roots);
  if (additional === undefined) return anchors;
  return [...anchors, ...additional.flatMap((root) => additionalAnchor(root, anchors) ?? [])];
}

/** Undefined for one that is pinned already. */
function additionalAnchor(
  root: string | Uint8Array,
  anchors: readonly TrustAnchor[],
): TrustAnchor | undefined {
  const certificate = readPinnedRoot(root);
  if (softwareRoot(certificate) !== undefined)
    throw rootRefused('has a root of AOSP’s, whose private key everyone has', 'Leave it out.');
  const known = anchors.find(({ spki }) => equalBytes(spki, certificate.spki));
  if (known?.virtual === true)
    throw rootRefused('has a root that `roots` has for testing', 'Give it in one of the two.');
  return known === undefined ? anchorOf(certificate, 'additional', []) : undefined;
}

function configuredAnchors(roots: readonly (string | Uint8Array)[] | undefined): readonly TrustAnchor[] {
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
    keyId: hash('sha256', certificate.spki, 'base64url'),
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
