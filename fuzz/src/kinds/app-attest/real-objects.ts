// Why this exists: real objects of real devices, published by others, with what they must be verified with.
import { readBer } from '../../readers/ber.js';
import { partAt } from '../../readers/paths.js';
import { encode, row, type Part } from '../../readers/tree.js';
import { treeOfAttestation, treeOfDer } from '../../readers/trees.js';
import { NOW } from '../../run/now.js';
import { vectors, type Vector } from '../../run/vectors.js';
import { chainOf, memberOf, sha256, type AppAttestKind, type Made, type Terms } from './objects.js';

/** The real objects of one kind; none without a folder of vectors. */
export function realObjects(kind: AppAttestKind): Made[] {
  return { attestation: realAttestations, assertion: realAssertions, receipt: realReceipts }[kind]();
}

function realAttestations(): Made[] {
  return vectors('app-attest', 'attestation-').map((file) => {
    const bytes = file.bytes('attestation');
    const challenge = file.bytes('challenge');
    const terms = {
      ...realTerms(file),
      clientDataHash: challenge.length > 0 ? sha256(challenge) : file.bytes('clientDataHash'),
      keyId: file.bytes('keyId'),
    };
    return { name: file.name, terms, objects: [bytes], genuine: file.isGenuine ? [bytes] : [] };
  });
}

function realAssertions(): Made[] {
  return vectors('app-attest', 'assertion-').map((file) => {
    const bytes = file.bytes('assertion');
    const terms = { ...realTerms(file), clientDataHash: sha256(file.bytes('clientData')) };
    return { name: file.name, terms, objects: [bytes], genuine: file.isGenuine ? [bytes] : [] };
  });
}

/** Receipts on their own, and receipts in attestations. */
function realReceipts(): Made[] {
  const alone = vectors('app-attest', 'receipt-').map((file) => {
    const bytes = file.bytes('receipt');
    const terms = { ...realTerms(file), clientDataHash: Buffer.alloc(0) };
    return { name: file.name, terms, objects: [bytes], genuine: file.isGenuine ? [bytes] : [] };
  });
  const attestations = realAttestations().filter(({ genuine }) => genuine.length > 0);
  const carried = attestations.map(({ name, terms, objects }) => {
    const tree = treeOfAttestation(objects[0] ?? Buffer.alloc(0));
    const [leaf] = chainOf(tree);
    const bytes = memberOf(tree, ['attStmt', 'receipt'])?.content ?? Buffer.alloc(0);
    const at = createdAt(treeOfDer(bytes));
    const spki = encode(readBer(leaf ?? bytes)?.children?.[0]?.children?.[6] ?? row([]));
    return {
      name: `in ${name}`,
      terms: { ...terms, leaf, spki, now: at + 1000 },
      objects: [bytes],
      genuine: [bytes],
    };
  });
  return [...alone, ...carried];
}

function realTerms(file: Vector): Terms {
  const pem = file.text('publicKey') ?? '';
  return {
    appId: file.text('appId') ?? '',
    environment: file.text('environment') === 'production' ? 'production' : 'development',
    now: Date.parse(file.text('at') ?? '') || NOW,
    root: undefined,
    clientDataHash: Buffer.alloc(0),
    keyId: Buffer.alloc(32),
    spki: Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64'),
    leaf: undefined,
  };
}

/** Field 12 of a receipt, in milliseconds. */
function createdAt(tree: Part): number {
  const fields = partAt(tree, [0, 1, 0, 2, 1, 0, 0])?.children ?? [];
  const field = fields.find(({ children }) => children?.[0]?.content?.equals(Buffer.of(12)));
  return Date.parse(String(field?.children?.[2]?.content));
}
