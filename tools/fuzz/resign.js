// @ts-check
// Why this exists: behind the signatures stands code that no mutant of a genuine object reaches. Here the same objects,
// real ones too, are signed again by keys of our own, after they were changed. Nobody can do that who has no key of
// Apple's or of the device; the parsers have to hold all the same.
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readBer } from './tree-read.js';
import { cbor, der, edited, encode, raw, row } from './tree.js';

/** @typedef {import('./tree.js').Part} Part */
/** @typedef {import('node:crypto').KeyObject} KeyObject */
/** @typedef {(part: Part) => readonly Part[]} Edit */

/** Signs once what it is given. @param {'P-256' | 'P-384'} namedCurve */
export function keyPair(namedCurve) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { privateKey, spki: readBer(spki) ?? row([]) };
}

/** Keys of our own in place of Apple's, and of the device's. */
export const KEYS = {
  root: keyPair('P-384'),
  issuer: keyPair('P-384'),
  receiptRoot: keyPair('P-384'),
  receiptIssuer: keyPair('P-256'),
  receiptSigner: keyPair('P-256'),
  device: keyPair('P-256'),
};

const ECDSA_SHA384 = '06082a8648ce3d040303';
const SUBJECT_KEY = Buffer.from('0603551d0e', 'hex');
const AUTHORITY_KEY = Buffer.from('0603551d23', 'hex');
const NONCE = Buffer.from('06092a864886f763640802', 'hex');

/** Where the fields of a certificate stand: in the certificate, then in what is signed. */
const FIELD = { issuer: 3, subject: 5, key: 6, extensions: 7 };

/** @param {Part} certificate @param {KeyObject} key @returns {Part} */
export function signedBy(certificate, key) {
  const [tbs, algorithm] = certificate.children ?? [];
  if (tbs === undefined || algorithm === undefined) return certificate;
  const hash = encode(algorithm).toString('hex').includes(ECDSA_SHA384) ? 'sha384' : 'sha256';
  const signature = sign(hash, encode(tbs), key);
  const bits = der(0x03, { children: [raw(Buffer.of(0)), raw(signature)] });
  return { ...certificate, children: [tbs, algorithm, bits] };
}

/** @param {Part} certificate @param {Part} spki @returns {Part} */
export function withKey(certificate, spki) {
  return edited(certificate, [0, FIELD.key], () => [spki]);
}

/**
 * A root for the certificate: its issuer's name and identifier, and our key.
 *
 * @param {Buffer} template the certificate of any root, DER @param {Part} certificate @param {{ privateKey: KeyObject, spki: Part }} key
 */
export function rootFor(template, certificate, { privateKey, spki }) {
  const name = certificate.children?.[0]?.children?.[FIELD.issuer] ?? row([]);
  let root = readBer(template) ?? row([]);
  for (const field of [FIELD.issuer, FIELD.subject]) root = edited(root, [0, field], () => [name]);
  const wanted = octetsOf(certificate, AUTHORITY_KEY)?.children?.find(({ tag }) => tag[0] === 0x80)?.content;
  root = edited(root, [0, FIELD.extensions, 0], (list) => [
    {
      ...list,
      children: list.children?.map((each) => (isOf(each, SUBJECT_KEY) ? withOctets(each, wanted) : each)),
    },
  ]);
  return encode(signedBy(withKey(root, spki), privateKey));
}

/** @param {Part} certificate @param {Buffer} oid */
function octetsOf(certificate, oid) {
  const list = certificate.children?.[0]?.children?.[FIELD.extensions]?.children?.[0]?.children ?? [];
  const value = list.find((each) => isOf(each, oid))?.children?.at(-1);
  return readBer(
    value?.children?.[0] === undefined ? (value?.content ?? SUBJECT_KEY) : encode(value.children[0]),
  );
}

/** @param {Part} extension @param {Buffer} oid */
function isOf({ children = [] }, oid) {
  return children[0] !== undefined && encode(children[0]).equals(oid);
}

/** @param {Part} extension @param {Buffer | undefined} identifier @returns {Part} */
function withOctets(extension, identifier = Buffer.alloc(20)) {
  const value = der(0x04, { children: [der(0x04, { content: identifier })] });
  return { ...extension, children: [...(extension.children ?? []).slice(0, -1), value] };
}

/**
 * An attestation under our root.
 *
 * @param {Part} tree @param {Buffer} clientDataHash @param {{ data?: Edit, leaf?: Edit, issuer?: Edit }} edits of authenticator data and of what is signed in the certificates
 * @returns {Part}
 */
export function resignAttestation(tree, clientDataHash, { data = same, leaf = same, issuer = same }) {
  const map = tree.children?.[0];
  /** @param {string} name */
  const at = (name) => valueAt(map, name);
  const chain = [0, at('attStmt'), valueAt(map?.children?.[at('attStmt')], 'x5c')];
  const changed = edited(tree, [0, at('authData')], (part) => [
    { ...part, children: data(row(part.children ?? [])) },
  ]);
  const content = changed.children?.[0]?.children?.[at('authData')]?.children ?? [];
  const nonce = createHash('sha256')
    .update(encode(row(content)))
    .update(clientDataHash)
    .digest();

  const made = edited(changed, [...chain, 0, 0], (part) => {
    const withNonce = edited(part, [0, FIELD.extensions, 0], (list) => [replaceNonce(list, nonce)]);
    return [signedBy(edited(withNonce, [0], leaf), KEYS.issuer.privateKey)];
  });
  return edited(made, [...chain, 1, 0], (part) => {
    const renamed = withKey(part, KEYS.issuer.spki);
    return [signedBy(edited(renamed, [0], issuer), KEYS.root.privateKey)];
  });
}

/** @param {Part} list @param {Buffer} nonce @returns {Part} */
function replaceNonce(list, nonce) {
  const value = Buffer.concat([Buffer.from('3024a1220420', 'hex'), nonce]);
  const children = list.children?.map((extension) => {
    const [oid, ...rest] = extension.children ?? [];
    if (oid === undefined || !isOf(extension, NONCE)) return extension;
    return {
      ...extension,
      children: [oid, ...rest.slice(0, -1), der(0x04, { children: [readBer(value) ?? raw(value)] })],
    };
  });
  return { ...list, children };
}

/**
 * An assertion by our key.
 *
 * @param {Part} tree @param {Buffer} clientDataHash @param {Edit} data @returns {Part}
 */
export function resignAssertion(tree, clientDataHash, data) {
  const map = tree.children?.[0];
  const changed = edited(tree, [0, valueAt(map, 'authenticatorData')], (part) => [
    { ...part, children: data(row(part.children ?? [])) },
  ]);
  const content = changed.children?.[0]?.children?.[valueAt(map, 'authenticatorData')]?.children ?? [];
  const nonce = createHash('sha256')
    .update(encode(row(content)))
    .update(clientDataHash)
    .digest();
  const signature = sign('sha256', nonce, KEYS.device.privateKey);
  return edited(changed, [0, valueAt(map, 'signature')], () => [cbor(2, { content: signature })]);
}

const CONTENT = [0, 1, 0, 2, 1, 0];
const CERTIFICATES = [0, 1, 0, 3];
const SIGNATURE = [0, 1, 0, 4, 0, 4];

/**
 * A receipt under our root.
 *
 * @param {Part} tree @param {{ payload?: Edit, signer?: Edit, issuer?: Edit }} edits of the payload and of what is signed in the certificates
 * @returns {Part}
 */
export function resignReceipt(tree, { payload = same, signer = same, issuer = same }) {
  const changed = edited(tree, CONTENT, (part) => [
    { ...part, children: payload(part.children?.[0] ?? row([])) },
  ]);
  let content = changed;
  for (const index of CONTENT) content = content.children?.[index] ?? row([]);
  const signature = sign('sha256', encode(row(content.children ?? [])), KEYS.receiptSigner.privateKey);
  const signed = edited(changed, SIGNATURE, () => [der(0x04, { content: signature })]);
  const { receiptSigner, receiptIssuer, receiptRoot } = KEYS;
  const first = edited(signed, [...CERTIFICATES, 0], (part) => [
    signedBy(edited(withKey(part, receiptSigner.spki), [0], signer), receiptIssuer.privateKey),
  ]);
  return edited(first, [...CERTIFICATES, 1], (part) => [
    signedBy(edited(withKey(part, receiptIssuer.spki), [0], issuer), receiptRoot.privateKey),
  ]);
}

/** Where in the map the value of this name stands. @param {Part | undefined} map @param {string} name */
function valueAt(map, name) {
  return 1 + (map?.children ?? []).findIndex((part) => part.major === 3 && String(part.content) === name);
}

/** @param {Part} part @returns {readonly Part[]} */
function same(part) {
  return [part];
}
