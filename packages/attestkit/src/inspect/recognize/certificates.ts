import { isUniversal, readSequence, readSigned, TAG } from '../../kernel/asn1/der.js';
import { octetsOf } from './octets.js';
import { MAX_LENGTH, type Reading } from './reading.js';

/** More than any chain has; the verifier takes ten. */
const MOST = 32;

/**
 * A certificate chain in text: certificates in PEM, one behind the other, or in base64 of DER, each on a line of its own;
 * undefined for other text. They stay in their order.
 */
export function readCertificates(text: string): Reading | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const pems = blocksOf(text);
  if (pems.length > 0) return chainOf(pems, 'it has certificates in PEM', [PEM]);
  const parts = text.split(/[\s,]+/, MOST + 1).map((part) => part.replaceAll(/^["']|["']$/g, ''));
  const list = parts.filter((part) => part !== '');
  if (list.length < 2 || !list.every(isCertificateText)) return undefined;
  return chainOf(list, 'each part of it is a certificate in base64');
}

/** The same of a list in JSON. */
export function readCertificateList(list: readonly unknown[]): Reading | undefined {
  const texts = list.filter((each): each is string => typeof each === 'string' && each.length <= MAX_LENGTH);
  if (texts.length === 0 || texts.length !== list.length || texts.length > MOST) return undefined;
  const pems = texts.map(blocksOf);
  if (pems.every((blocks) => blocks.length > 0))
    return chainOf(pems.flat(), 'it is a list of certificates in PEM', [PEM]);
  // As they are: what a server refuses in them is refused here.
  return texts.every(isCertificateText) ? chainOf(texts, 'it is a list of certificates') : undefined;
}

/** The same of bytes: certificates in DER, one behind the other. */
export function readCertificateBytes(bytes: Buffer, why: string): Reading | undefined {
  if (bytes.length > MAX_LENGTH) return undefined;
  const all = elementsOf(bytes);
  if (all.length === 0 || !all.some(isCertificate)) return undefined;
  return chainOf(
    all.map((each) => each.toString('base64')),
    why,
  );
}

function chainOf(certificateChain: readonly string[], why: string, notes: readonly string[] = []): Reading {
  const what = certificateChain.length === 1 ? 'an Android certificate' : 'an Android certificate chain';
  return { kind: 'key-attestation', file: { certificateChain }, what, why, notes };
}

const PEM =
  'The certificates were taken out of PEM. A server refuses PEM: it takes the base64 between the lines, without line breaks.';

const [BEGIN, END] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'];

/** What stands between the lines of PEM, without white space; text that does not end is not one. */
function blocksOf(text: string): readonly string[] {
  const blocks: string[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0 && blocks.length < MOST; at = text.indexOf(BEGIN, at)) {
    const end = text.indexOf(END, at);
    if (end < 0) break;
    blocks.push(text.slice(at + BEGIN.length, end).replaceAll(/\s/g, ''));
    at = end;
  }
  return blocks;
}

function isCertificateText(text: string): boolean {
  const bytes = octetsOf(text);
  return bytes !== undefined && isCertificate(bytes);
}

/** By its outline: what is in it, the verifier says. */
function isCertificate(bytes: Buffer): boolean {
  const [signed, algorithm, signature] = readSequence(readSigned(bytes)) ?? [];
  const isOutline = isUniversal(signed, TAG.sequence) && isUniversal(algorithm, TAG.sequence);
  return isOutline && isUniversal(signature, TAG.bitString);
}

/** Elements of DER that stand one behind the other, by their lengths; the last is what is left. */
function elementsOf(bytes: Buffer): readonly Buffer[] {
  const elements: Buffer[] = [];
  let rest = bytes;
  while (rest.length > 0 && elements.length < MOST) {
    const end = rest[0] === 0x30 ? endOf(rest) : rest.length;
    elements.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  return elements;
}

/** Where the first element ends, with a length in the long form of DER (X.690 §8.1.3.5). */
function endOf(bytes: Buffer): number {
  const octets = (bytes[1] ?? 0) - 0x80;
  if (octets < 1 || octets > 3 || bytes.length < 2 + octets) return bytes.length;
  return Math.min(bytes.length, 2 + octets + bytes.readUIntBE(2, octets));
}
