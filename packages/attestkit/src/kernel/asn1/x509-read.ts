import { readTime } from './time.js';
import {
  isContext,
  isPrimitive,
  readDer,
  readExplicit,
  readSequence,
  readSigned,
  TAG,
  type Asn1,
} from './der.js';
import { isNull, readBitString, readBoolean, readInteger, readIntegerBytes, readOid } from './der-values.js';
import { SIGNATURE_ALGORITHMS } from './signature-algorithms.js';

/** An X.509 certificate, read and not verified (RFC 5280 §4.1). All bytes refer to those that were read. */
export interface Certificate {
  /** The whole certificate. */
  readonly der: Uint8Array;
  /** What is signed. */
  readonly tbs: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array;
  /** The name as it is encoded. */
  readonly issuer: Uint8Array;
  /** The name as it is encoded. */
  readonly subject: Uint8Array;
  /** Milliseconds since the epoch; the first and the last at which it is valid. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo as it is encoded. */
  readonly spki: Uint8Array;
  /** By object identifier in dotted text; each is there once. Empty without extensions. */
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Object identifier of the signature algorithm, the same inside and outside of the signed bytes. */
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

/** An extension of a certificate. */
export interface Extension {
  readonly critical: boolean;
  /** What the OCTET STRING contains. */
  readonly value: Uint8Array;
}

/** Octets of a serial number. RFC 5280 §4.1.2.2 has 20 at most, and asks readers to be generous. */
const MAX_SERIAL = 64;

/** Why a certificate cannot be read: the first member at fault, as RFC 5280 §4.1 calls it. */
export interface Unreadable {
  readonly unreadable: string;
}

export function isReadable(read: Certificate | Unreadable): read is Certificate {
  return !('unreadable' in read);
}

/** Gives its value when it is asked for: most are never looked at. */
class ReadExtension implements Extension {
  readonly critical: boolean;
  readonly #octets: Asn1;

  constructor(critical: boolean, octets: Asn1) {
    this.critical = critical;
    this.#octets = octets;
  }

  get value(): Uint8Array {
    return this.#octets.content;
  }
}

/**
 * Reads a certificate, or says what in it cannot be read. The signed bytes may deviate from DER as devices deviate (see
 * docs/decisions). The unsigned ones (the outermost header, the algorithm, the signature) have their one encoding.
 */
export function parseCertificate(der: Uint8Array): Certificate | Unreadable {
  const [signed, outer, signatureBits, more] = (readDer(der) && readSequence(readSigned(der))) ?? [];
  if (signed === undefined || more !== undefined) return { unreadable: 'Certificate' };
  const body = readBody(signed);
  if ('unreadable' in body) return { unreadable: `tbsCertificate${body.unreadable}` };
  // The algorithm outside is not signed: it repeats the one inside, octet by octet.
  const { inner, ...members } = body;
  if (outer === undefined || !inner.equals(outer)) return { unreadable: 'signatureAlgorithm' };
  const signature = readBitString(signatureBits);
  const isStrict = signatureBits !== undefined && readDer(signatureBits.raw) !== undefined;
  if (signature === undefined || !isStrict) return { unreadable: 'signatureValue' };
  return { der, tbs: signed.raw, ...members, signature };
}

type Body = Omit<Certificate, 'der' | 'tbs' | 'signature'> & { readonly inner: Asn1 };

/** TBSCertificate; a member at fault is named with a dot before it. */
function readBody(signed: Asn1): Body | Unreadable {
  const fields = readSequence(signed);
  if (fields === undefined) return { unreadable: '' };
  const isNumbered = isContext(fields[0], 0);
  // The default, version 1, may be written or left out.
  const version = isNumbered ? readInteger(readExplicit(fields[0], 0)) : 0n;
  if (version === undefined || version < 0n || version > 2n) return { unreadable: '.version' };
  const [serialNumber, inner, issuer, validity, subject, spki, ...rest] = fields.slice(isNumbered ? 1 : 0);
  const serial = readIntegerBytes(serialNumber);
  if (serial === undefined || serial.length > MAX_SERIAL) return { unreadable: '.serialNumber' };
  const algorithm = readAlgorithm(inner);
  if (algorithm === undefined || inner === undefined) return { unreadable: '.signature' };
  if (issuer === undefined || readSequence(issuer) === undefined) return { unreadable: '.issuer' };
  const [from, to, third] = readSequence(validity) ?? [];
  const notBefore = readTime(from);
  if (notBefore === undefined) return { unreadable: '.validity.notBefore' };
  const notAfter = readTime(to);
  if (notAfter === undefined || third !== undefined) return { unreadable: '.validity.notAfter' };
  if (subject === undefined || readSequence(subject) === undefined) return { unreadable: '.subject' };
  if (spki === undefined || readSequence(spki) === undefined) return { unreadable: '.subjectPublicKeyInfo' };
  const list = readRest(rest, version);
  if ('unreadable' in list) return list;
  return {
    serial,
    issuer: issuer.raw,
    subject: subject.raw,
    notBefore,
    notAfter,
    spki: spki.raw,
    extensions: list.extensions,
    algorithm,
    inner,
  };
}

interface Rest {
  readonly extensions: Certificate['extensions'];
}

/** What may stand behind the key: unused unique identifiers, from version 2 on; extensions in version 3. */
function readRest(rest: readonly Asn1[], version: bigint): Rest | Unreadable {
  let at = 0;
  for (const [tag, name] of [
    [1, '.issuerUniqueID'],
    [2, '.subjectUniqueID'],
  ] as const) {
    if (!isContext(rest[at], tag)) continue;
    if (version === 0n || rest[at]?.constructed !== false) return { unreadable: name };
    at += 1;
  }
  const list = rest[at];
  if (list === undefined) return { extensions: new Map() };
  if (version !== 2n || !isContext(list, 3) || rest.length > at + 1) return { unreadable: '.extensions' };
  return readExtensions(readExplicit(list, 3));
}

/**
 * AlgorithmIdentifier. Of the algorithms known here the parameters are NULL or absent: the one for RSA, the other for
 * ECDSA (RFC 4055 §5, RFC 5758 §3.2), and issuers exist that write NULL for both.
 */
function readAlgorithm(element: Asn1 | undefined): string | undefined {
  const [oid, parameters, more] = readSequence(element) ?? [];
  const algorithm = readOid(oid);
  if (algorithm === undefined || more !== undefined) return undefined;
  const plain = parameters === undefined || isNull(parameters);
  return plain || SIGNATURE_ALGORITHMS[algorithm] === undefined ? algorithm : undefined;
}

/** `SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }` each; FALSE may be written too. None may be there twice. */
function readExtensions(list: Asn1 | undefined): Rest | Unreadable {
  const elements = readSequence(list);
  if (elements === undefined) return { unreadable: '.extensions' };
  const extensions = new Map<string, Extension>();
  for (const [index, element] of elements.entries()) {
    const parts = readSequence(element) ?? [];
    const oid = readOid(parts[0]);
    const path = `.extensions[${index}]${oid === undefined ? '' : ` (${oid})`}`;
    if (oid === undefined || extensions.has(oid)) return { unreadable: `${path}.extnID` };
    const critical = parts.length > 2 ? readBoolean(parts[1]) : false;
    if (critical === undefined) return { unreadable: `${path}.critical` };
    const octets = parts[parts.length > 2 ? 2 : 1];
    if (parts.length > 3 || !isPrimitive(octets, TAG.octetString)) return { unreadable: `${path}.extnValue` };
    extensions.set(oid, new ReadExtension(critical, octets));
  }
  return { extensions };
}
