import { hash, verify, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { mustRead } from '../../kernel/sinks.js';
import {
  EXTENSION,
  hasOnlyCritical,
  isAuthority,
  isEndEntity,
  isIssuedBy,
  isValidAt,
  KEY_USAGE,
  keyUsageOf,
} from '../../kernel/asn1/x509-path.js';
import { isSignedBy, publicKeyOf, readCertificate, type Certificate } from '../../kernel/asn1/x509.js';
import type { Checks } from '../../ports/checks.js';
import type { AppAttestCache } from '../cache.js';
import { RECEIPT_CHECKS as CHECKS } from './checks.js';
import type { SignedData, SignerInfo } from './cms.js';
import type { TrustAnchor } from '../attestation/roots.js';

/** Marks a certificate that signs receipts. */
const SIGNER_MARK = '1.2.840.113635.100.12.15';

/** The critical extensions that are understood. */
const UNDERSTOOD = [EXTENSION.basicConstraints, EXTENSION.keyUsage];

/** What a signer must meet. */
export interface SignerExpectations {
  readonly anchors: readonly TrustAnchor[];
  /** Milliseconds since the epoch: when the receipt says that it was made. */
  readonly at: number;
  readonly cache: AppAttestCache | undefined;
}

/**
 * Verifies that the content is signed by the signer, and that its certificate chains to one of the roots: signer,
 * issuer, root, as Apple issues them, all valid when the receipt was made. Signers live for a year, receipts are
 * kept for longer.
 *
 * @returns the root; undefined only when a recording sink let a failure pass
 * @throws AttestationError if a certificate is missing
 */
export function verifySigner(
  signed: SignedData,
  info: SignerInfo,
  { anchors, at, cache }: SignerExpectations,
  checks: Checks,
): TrustAnchor | undefined {
  const certificates = signed.certificates.map(readCertificate).filter((each) => each !== undefined);
  const named = certificates.filter(
    (each) => equalBytes(each.issuer, info.issuer) && equalBytes(each.serial, info.serial),
  );
  const signer = mustRead(checks, CHECKS.signerPresent, named.length === 1 ? named[0] : undefined);
  const signerKey = recall(signer, cache)?.key ?? publicKeyOf(signer);
  const good =
    signerKey?.asymmetricKeyType === 'ec' && verify('sha256', signed.content, signerKey, info.signature);
  checks.holds(CHECKS.signature, good);
  checks.holds(CHECKS.signerMark, signer.extensions.has(SIGNER_MARK));
  const signs = keyUsageOf(signer)?.has(KEY_USAGE.digitalSignature) === true;
  checks.holds(CHECKS.signerUsage, signs && isEndEntity(signer));

  const issuers = certificates.filter((each) => isIssuedBy(signer, each));
  const issued = issuers.find((each) => isSignedUnder(signer, each, cache));
  const issuer = mustRead(checks, CHECKS.issuerPresent, issued ?? issuers[0]);
  checks.holds(CHECKS.issuerAuthority, isAuthority(issuer, 0));
  checks.holds(CHECKS.signerIssued, issued !== undefined);
  const root = anchors.find(
    (anchor) =>
      isIssuedBy(issuer, anchor.certificate) &&
      (recall(issuer, cache)?.anchorId === anchor.id || isSignedBy(issuer, anchor.key)),
  );
  checks.holds(CHECKS.root, root !== undefined);
  if (root !== undefined && issued !== undefined && signerKey !== undefined) {
    remember(signer, idOf(issuer), () => signerKey, cache);
    remember(issuer, root.id, () => publicKeyOf(issuer), cache);
  }

  const plain = hasOnlyCritical(signer, UNDERSTOOD) && hasOnlyCritical(issuer, UNDERSTOOD);
  checks.holds(CHECKS.critical, plain);
  const path = root === undefined ? [signer, issuer] : [signer, issuer, root.certificate];
  checks.holds(
    CHECKS.validity,
    path.every((each) => isValidAt(each, at)),
  );
  return root;
}

function isSignedUnder(
  certificate: Certificate,
  issuer: Certificate,
  cache: AppAttestCache | undefined,
): boolean {
  if (recall(certificate, cache)?.anchorId === idOf(issuer)) return true;
  const key = publicKeyOf(issuer);
  // Apple's are on curves. Others, which anyone may name as issuers, could be made to cost as much as one likes.
  return key?.asymmetricKeyType === 'ec' && isSignedBy(certificate, key);
}

function recall(certificate: Certificate, cache: AppAttestCache | undefined) {
  return cache?.issuers.get(digestOf(certificate));
}

/**
 * Only what chains to a root is remembered, so that forged chains push nothing out. An import costs more than a
 * verification, so a key is asked for only if it is not known.
 */
function remember(
  certificate: Certificate,
  anchorId: string,
  keyOf: () => KeyObject | undefined,
  cache: AppAttestCache | undefined,
): void {
  if (cache === undefined || recall(certificate, cache)?.anchorId === anchorId) return;
  const key = keyOf();
  if (key !== undefined) cache.issuers.set(digestOf(certificate), { anchorId, key });
}

function idOf(certificate: Certificate): string {
  return Buffer.from(certificate.spki).toString('base64');
}

function digestOf(certificate: Certificate): string {
  return hash('sha256', certificate.der, 'base64');
}
