import { isJsonObject, type JsonObject } from '../../kernel/bytes/json.js';
import type { EvidenceKindName } from '../kind-table.js';
import { openAuthenticatorData } from './authenticator-data.js';
import { readCborPart } from './cbor.js';
import { nameKeyInfo } from './certificate.js';
import { withCertificateFacts } from './certificate-facts.js';
import { openOctets, readDerPart } from './der.js';
import { formOf, readTokenPart } from './jose.js';
import { readJsonPart } from './json.js';
import { bytesOf } from './member-bytes.js';
import type { EvidencePart } from './part.js';
import { Parts } from './parts.js';
import { contentOf, type Draft, type Sheet } from './sheet.js';

/**
 * Takes the bytes of evidence apart: what stands where, and how far it can be read. **Nothing is verified**, and broken evidence
 * is shown as far as it goes. It never throws. Each part has 20,000 nodes and 64 levels at most, all together 60,000 nodes.
 *
 * @param evidence its kind, and the members of an evidence file: `readEvidence` gives both
 * @returns the token, the CBOR, the DER, each certificate and what else has bytes; empty if nothing of it can be shown
 * @example
 * const { kind, file } = readEvidence(text);
 * for (const { name, encoding, problem } of dissectEvidence({ kind, file })) console.log(name, encoding, problem);
 */
export function dissectEvidence(evidence: {
  readonly kind: EvidenceKindName;
  readonly file: Readonly<Record<string, unknown>>;
}): readonly EvidencePart[] {
  const parts = new Parts();
  try {
    dissect(parts, evidence.kind, evidence.file);
  } catch {
    // An object with a getter that throws: what was read before it stays.
  }
  return withCertificateFacts(parts.all, (part) => parts.isCertificate(part));
}

function dissect(parts: Parts, kind: EvidenceKindName, file: JsonObject): void {
  switch (kind) {
    case 'app-attest-attestation':
      addAttestation(parts, file['attestation']);
      break;
    case 'app-attest-assertion':
      addCbor(parts, 'assertion', file['assertion'], openAssertion);
      break;
    case 'app-attest-receipt':
      parts.addReceipt('receipt', bytesOf(file['receipt']));
      parts.addCertificate('leafCertificate', bytesOf(file['leafCertificate']));
      break;
    case 'key-attestation':
      addChain(parts, file['certificateChain']);
      break;
    case 'key-attestation-signature':
      parts.addSignature('signature', bytesOf(file['signature']));
      break;
    case 'approov-message':
      addMessage(parts, file);
      break;
    default:
      addToken(parts, 'token', file['token']);
      addJson(parts, 'payload', file['payload']);
  }
  addPublicKey(parts, file['publicKey']);
}

function addToken(parts: Parts, name: string, token: unknown): void {
  if (typeof token !== 'string') return;
  const form = formOf(token);
  parts.add(name, form, { bytes: Buffer.from(token) }, (sheet) => readTokenPart(sheet, form));
}

function addJson(parts: Parts, name: string, value: unknown): void {
  if (value === undefined) return;
  try {
    parts.add(name, 'json', { bytes: Buffer.from(JSON.stringify(value) ?? '') }, readJsonPart);
  } catch {
    parts.add(
      name,
      'json',
      { bytes: Buffer.alloc(0), problem: 'it cannot be written as JSON' },
      () => undefined,
    );
  }
}

function addCbor(
  parts: Parts,
  name: string,
  value: unknown,
  open: (sheet: Sheet, root: Draft) => void,
): void {
  parts.add(name, 'cbor', bytesOf(value), (sheet) => {
    const root = readCborPart(sheet);
    if (root !== undefined) open(sheet, root);
    return root;
  });
}

function memberOf(node: Draft | undefined, name: string): Draft | undefined {
  return node?.children.find(({ label }) => label === name);
}

function bytesMember(node: Draft | undefined, name: string): Draft | undefined {
  const member = memberOf(node, name);
  return member?.type === 'bytes' ? member : undefined;
}

/** The certificates and the receipt in an attestation are parts of their own too. */
function addAttestation(parts: Parts, value: unknown): void {
  const certificates: Uint8Array[] = [];
  let receipt: Uint8Array | undefined;
  addCbor(parts, 'attestation', value, (sheet, root) => {
    const data = bytesMember(root, 'authData');
    if (data !== undefined) openAuthenticatorData(sheet, data, true);
    const statement = memberOf(root, 'attStmt');
    for (const [at, each] of (memberOf(statement, 'x5c')?.children ?? []).entries()) {
      if (each.type !== 'bytes') continue;
      each.meaning = `a certificate: the part attestation.attStmt.x5c[${at}]`;
      certificates.push(contentOf(sheet, each));
    }
    const bytes = bytesMember(statement, 'receipt');
    if (bytes === undefined) return;
    bytes.meaning = 'a receipt: the part attestation.attStmt.receipt';
    receipt = contentOf(sheet, bytes);
  });
  for (const [at, bytes] of certificates.entries())
    parts.addCertificate(`attestation.attStmt.x5c[${at}]`, { bytes });
  if (receipt !== undefined) parts.addReceipt('attestation.attStmt.receipt', { bytes: receipt });
}

function openAssertion(sheet: Sheet, root: Draft): void {
  const data = bytesMember(root, 'authenticatorData');
  if (data !== undefined) openAuthenticatorData(sheet, data, false);
  const signature = bytesMember(root, 'signature');
  const inner = signature && openOctets(sheet, signature);
  for (const [at, each] of (inner?.children ?? []).entries()) each.label = ['r', 's'][at] ?? '';
}

function addChain(parts: Parts, chain: unknown): void {
  const list: readonly unknown[] = Array.isArray(chain) ? chain : [chain];
  for (const [at, each] of list.entries()) {
    const given = bytesOf(each);
    if (given !== undefined && parts.isFull) {
      const rest = `${list.length - at} certificates are left out`;
      parts.add(
        `certificateChain[${at}…]`,
        'bytes',
        { bytes: Buffer.alloc(0), problem: rest },
        () => undefined,
      );
      return;
    }
    parts.addCertificate(`certificateChain[${at}]`, given);
  }
}

/** The header fields as they are, and the token among them. */
function addMessage(parts: Parts, file: JsonObject): void {
  const { headers, tokenHeader = 'approov-token' } = file;
  addJson(parts, 'headers', headers);
  if (!isJsonObject(headers) || typeof tokenHeader !== 'string') return;
  const field = tokenHeader.toLowerCase();
  const name = Object.keys(headers).find((each) => each.toLowerCase() === field);
  const value = name === undefined ? undefined : headers[name];
  addToken(parts, `headers.${field}`, Array.isArray(value) ? value[0] : value);
}

/** A point is bytes alone. Keys with private members are not shown. */
function addPublicKey(parts: Parts, value: unknown): void {
  if (isJsonObject(value)) {
    if (!Object.hasOwn(value, 'd') && !Object.hasOwn(value, 'k')) addJson(parts, 'publicKey', value);
    return;
  }
  const given = bytesOf(value);
  if (given === undefined) return;
  if (given.bytes[0] !== 0x30) parts.addBytes('publicKey', given);
  else
    parts.add('publicKey', 'der', given, (sheet) => {
      const root = readDerPart(sheet);
      if (root !== undefined) nameKeyInfo(root);
      return root;
    });
}
