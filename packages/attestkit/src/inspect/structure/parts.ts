import { isCertificate, nameCertificate, nameSignature } from './certificate.js';
import { readDerPart } from './der.js';
import type { Given } from './member-bytes.js';
import type { EvidencePart } from './part.js';
import { namePayloadFields, nameReceipt, type ReceiptParts } from './receipt.js';
import { bytesNode, Sheet, type Draft } from './sheet.js';

/** Nodes of all parts together, and parts: a chain that a server accepts has ten certificates. */
const MOST_NODES = 60_000;
const MOST_PARTS = 40;

/** The parts of one piece of evidence while they are made. */
export class Parts {
  readonly all: EvidencePart[] = [];
  readonly #certificates = new Set<EvidencePart>();
  #left = MOST_NODES;

  get isFull(): boolean {
    return this.all.length >= MOST_PARTS;
  }

  isCertificate(part: EvidencePart): boolean {
    return this.#certificates.has(part);
  }

  /** Nothing for a member that is not text. */
  add(
    name: string,
    encoding: EvidencePart['encoding'],
    given: Given | undefined,
    read: (sheet: Sheet) => Draft | undefined,
  ): EvidencePart | undefined {
    if (given === undefined || this.all.length > MOST_PARTS) return undefined;
    const sheet = new Sheet(given.bytes, this.#left);
    const before = sheet.left;
    const root = read(sheet);
    this.#left -= before - sheet.left;
    const part = {
      name,
      encoding,
      bytes: sheet.bytes.toString('base64'),
      root,
      problem: given.problem ?? sheet.problem,
      certificate: undefined,
    };
    this.all.push(part);
    return part;
  }

  addBytes(name: string, given: Given): void {
    this.add(name, 'bytes', given, (sheet) => bytesNode(sheet, 0, sheet.bytes.length));
  }

  addCertificate(name: string, given: Given | undefined): void {
    let isRead = false;
    const part = this.add(name, 'der', given, (sheet) => {
      const root = readDerPart(sheet);
      isRead = root !== undefined && isCertificate(root);
      if (root !== undefined && isRead) nameCertificate(sheet, root);
      return root;
    });
    if (part !== undefined && isRead) this.#certificates.add(part);
  }

  /** A receipt, its certificates, and its payload if that cannot be opened in place. */
  addReceipt(name: string, given: Given | undefined): void {
    let found: ReceiptParts = { certificates: [], payload: undefined };
    this.add(name, 'der', given, (sheet) => {
      const root = readDerPart(sheet);
      if (root !== undefined) found = nameReceipt(sheet, root);
      return root;
    });
    const { certificates, payload } = found;
    if (payload !== undefined)
      this.add(`${name}.eContent`, 'der', { bytes: payload }, (sheet) => {
        const root = readDerPart(sheet);
        if (root !== undefined) namePayloadFields(sheet, root);
        return root;
      });
    for (const [at, bytes] of certificates.entries())
      this.addCertificate(`${name}.certificates[${at}]`, { bytes });
  }

  /** ECDSA writes a SEQUENCE; RSA and Ed25519 bytes alone. */
  addSignature(name: string, given: Given | undefined): void {
    if (given === undefined) return;
    if (given.bytes[0] !== 0x30) {
      this.addBytes(name, given);
      return;
    }
    this.add(name, 'der', given, (sheet) => {
      const root = readDerPart(sheet);
      if (root !== undefined) nameSignature(root);
      return root;
    });
  }
}
