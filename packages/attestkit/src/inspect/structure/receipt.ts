import { isCertificate, nameAlgorithm, nameCertificate, nameName, nameSignature } from './certificate.js';
import { label } from './key-description.js';
import { contentOf, type Draft, type Sheet } from './sheet.js';

/** Bytes in a receipt that are parts of their own. */
export interface ReceiptParts {
  /** DER of each certificate. */
  readonly certificates: readonly Uint8Array[];
  /** The payload, if it is written in several pieces: in the receipt it cannot be opened then. */
  readonly payload: Uint8Array | undefined;
}

/** Names the fields of signed data (RFC 5652 §5.1), and those of the receipt in it. */
export function nameReceipt(sheet: Sheet, root: Draft): ReceiptParts {
  label(root.children, ['contentType', 'content']);
  const data = root.children[1]?.children[0];
  if (data === undefined) return { certificates: [], payload: undefined };
  data.label = 'signedData';
  const [version, algorithms, content, ...rest] = data.children;
  label(data.children, ['version', 'digestAlgorithms', 'encapContentInfo']);
  for (const each of algorithms?.children ?? []) nameAlgorithm(each);
  if (content !== undefined && version !== undefined) label(content.children, ['eContentType', 'eContent']);
  const certificates: Uint8Array[] = [];
  for (const field of rest) {
    const kind = field.type.replace(/,.*$/s, '');
    if (kind === '[0]') {
      field.label = 'certificates';
      for (const [at, each] of field.children.entries()) {
        if (!isCertificate(each)) continue;
        each.label = String(at);
        nameCertificate(sheet, each);
        certificates.push(sheet.bytes.subarray(each.offset, each.offset + each.length));
      }
    }
    if (kind === '[1]') field.label = 'crls';
    if (kind === 'SET') {
      field.label = 'signerInfos';
      field.children.forEach(nameSigner);
    }
  }
  return { certificates, payload: namePayload(sheet, content?.children[1]?.children[0]) };
}

function nameSigner(signer: Draft): void {
  const [, sid, digest] = signer.children;
  label(signer.children, ['version', 'sid', 'digestAlgorithm']);
  if (sid?.type === 'SEQUENCE') {
    label(sid.children, ['issuer', 'serialNumber']);
    nameName(sid.children[0]);
  }
  nameAlgorithm(digest);
  for (const field of signer.children.slice(3)) {
    if (field.type === '[0]') nameAttributes(field, 'signedAttrs');
    if (field.type === '[1]') nameAttributes(field, 'unsignedAttrs');
    if (field.type === 'SEQUENCE') {
      field.label = 'signatureAlgorithm';
      nameAlgorithm(field);
    }
    if (field.type !== 'OCTET STRING') continue;
    field.label = 'signature';
    if (field.children[0] !== undefined) nameSignature(field.children[0]);
  }
}

function nameAttributes(set: Draft, name: string): void {
  set.label = name;
  for (const attribute of set.children) {
    label(attribute.children, ['attrType', 'attrValues']);
    attribute.label = attribute.children[0]?.meaning ?? '';
  }
}

/** Fields of a receipt by their type (Apple, "Assessing fraud risk"). */
const FIELDS: Readonly<Record<string, string>> = {
  2: 'appId',
  3: 'certificate',
  4: 'clientHash',
  5: 'token',
  6: 'receiptType',
  7: 'environment',
  12: 'creationTime',
  17: 'riskMetric',
  19: 'notBefore',
  21: 'expirationTime',
};

/** The content: an OCTET STRING that is opened already; or one of several pieces, which are joined. */
function namePayload(sheet: Sheet, octets: Draft | undefined): Uint8Array | undefined {
  if (octets === undefined) return undefined;
  const pieces = octets.children.filter(({ type }) => type === 'OCTET STRING');
  const [first, second] = pieces;
  const set = first === undefined ? octets.children[0] : second === undefined ? first.children[0] : undefined;
  if (set !== undefined) namePayloadFields(sheet, set);
  if (second === undefined) return undefined;
  pieces.forEach((piece, at) => {
    piece.label = `piece ${at}`;
  });
  return Buffer.concat(pieces.map((piece) => contentOf(sheet, piece)));
}

/** SET OF SEQUENCE { type, version, value }. */
export function namePayloadFields(sheet: Sheet, set: Draft): void {
  for (const field of set.children) {
    label(field.children, ['type', 'version', 'value']);
    const [type, , value] = field.children;
    field.label = type?.type === 'INTEGER' ? (FIELDS[type.value ?? ''] ?? `field ${type.value ?? ''}`) : '';
    const inner = value?.children[0];
    if (inner !== undefined && isCertificate(inner)) nameCertificate(sheet, inner);
  }
}
