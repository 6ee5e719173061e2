// Why this exists: what a corpus of App Attest consists of, and how the parts of its objects are found.
import { createHash } from 'node:crypto';
import { encode, row, type Part } from '../../readers/tree.js';

export type AppAttestKind = 'attestation' | 'assertion' | 'receipt';

/** What an object must be verified with; each kind takes what it needs. */
export interface Terms {
  readonly appId: string;
  readonly environment: 'production' | 'development';
  /** Milliseconds. */
  readonly now: number;
  /** DER; undefined for Apple's own root. */
  readonly root: Buffer | undefined;
  readonly clientDataHash: Buffer;
  readonly keyId: Buffer;
  readonly spki: Buffer;
  /** The leaf of the attestation with which a receipt came, DER. */
  readonly leaf: Buffer | undefined;
}

/** Objects that are verified with the same terms, before anything is known about the others. */
export interface Made {
  readonly name: string;
  readonly terms: Terms;
  readonly objects: readonly Buffer[];
  /** Those that a verifier must accept. */
  readonly genuine: readonly Buffer[];
}

/** The same, ready to make mutants from. */
export interface Group extends Omit<Made, 'objects'> {
  readonly objects: readonly { readonly bytes: Buffer; readonly tree: Part }[];
  /** The genuine ones of all groups that a verifier may accept with these terms. */
  readonly known: readonly Buffer[];
  /** Undefined if there is no such thing. */
  readonly resigned: Resigned | undefined;
}

/** An object that can be signed again by keys of our own, and the terms that go with those keys. */
export interface Resigned {
  readonly terms: Terms;
  readonly tree: Part;
}

/** The certificates of an attestation. */
export function chainOf(tree: Part): Buffer[] {
  return (memberOf(tree, ['attStmt', 'x5c'])?.children ?? []).map(
    (each) => each.content ?? encode(row(each.children ?? [])),
  );
}

/** The value at the end of these names, in maps inside of one another. */
export function memberOf(tree: Part, names: readonly string[]): Part | undefined {
  let part = tree.children?.[0];
  for (const name of names) {
    const children = part?.children ?? [];
    part = children[1 + children.findIndex((each) => each.major === 3 && String(each.content) === name)];
  }
  return part;
}

export function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
