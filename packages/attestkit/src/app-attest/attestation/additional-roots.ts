import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { readPinnedRoot, rootRefused } from '../../kernel/asn1/pinned-root.js';
import { receiptAnchors } from '../receipt/roots.js';
import { trustAnchors, type TrustAnchor } from './roots.js';

type Roots = readonly (string | Uint8Array)[] | undefined;

/**
 * The roots that attestations may chain to: Apple's, or those for testing, and further ones of production. Receipts chain
 * to Apple Root CA - G3 all the same.
 *
 * @throws ConfigurationError naming `roots` or `additionalRoots`
 */
export function attestationAnchors(roots: Roots, additional: Roots): readonly TrustAnchor[] {
  const anchors = trustAnchors(roots);
  if (additional === undefined) return anchors;
  return [...anchors, ...additional.flatMap((root) => additionalAnchor(root, anchors) ?? [])];
}

/** Undefined for one that is pinned already. */
function additionalAnchor(
  root: string | Uint8Array,
  anchors: readonly TrustAnchor[],
): TrustAnchor | undefined {
  const { der, spki } = readPinnedRoot(root);
  const general = receiptAnchors(undefined);
  if (general.some(({ certificate }) => equalBytes(certificate.spki, spki))) {
    const remedy = 'Leave it out: receipts are verified under it, and it issues certificates of every kind.';
    throw rootRefused('has Apple Root CA - G3, which is not a root of attestations', remedy);
  }
  const known = anchors.find(({ certificate }) => equalBytes(certificate.spki, spki));
  if (known?.virtual === true)
    throw rootRefused('has a root that `roots` has for testing', 'Give it in one of the two.');
  const [anchor] = trustAnchors([der]);
  return known === undefined && anchor !== undefined
    ? { ...anchor, additional: true, virtual: false }
    : undefined;
}
