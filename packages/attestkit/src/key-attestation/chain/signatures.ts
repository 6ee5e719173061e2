import { hash, type KeyObject } from 'node:crypto';
import { isSignableBy, isSignedBy, publicKeyOf, type Certificate } from '../../kernel/asn1/x509.js';
import type { KeyAttestationCache } from './cache.js';

/** Bytes of an issuer's key, SubjectPublicKeyInfo: Google's own RSA-4096 has 550. A larger one would only cost time. */
const MAX_ISSUER_KEY = 600;

/** One that signs certificates. */
export interface Issuer {
  /** Undefined if it cannot be used. */
  readonly key: KeyObject | undefined;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
}

/** What is known of the signature of one certificate. */
export interface Link {
  /** Its algorithm is known and fits the type of the issuer's key. */
  readonly fits: boolean;
  readonly verified: boolean;
}

/** What certificates are verified with. */
export interface LinkRules {
  /** Certificates from this index on are shared by many devices: they are remembered. */
  readonly sharedFrom: number;
  readonly cache: KeyAttestationCache | undefined;
  /** Goes on after a failure: what the inspector reports. */
  readonly toTheEnd: boolean;
}

const HOLDS: Link = { fits: true, verified: true };

/**
 * Verifies the signatures of certificates from the uppermost down, so that no key is used that nothing vouches for, and
 * stops at the first that does not hold.
 *
 * @param certificates the leaf first; each signed by the next
 * @param top the one that signed the uppermost
 * @returns in the order of the certificates; the first ones are missing if it stopped
 */
export function verifyLinks(
  certificates: readonly Certificate[],
  top: Issuer,
  rules: LinkRules,
): readonly Link[] {
  const links: Link[] = [];
  let issuer = top;
  for (let index = certificates.length - 1; index >= 0; index -= 1) {
    const certificate = certificates[index] as Certificate;
    const memory = index > 0 && index >= rules.sharedFrom ? rules.cache?.links : undefined;
    const digest = memory === undefined ? '' : digestOf(issuer.spki, certificate);
    const known = memory?.get(digest);
    const link = known === undefined ? linkOf(certificate, issuer.key) : HOLDS;
    links.unshift(link);
    if (!link.verified && !rules.toTheEnd) return links;
    // Nothing is signed by the leaf.
    if (index === 0) break;
    const keys = memory === undefined ? rules.cache?.keys : undefined;
    const encoding = keys === undefined ? '' : latin1(certificate.spki);
    const remembered = known ?? keys?.get(encoding);
    const key = remembered ?? issuerKeyOf(certificate);
    if (remembered === undefined && link.verified && key !== undefined) {
      memory?.set(digest, key);
      keys?.set(encoding, key);
    }
    issuer = { key, spki: certificate.spki };
  }
  return links;
}

/** The key of a certificate that signs others; undefined if it cannot be used, or would take too long. */
export function issuerKeyOf(certificate: Certificate): KeyObject | undefined {
  return certificate.spki.length <= MAX_ISSUER_KEY ? publicKeyOf(certificate) : undefined;
}

function linkOf(certificate: Certificate, key: KeyObject | undefined): Link {
  const fits = key !== undefined && isSignableBy(certificate, key);
  return { fits, verified: fits && isSignedBy(certificate, key) };
}

function digestOf(spki: Uint8Array, { der }: Certificate): string {
  return hash('sha256', Buffer.concat([spki, der]), 'base64');
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
