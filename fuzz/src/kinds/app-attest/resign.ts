// Why this exists: no mutant of a genuine object reaches the code behind the signatures. Here the same objects, real ones
// too, are changed and then signed again by keys of our own. Only Apple, or the device, could do that; the verifiers must
// still meet the rules.
import { createHash, sign } from 'node:crypto';
import { FIELD, keyPair, signedBy, withKey, type OwnKey } from '../../mutators/certificates.js';
import { readBer } from '../../readers/ber.js';
import { edited } from '../../readers/paths.js';
import { cbor, der, encode, raw, row, type Part } from '../../readers/tree.js';

/** Makes other parts of one. */
type Edit = (part: Part) => readonly Part[];

/** Keys of our own instead of Apple's and the device's. */
export const KEYS = {
  root: keyPair('P-384'),
  issuer: keyPair('P-384'),
  receiptRoot: keyPair('P-384'),
  receiptIssuer: keyPair('P-256'),
  receiptSigner: keyPair('P-256'),
  device: keyPair('P-256'),
};

const SUBJECT_KEY = Buffer.from('0603551d0e', 'hex');
const AUTHORITY_KEY = Buffer.from('0603551d23', 'hex');
const NONCE = Buffer.from('06092a864886f763640802', 'hex');

/** A root above the certificate, DER: its issuer's name and identifier, and our key. `template` is any root, DER. */
export function rootFor(template: Buffer, certificate: Part, { privateKey, spki }: OwnKey) {
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

/** What an extension contains. */
function octetsOf(certificate: Part, oid: Buffer): Part | undefined {
  const list = certificate.children?.[0]?.children?.[FIELD.extensions]?.children?.[0]?.children ?? [];
  const value = list.find((each) => isOf(each, oid))?.children?.at(-1);
  return readBer(
    value?.children?.[0] === undefined ? (value?.content ?? SUBJECT_KEY) : encode(value.children[0]),
  );
}

function isOf({ children = [] }: Part, oid: Buffer): boolean {
  return children[0] !== undefined && encode(children[0]).equals(oid);
}

function withOctets(extension: Part, identifier: Buffer = Buffer.alloc(20)): Part {
  const value = der(0x04, { children: [der(0x04, { content: identifier })] });
  return { ...extension, children: [...(extension.children ?? []).slice(0, -1), value] };
}

/** An attestation under our root, after edits of authenticator data and of the signed part of its certificates. */
export function resignAttestation(
  tree: Part,
  clientDataHash: Buffer,
  { data = same, leaf = same, issuer = same }: { data?: Edit; leaf?: Edit; issuer?: Edit },
): Part {
  const map = tree.children?.[0];
  const at = (name: string) => valueAt(map, name);
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

function replaceNonce(list: Part, nonce: Buffer): Part {
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

/** An assertion by our key, after an edit of its authenticator data. */
export function resignAssertion(tree: Part, clientDataHash: Buffer, data: Edit): Part {
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

/** A receipt under our root, after edits of the payload and of the signed part of its certificates. */
export function resignReceipt(
  tree: Part,
  { payload = same, signer = same, issuer = same }: { payload?: Edit; signer?: Edit; issuer?: Edit },
): Part {
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

/** The index of the value with this name among the children of a map. */
function valueAt(map: Part | undefined, name: string): number {
  return 1 + (map?.children ?? []).findIndex((part) => part.major === 3 && String(part.content) === name);
}

function same(part: Part): readonly Part[] {
  return [part];
}
