import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import type { Certificate } from '../../kernel/asn1/x509.js';

/**
 * Names the usual mistake behind certificates that do not name one another in order: the root stands first. At most nine
 * comparisons of names.
 */
export function orderMistake(certificates: readonly Certificate[]): string | undefined {
  const isReversed = certificates.every((each, at) => {
    const above = certificates[at - 1];
    return above === undefined || equalBytes(each.issuer, above.subject);
  });
  return isReversed && certificates.length > 1 ? ROOT_FIRST : undefined;
}

const ROOT_FIRST =
  'the chain begins with the root: begin with the certificate of the key, as KeyStore.getCertificateChain does';
