// Why this exists: genuine attestations, assertions and receipts to make mutants from: those of virtual phones of all
// generations and layouts, and real ones; each with what it must be verified with.
import type { IPhoneOptions, VirtualApple } from 'attestkit-testing';
import { readBer } from '../../readers/ber.js';
import { partAt } from '../../readers/paths.js';
import { encode, row, type Part } from '../../readers/tree.js';
import { treeOfAssertion, treeOfAttestation, treeOfDer } from '../../readers/trees.js';
import { NOW } from '../../run/now.js';
import type { Subject } from '../../subject/subject.js';
import {
  chainOf,
  sha256,
  type AppAttestKind,
  type Group,
  type Made,
  type Resigned,
  type Terms,
} from './objects.js';
import { realObjects } from './real-objects.js';
import { KEYS, rootFor } from './resign.js';

const CD_HASH = Buffer.alloc(32, 7);

/** Every generation with another layout of its objects, and Macs. */
const PHONES = [
  { osVersion: '14.0' },
  { osVersion: '16.2', environment: 'development' },
  { osVersion: '17.2.1' },
  { osVersion: '18.5', osBuild: '22F5042g', cdHash: CD_HASH },
  { osVersion: '26.2', cdHash: CD_HASH },
  { osVersion: '26.3', environment: 'development' },
  { osVersion: '27.0' },
  { osVersion: '27.0', extensions: 'flag-0x40', category: 2, bundleVersion: '1.2.3' },
  { osVersion: '27.0', cdHash: CD_HASH, environment: 'development' },
  { osVersion: '27.0', platform: 'macos' },
];

const trees = { attestation: treeOfAttestation, assertion: treeOfAssertion, receipt: treeOfDer };

export function createCorpus(
  kind: AppAttestKind,
  subject: Subject,
): { virtual: readonly Group[]; real: readonly Group[] } {
  const apple = subject.createVirtualApple({ now: () => NOW });
  const virtual = PHONES.flatMap((phone, index) => groupsOfPhone(kind, apple, phone, index));
  const real = realObjects(kind);
  const all = [...virtual, ...real];
  return {
    virtual: virtual.map((group) => ready(kind, group, all, apple)),
    real: real.map((group) => ready(kind, group, all, apple)),
  };
}

function ready(kind: AppAttestKind, group: Made, all: readonly Made[], apple: VirtualApple): Group {
  const objects = group.objects.map((bytes) => ({ bytes, tree: trees[kind](bytes) }));
  const known = all
    .filter(({ terms }) => isAboutTheSame(kind, group.terms, terms))
    .flatMap(({ genuine }) => genuine);
  const resigned = resignable(kind, objects[0]?.tree ?? row([]), group.terms, apple);
  return { ...group, objects, known, resigned };
}

/** Whether an object that is genuine for the one terms may be accepted with the other: of some keys there are several real ones. */
function isAboutTheSame(kind: AppAttestKind, terms: Terms, others: Terms): boolean {
  if (terms.appId !== others.appId || terms.environment !== others.environment) return false;
  if (kind === 'attestation')
    return terms.keyId.equals(others.keyId) && terms.clientDataHash.equals(others.clientDataHash);
  if (kind === 'assertion')
    return terms.spki.equals(others.spki) && terms.clientDataHash.equals(others.clientDataHash);
  return (
    terms.spki.equals(others.spki) && (terms.leaf === undefined || others.leaf?.equals(terms.leaf) === true)
  );
}

/** The object with the terms under which our own authorities, or our own device, could have made it. */
function resignable(
  kind: AppAttestKind,
  tree: Part,
  terms: Terms,
  apple: VirtualApple,
): Resigned | undefined {
  if (kind === 'assertion') return { tree, terms: { ...terms, spki: encode(KEYS.device.spki) } };
  if (kind === 'attestation') {
    const issuer = readBer(chainOf(tree)[1] ?? Buffer.alloc(0)) ?? row([]);
    return {
      tree,
      terms: { ...terms, root: rootFor(Buffer.from(apple.attestationRoot), issuer, KEYS.root) },
    };
  }
  const certificates = partAt(tree, [0, 1, 0, 3])?.children ?? [];
  const [, issuer] = certificates;
  if (issuer === undefined || hasAttributes(tree)) return undefined;
  return {
    tree,
    terms: { ...terms, root: rootFor(Buffer.from(apple.receiptRoot), issuer, KEYS.receiptRoot) },
  };
}

function groupsOfPhone(kind: AppAttestKind, apple: VirtualApple, options: object, index: number): Made[] {
  const phone = {
    appId: index % 3 === 0 ? 'TEAMID1234.com.example.wallet' : 'TEAMID1234.com.example.app',
    ...options,
  } as IPhoneOptions;
  const clientData = Buffer.from(`what is signed ${index}`);
  const clientDataHash = sha256(clientData);
  const key = apple.createIPhone(phone).generateKey();
  const first = Buffer.from(key.attest({ clientDataHash }));
  const terms = {
    appId: phone.appId,
    environment: phone.environment ?? 'production',
    now: NOW,
    root: Buffer.from(apple.attestationRoot),
    clientDataHash,
    keyId: Buffer.from(key.keyId, 'base64'),
    spki: Buffer.from(key.publicKey),
    leaf: undefined,
  };
  const name = `virtual ${Object.values(options)
    .filter((value) => typeof value === 'string')
    .join(' ')}`;
  if (kind === 'attestation')
    return [made(name, terms, [first, Buffer.from(key.attest({ clientDataHash }))])];
  if (kind === 'assertion') {
    const assertions = [1, 0x8000_0000].map((counter) => Buffer.from(key.assert({ clientData, counter })));
    return [made(name, terms, assertions)];
  }
  const ofReceipt = { ...terms, root: Buffer.from(apple.receiptRoot) };
  const receipt = (type: 'ATTEST' | 'RECEIPT', encoding: 'ber' | 'der') =>
    Buffer.from(key.receipt({ type, encoding }));
  const attested = [receipt('ATTEST', 'ber'), receipt('ATTEST', 'der')];
  const leaf = chainOf(treeOfAttestation(first))[0];
  return [
    made(`${name}, all receipts`, { ...ofReceipt, clientDataHash: Buffer.alloc(0) }, [
      ...attested,
      receipt('RECEIPT', 'ber'),
      receipt('RECEIPT', 'der'),
    ]),
    made(`${name}, of the attestation`, { ...ofReceipt, leaf }, attested),
  ];
}

function made(name: string, terms: Terms, objects: readonly Buffer[]): Made {
  return { name, terms, objects, genuine: objects };
}

/** In 2020 attributes were signed instead of the content; such a receipt is refused. */
function hasAttributes(receipt: Part): boolean {
  return partAt(receipt, [0, 1, 0, 4, 0])?.children?.length !== 5;
}
