import type { CertificateFacts, EvidencePart } from 'attestkit/inspect';

/** One certificate in the picture. */
export interface Link {
  /** Among the parts. */
  readonly index: number;
  readonly name: string;
  readonly certificate: CertificateFacts;
  /** What signs it: the next in the picture, itself, or no certificate that was given. */
  readonly signer: 'next' | 'itself' | 'unknown';
}

type Placed = Omit<Link, 'signer'>;

/**
 * The certificates of evidence from leaf to root, by who signed whom. Certificates that do not hang together are chains of their own.
 * What a hostile file says of signers may go in a circle, or out of the list.
 */
export function orderChains(
  parts: readonly Pick<EvidencePart, 'name' | 'certificate'>[],
): readonly (readonly Link[])[] {
  const all = parts.flatMap(({ name, certificate }, index) =>
    certificate === undefined ? [] : [{ index, name, certificate }],
  );
  const at = new Map(all.map((each) => [each.index, each]));
  const signs = new Set(
    all.flatMap(({ index, certificate: { signedBy } }) =>
      signedBy === undefined || signedBy === index ? [] : [signedBy],
    ),
  );
  const drawn = new Set<number>();
  const chains: Link[][] = [];
  // Leaves first; a circle does not have one, so the rest begins anywhere.
  for (const begin of [...all.filter(({ index }) => !signs.has(index)), ...all]) {
    const chain: Link[] = [];
    let each: Placed | undefined = begin;
    while (each !== undefined && !drawn.has(each.index)) {
      drawn.add(each.index);
      const { signedBy }: CertificateFacts = each.certificate;
      const signer: Placed | undefined = signedBy === undefined ? undefined : at.get(signedBy);
      const next: Placed | undefined = signer === undefined || drawn.has(signer.index) ? undefined : signer;
      chain.push({
        ...each,
        signer: next !== undefined ? 'next' : signedBy === each.index ? 'itself' : 'unknown',
      });
      each = next;
    }
    if (chain.length > 0) chains.push(chain);
  }
  return chains;
}

/** Whether a chain was given with its root first: servers expect the leaf first. */
export function isGivenBackwards(chain: readonly Link[]): boolean {
  return (
    chain.length > 1 && chain.every(({ index }, at) => at === 0 || index < (chain[at - 1] as Link).index)
  );
}

/** At a time: `valid`, `not valid yet`, `expired`; `dates unknown` if they cannot be read. */
export function validityAt({ notBefore, notAfter }: CertificateFacts, at: number): string {
  const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)];
  if (Number.isNaN(from) || Number.isNaN(to)) return 'dates unknown';
  if (at < from) return 'not valid yet';
  return at > to ? 'expired' : 'valid';
}
