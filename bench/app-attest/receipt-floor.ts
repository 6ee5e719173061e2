import { hash, verify, X509Certificate, type KeyObject } from 'node:crypto';
import type { ReceiptSample } from './samples.js';

/** An element of BER, by the offsets of its content and of what follows it. */
interface Element {
  readonly from: number;
  readonly to: number;
  readonly next: number;
}

/** Reads an element's head, believing every length; where there is none it walks to the end. */
function elementAt(bytes: Buffer, at: number): Element {
  const first = bytes[at + 1] as number;
  if (first === 0x80) {
    let to = at + 2;
    while (bytes.readUInt16BE(to) !== 0) to = elementAt(bytes, to).next;
    return { from: at + 2, to, next: to + 2 };
  }
  const more = first > 0x80 ? first & 0x7f : 0;
  const from = at + 2 + more;
  const to = from + (more === 0 ? first : bytes.readUIntBE(at + 2, more));
  return { from, to, next: to };
}

function inside(bytes: Buffer, { from, to }: Element): Element[] {
  const elements: Element[] = [];
  for (let at = from; at < to; at = (elements.at(-1) as Element).next) elements.push(elementAt(bytes, at));
  return elements;
}

function path(bytes: Buffer, start: Element, ...places: readonly number[]): Element {
  return places.reduce((element, place) => inside(bytes, element).at(place) as Element, start);
}

/**
 * The least that accepts a receipt: the content is put together from its pieces, and signed by the first certificate,
 * which was verified under the second one when it was first seen. None of the fields is read.
 */
export function receiptFloor(): (sample: ReceiptSample) => Buffer {
  const signers = new Map<string, KeyObject>();
  return ({ receipt }) => {
    const signed = path(receipt, elementAt(receipt, 0), 1, 0);
    const [, , encapsulated, certificates] = inside(receipt, signed) as [Element, Element, Element, Element];
    const content = octets(receipt, path(receipt, encapsulated, 1, 0));
    const [signer, issuer] = inside(receipt, certificates) as [Element, Element];
    const signature = path(receipt, signed, -1, 0, -1);
    const der = receipt.subarray(certificates.from, signer.next);
    const digest = hash('sha256', der, 'base64');
    const known = signers.get(digest);
    const key = known ?? checkedSigner(der, receipt.subarray(signer.next, issuer.next));
    signers.set(digest, key);
    if (!verify('sha256', content, key, receipt.subarray(signature.from, signature.to)))
      throw new Error('signature');
    return content;
  };
}

/** An octet string in pieces, or in one. */
function octets(receipt: Buffer, element: Element): Buffer {
  const whole = receipt.subarray(element.from, element.to);
  if (whole[0] !== 0x04) return whole;
  return Buffer.concat(inside(receipt, element).map(({ from, to }) => receipt.subarray(from, to)));
}

function checkedSigner(signer: Buffer, issuer: Buffer): KeyObject {
  const certificate = new X509Certificate(signer);
  if (!certificate.verify(new X509Certificate(issuer).publicKey)) throw new Error('signer');
  return certificate.publicKey;
}
