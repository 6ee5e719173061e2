import type { Draft } from '../authorities.js';
import type { CertificateFields } from '../../encode/certificate.js';
import type { ChainSteps } from '../make-chain.js';

/** Changes the certificate at a place, from the leaf up or, where negative, from the root down. */
export function certificate(
  at: number,
  change: (fields: CertificateFields) => Partial<CertificateFields>,
): ChainSteps {
  return draft(at, (each) => ({ fields: { ...each.fields, ...change(each.fields) } }));
}

export function draft(at: number, change: (each: Draft) => Partial<Draft>): ChainSteps {
  return {
    drafts: (drafts) =>
      drafts.map((each, index) =>
        index === (at < 0 ? drafts.length + at : at)
          ? { ...each, certificate: undefined, ...change(each) }
          : each,
      ),
  };
}

export function bytes(at: number, change: (der: Buffer) => Uint8Array): ChainSteps {
  return {
    chain: (all) => all.map((each, index) => (index === at ? change(Buffer.from(each)) : each)),
  };
}

export function chain(change: (all: readonly Uint8Array[]) => readonly Uint8Array[]): ChainSteps {
  return { chain: change };
}
