// @ts-check
// Why this exists: genuine attestations, assertions and receipts to make mutants from: real ones, and those of virtual
// phones of all generations and layouts; each beside what it is held to.
import { createHash } from 'node:crypto';
import { KEYS, rootFor } from './resign.js';
import { readBer, treeOfAssertion, treeOfAttestation, treeOfDer } from './tree-read.js';
import { encode, partAt, row } from './tree.js';
import { vectors } from './vectors.js';

/** @typedef {import('./tree.js').Part} Part */
/** @typedef {'attestation' | 'assertion' | 'receipt'} Kind */
/** @typedef {Pick<typeof import('attestkit-testing'), 'createVirtualApple'>} Subject */
/** @typedef {import('attestkit-testing').VirtualApple} VirtualApple */
/**
 * What all kinds are held to; each kind takes what it knows.
 * @typedef {object} Terms
 * @property {string} appId
 * @property {'production' | 'development'} environment
 * @property {number} now
 * @property {Buffer | undefined} root undefined: Apple's
 * @property {Buffer} clientDataHash
 * @property {Buffer} keyId
 * @property {Buffer} spki
 * @property {Buffer | undefined} leaf of an attestation that the receipt came with
 */
/**
 * Objects that are held to the same.
 * @typedef {object} Group
 * @property {string} name
 * @property {Terms} terms
 * @property {readonly Buffer[]} genuine those that have to be accepted
 * @property {readonly Buffer[]} known those, and further ones that may be accepted
 * @property {readonly { bytes: Buffer, tree: Part }[]} objects
 * @property {{ terms: Terms, tree: Part } | undefined} resigned under a root of our own
 */

/** The time of every run: 2026-01-01T00:00:00Z. */
const NOW = 1_767_225_600_000;
const CD_HASH = Buffer.alloc(32, 7);

/** Every generation whose objects are laid out in another way, and Macs. */
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

/** @param {Kind} kind @param {Subject} subject @returns {{ virtual: readonly Group[], real: readonly Group[] }} */
export function createCorpus(kind, subject) {
  const apple = subject.createVirtualApple({ now: () => NOW });
  const virtual = PHONES.flatMap((phone, index) => groupsOfPhone(kind, apple, phone, index));
  const real = { attestation: realAttestations, assertion: realAssertions, receipt: realReceipts }[kind]();
  const all = [...virtual, ...real];
  return {
    virtual: virtual.map((group) => ready(kind, group, all, apple)),
    real: real.map((group) => ready(kind, group, all, apple)),
  };
}

/** @typedef {Pick<Group, 'name' | 'terms' | 'genuine'> & { objects: readonly Buffer[] }} Made */

/** @param {Kind} kind @param {Made} group @param {readonly Made[]} all @param {VirtualApple} apple @returns {Group} */
function ready(kind, group, all, apple) {
  const objects = group.objects.map((bytes) => ({ bytes, tree: trees[kind](bytes) }));
  const known = all
    .filter(({ terms }) => isAboutTheSame(kind, group.terms, terms))
    .flatMap(({ genuine }) => genuine);
  const resigned = resignable(kind, objects[0]?.tree ?? row([]), group.terms, apple);
  return { ...group, objects, known, resigned };
}

/** Whether what is genuine by these terms may be accepted by those: the real ones have several of some keys. @param {Kind} kind @param {Terms} terms @param {Terms} others */
function isAboutTheSame(kind, terms, others) {
  if (terms.appId !== others.appId || terms.environment !== others.environment) return false;
  if (kind === 'attestation')
    return terms.keyId.equals(others.keyId) && terms.clientDataHash.equals(others.clientDataHash);
  if (kind === 'assertion')
    return terms.spki.equals(others.spki) && terms.clientDataHash.equals(others.clientDataHash);
  return (
    terms.spki.equals(others.spki) && (terms.leaf === undefined || others.leaf?.equals(terms.leaf) === true)
  );
}

/** The same, as our own authorities or our own device could have made it. @param {Kind} kind @param {Part} tree @param {Terms} terms @param {VirtualApple} apple */
function resignable(kind, tree, terms, apple) {
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

/** @param {Kind} kind @param {VirtualApple} apple @param {object} options @param {number} index @returns {Made[]} */
function groupsOfPhone(kind, apple, options, index) {
  const phone = /** @type {import('attestkit-testing').IPhoneOptions} */ ({
    appId: index % 3 === 0 ? 'TEAMID1234.com.example.wallet' : 'TEAMID1234.com.example.app',
    ...options,
  });
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
  /** @param {'ATTEST' | 'RECEIPT'} type @param {'ber' | 'der'} encoding */
  const receipt = (type, encoding) => Buffer.from(key.receipt({ type, encoding }));
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

/** @param {string} name @param {Terms} terms @param {readonly Buffer[]} objects @returns {Made} */
function made(name, terms, objects) {
  return { name, terms, objects, genuine: objects };
}

/** @returns {Made[]} */
function realAttestations() {
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

/** @returns {Made[]} */
function realAssertions() {
  return vectors('app-attest', 'assertion-').map((file) => {
    const bytes = file.bytes('assertion');
    const terms = { ...realTerms(file), clientDataHash: sha256(file.bytes('clientData')) };
    return { name: file.name, terms, objects: [bytes], genuine: file.isGenuine ? [bytes] : [] };
  });
}

/** Those on their own, and those that came in attestations. @returns {Made[]} */
function realReceipts() {
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

/** @param {ReturnType<typeof vectors>[number]} file @returns {Terms} */
function realTerms(file) {
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

/** In 2020 attributes were signed in place of the content; such a receipt is refused. @param {Part} receipt */
function hasAttributes(receipt) {
  return partAt(receipt, [0, 1, 0, 4, 0])?.children?.length !== 5;
}

/** Field 12 of a receipt. @param {Part} tree */
function createdAt(tree) {
  const fields = partAt(tree, [0, 1, 0, 2, 1, 0, 0])?.children ?? [];
  const field = fields.find(({ children }) => children?.[0]?.content?.equals(Buffer.of(12)));
  return Date.parse(String(field?.children?.[2]?.content));
}

/** The certificates of an attestation. @param {Part} tree */
function chainOf(tree) {
  return (memberOf(tree, ['attStmt', 'x5c'])?.children ?? []).map(
    (each) => each.content ?? encode(row(each.children ?? [])),
  );
}

/** @param {Part} tree @param {readonly string[]} names */
function memberOf(tree, names) {
  let part = tree.children?.[0];
  for (const name of names) {
    const children = part?.children ?? [];
    part = children[1 + children.findIndex((each) => each.major === 3 && String(each.content) === name)];
  }
  return part;
}

/** @param {Buffer} data */
function sha256(data) {
  return createHash('sha256').update(data).digest();
}
