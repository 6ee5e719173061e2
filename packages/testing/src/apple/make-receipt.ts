import { sign } from 'node:crypto';
import { der, indefinite, integer, NULL, octets, oid, sequence, set } from '../encode/der.js';
import type { Authorities, Authority } from './authorities.js';

/** What a receipt says. */
export interface ReceiptContents {
  readonly type: 'ATTEST' | 'RECEIPT';
  readonly appId: string;
  /** The leaf of the attestation, DER. */
  readonly certificate: Uint8Array;
  /** SubjectPublicKeyInfo of the attested key, DER. */
  readonly publicKey: Uint8Array;
  readonly clientDataHash: Uint8Array;
  readonly token: string;
  readonly environment: 'production' | 'development';
  /** When it is made, milliseconds since the epoch. */
  readonly now: number;
  /** Only a RECEIPT has one. */
  readonly riskMetric: number;
}

/** How the CMS around the payload is encoded: as Apple mostly does it, or in DER, which occurs too. */
export type ReceiptEncoding = 'ber' | 'der';

/** A field of the payload. */
export interface ReceiptField {
  readonly type: number;
  readonly value: Uint8Array;
}

/** What a SignerInfo consists of (RFC 5652 §5.3), each element encoded. */
export interface SignerParts {
  readonly version: Uint8Array;
  readonly issuerAndSerial: Uint8Array;
  readonly digest: Uint8Array;
  /** With its tag `[0]`, empty if there are none. */
  readonly signedAttributes: Uint8Array;
  readonly algorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/** What a SignedData consists of (RFC 5652 §5.1), each element encoded but for the content and the lists. */
export interface SignedParts {
  readonly contentType: Uint8Array;
  readonly version: Uint8Array;
  readonly digests: Uint8Array;
  readonly innerType: Uint8Array;
  readonly content: Uint8Array;
  readonly certificates: readonly Uint8Array[];
  readonly signers: readonly Uint8Array[];
}

/** Who signs, and the certificates that go with it. */
export interface ReceiptChain {
  readonly signer: Authority;
  readonly certificates: readonly Uint8Array[];
}

/** What a defect changes while a receipt is made; a step that it leaves out is done as Apple does it. */
export interface ReceiptSteps {
  readonly contents?: (contents: ReceiptContents) => ReceiptContents;
  readonly fields?: (fields: readonly ReceiptField[], contents: ReceiptContents) => readonly ReceiptField[];
  readonly payload?: (payload: Buffer) => Uint8Array;
  readonly chain?: (authorities: Authorities, now: number) => ReceiptChain;
  readonly signature?: (payload: Uint8Array, authorities: Authorities) => Buffer;
  readonly signer?: (parts: SignerParts, payload: Uint8Array, chain: ReceiptChain) => SignerParts;
  readonly signed?: (parts: SignedParts) => SignedParts;
  readonly bytes?: (bytes: Buffer) => Uint8Array;
}

const DAY = 86_400_000;
/** Apple's content is in pieces of this many octets. */
const CHUNK = 1000;

export const SIGNED_DATA: Uint8Array = oid('1.2.840.113549.1.7.2');
export const DATA: Uint8Array = oid('1.2.840.113549.1.7.1');
export const SHA256: Uint8Array = sequence(oid('2.16.840.1.101.3.4.2.1'), NULL);
const ECDSA_SHA256: Uint8Array = sequence(oid('1.2.840.10045.4.3.2'));

/** A receipt: CMS SignedData over the payload, without signed attributes. */
export function makeReceipt(
  wanted: ReceiptContents,
  encoding: ReceiptEncoding,
  authorities: Authorities,
  defect: ReceiptSteps,
): Uint8Array {
  const contents = defect.contents?.(wanted) ?? wanted;
  const sound = receiptFields(contents);
  const payload = encodePayload(defect.fields?.(sound, contents) ?? sound);
  const content = defect.payload?.(payload) ?? payload;
  const chain = defect.chain?.(authorities, contents.now) ?? receiptChain(authorities);
  const { signer } = chain;
  const signature = defect.signature?.(content, authorities) ?? sign('sha256', content, signer.signer.key);
  const signerParts = {
    version: integer(1),
    issuerAndSerial: sequence(signer.fields.issuer, integer(signer.fields.serial)),
    digest: SHA256,
    signedAttributes: Buffer.alloc(0),
    algorithm: ECDSA_SHA256,
    signature: octets(signature),
  };
  const parts = {
    contentType: SIGNED_DATA,
    version: integer(1),
    digests: set(SHA256),
    innerType: DATA,
    content,
    certificates: chain.certificates,
    signers: [encodeSigner(defect.signer?.(signerParts, content, chain) ?? signerParts)],
  };
  const bytes = encodeSigned(defect.signed?.(parts) ?? parts, encoding);
  return defect.bytes?.(bytes) ?? bytes;
}

/** The chain as Apple sends it, root included. */
function receiptChain({ receiptSigner, receiptCa, receiptRoot }: Authorities): ReceiptChain {
  const certificates = [receiptSigner, receiptCa, receiptRoot].map(({ certificate }) => certificate);
  return { signer: receiptSigner, certificates };
}

/** One signer's part of a SignedData. */
export function encodeSigner(parts: SignerParts): Buffer {
  const { version, issuerAndSerial, digest, signedAttributes, algorithm, signature } = parts;
  return sequence(version, issuerAndSerial, digest, signedAttributes, algorithm, signature);
}

/** The fields in Apple's order, which is another one for each type of receipt. */
function receiptFields(contents: ReceiptContents): ReceiptField[] {
  const { type, appId, certificate, clientDataHash, token, environment, now, riskMetric } = contents;
  const renewed = type === 'RECEIPT';
  // Apple's service passes the hash through text when it renews: other bytes than UTF-8 become U+FFFD.
  const hash = renewed ? Buffer.from(Buffer.from(clientDataHash).toString('utf8')) : clientDataHash;
  const kind = field(6, type);
  return [
    ...(renewed ? [field(17, String(riskMetric)), kind] : []),
    field(2, appId),
    field(3, certificate),
    field(4, hash),
    field(5, token),
    ...(renewed ? [] : [kind]),
    field(7, environment === 'production' ? 'production' : 'sandbox'),
    field(12, receiptTime(now)),
    ...(renewed ? [field(19, receiptTime(now + DAY))] : []),
    field(21, receiptTime(now + 90 * DAY)),
  ];
}

export function field(type: number, value: string | Uint8Array): ReceiptField {
  return { type, value: Buffer.from(value) };
}

/** ISO 8601 with one to three digits of a fraction, as few as say it: `2026-04-21T18:13:12.76Z`. */
export function receiptTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/0{1,2}Z$/, 'Z');
}

/** SET OF SEQUENCE { type, version, value }. */
function encodePayload(fields: readonly ReceiptField[]): Buffer {
  return set(...fields.map(({ type, value }) => sequence(integer(type), integer(1), octets(value))));
}

function encodeSigned(parts: SignedParts, encoding: ReceiptEncoding): Buffer {
  const wrap = encoding === 'ber' ? indefinite : der;
  const content = encoding === 'ber' ? indefinite(0x24, ...chunks(parts.content)) : octets(parts.content);
  return wrap(
    0x30,
    parts.contentType,
    wrap(
      0xa0,
      wrap(
        0x30,
        parts.version,
        parts.digests,
        wrap(0x30, parts.innerType, wrap(0xa0, content)),
        wrap(0xa0, ...parts.certificates),
        set(...parts.signers),
      ),
    ),
  );
}

function chunks(content: Uint8Array): Buffer[] {
  const count = Math.ceil(content.length / CHUNK);
  return Array.from({ length: count }, (_, index) =>
    octets(content.subarray(index * CHUNK, (index + 1) * CHUNK)),
  );
}
