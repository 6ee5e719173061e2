import { hash } from 'node:crypto';
import { atLeast, atMost } from '../../kernel/asked.js';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { CertificatePlace } from '../../kernel/asn1/certificate-place.js';
import {
  EXTENSION,
  hasOnlyCritical,
  isAuthority,
  isEndEntity,
  isIssuedBy,
  keyUsageOf,
  KEY_USAGE,
  purposesOf,
} from '../../kernel/asn1/x509-path.js';
import { isSignedBy, publicKeyOf, type Certificate } from '../../kernel/asn1/x509.js';
import type { Checks } from '../../ports/checks.js';
import { ATTESTATION_CHECKS as CHECKS } from './attestation-checks.js';
import type { AppAttestCache } from '../cache.js';
import { placeOfIssuer, placeOfProfile, placeOfTime } from './chain-places.js';
import type { TrustAnchor } from './roots.js';

/** What may be critical: all that is looked at below. */
const UNDERSTOOD = [EXTENSION.basicConstraints, EXTENSION.keyUsage, EXTENSION.extendedKeyUsage];

/** Purpose of the first certificate; written since January 2026. */
const APP_ATTEST_PURPOSE = '1.2.840.113635.100.4.24';

/**
 * Apple's step 1: the two certificates chain to one of the anchors as of `now`.
 *
 * @returns the anchor; undefined only when a recording sink let a failure pass
 */
export function appraiseChain(
  leaf: Certificate,
  intermediate: Certificate,
  anchors: readonly TrustAnchor[],
  now: number,
  checks: Checks,
  cache: AppAttestCache | undefined,
): TrustAnchor | undefined {
  // The second certificate's names and signature lead to a pinned key.
  const { anchor, key } = issuerOf(intermediate, anchors, cache);
  const isNamed = anchors.some((each) => isIssuedBy(intermediate, each.certificate));
  const unsigned = new CertificatePlace(1, isNamed ? 'signatureValue' : 'tbsCertificate.issuer');
  checks.holds(CHECKS.root, anchor !== undefined, anchor === undefined ? unsigned : undefined);

  // It is an authority for end entities, and nothing critical in it is unknown.
  const authority = isAuthority(intermediate, 0) && hasOnlyCritical(intermediate, UNDERSTOOD);
  const profile = authority ? undefined : placeOfProfile(intermediate, 1, UNDERSTOOD);
  checks.holds(CHECKS.intermediate, authority, profile);

  // The first certificate names it as its issuer.
  const isIssued = isIssuedBy(leaf, intermediate);
  const hasName = equalBytes(leaf.issuer, intermediate.subject);
  checks.holds(CHECKS.leafIssuer, isIssued, isIssued ? undefined : placeOfIssuer(0, hasName));

  // It is of a key that signs for an app.
  const isApp = isAppKey(leaf);
  checks.holds(CHECKS.leafProfile, isApp, isApp ? undefined : placeOfProfile(leaf, 0, UNDERSTOOD));

  // The second certificate's key signed it. (The key of an untrusted one is used by the inspector alone.)
  const issuerKey = key ?? publicKeyOf(intermediate);
  const isSigned = issuerKey !== undefined && isSignedBy(leaf, issuerKey);
  const misfit = new CertificatePlace(0, 'signatureValue');
  checks.holds(CHECKS.leafSignature, isSigned, isSigned ? undefined : misfit);

  // Every certificate of the chain is valid, the root too.
  const chain = anchor === undefined ? [leaf, intermediate] : [leaf, intermediate, anchor.certificate];
  const begins = Math.max(...chain.map(({ notBefore }) => notBefore));
  const hasBegun = now >= begins;
  const early = hasBegun ? new Date(begins) : placeOfTime(chain, 'notBefore', begins);
  checks.holds(CHECKS.notBefore, hasBegun, early, atMost(new Date(now)));
  const ends = Math.min(...chain.map(({ notAfter }) => notAfter));
  const isCurrent = now <= ends;
  const late = isCurrent ? new Date(ends) : placeOfTime(chain, 'notAfter', ends);
  checks.holds(CHECKS.notAfter, isCurrent, late, atLeast(new Date(now)));
  return anchor;
}

interface Issuer {
  readonly anchor?: TrustAnchor;
  readonly key?: NonNullable<ReturnType<typeof publicKeyOf>>;
}

/** The anchor that issued the certificate, and the certificate's key; remembered once the signature was verified. */
function issuerOf(
  intermediate: Certificate,
  anchors: readonly TrustAnchor[],
  cache: AppAttestCache | undefined,
): Issuer {
  const digest = cache === undefined ? '' : hash('sha256', intermediate.der, 'base64');
  const known = cache?.issuers.get(digest);
  const trusted = known === undefined ? undefined : anchors.find(({ id }) => id === known.anchorId);
  if (known !== undefined && trusted !== undefined) return { anchor: trusted, key: known.key };
  const anchor = anchors.find(
    (each) => isIssuedBy(intermediate, each.certificate) && isSignedBy(intermediate, each.key),
  );
  const key = anchor === undefined ? undefined : publicKeyOf(intermediate);
  if (anchor === undefined || key === undefined) return {};
  cache?.issuers.set(digest, { anchorId: anchor.id, key });
  return { anchor, key };
}

function isAppKey(leaf: Certificate): boolean {
  const purposes = purposesOf(leaf);
  return (
    isEndEntity(leaf) &&
    hasOnlyCritical(leaf, UNDERSTOOD) &&
    keyUsageOf(leaf)?.has(KEY_USAGE.digitalSignature) === true &&
    purposes !== undefined &&
    (purposes.length === 0 || purposes.includes(APP_ATTEST_PURPOSE))
  );
}
