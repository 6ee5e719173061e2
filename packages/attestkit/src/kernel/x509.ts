import { verify, type KeyObject } from 'node:crypto';
import { readTime } from './asn1-time.js';
import { isPrimitive, readDer, readExplicit, readSequence, TAG, type Asn1 } from './der.js';
import { isNull, readBitString, readBoolean, readInteger, readIntegerBytes, readOid } from './der-values.js';
import { importSpki } from './spki.js';

/** An X.509 certificate of version 3, read and not verified (RFC 5280 §4.1). All bytes refer to those that were read. */
export interface Certificate {
  /** The whole certificate. */
  readonly der: Uint8Array;
  /** What is signed. */
  readonly tbs: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array;
  /** The name in DER. */
  readonly issuer: Uint8Array;
  /** The name in DER. */
  readonly subject: Uint8Array;
  /** Milliseconds since the epoch; the first and the last at which it is valid. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
  /** By object identifier in dotted text; none is there twice. */
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Object identifier of the signature algorithm, the same inside and outside of what is signed. */
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

/** An extension of a certificate. */
interface Extension {
  readonly critical: boolean;
  /** What the OCTET STRING contains. */
  readonly value: Uint8Array;
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

/** Signature algorithms: the hash, and the type of key (RFC 5758 §3.2, RFC 4055 §5). */
const ALGORITHMS: Readonly<
  Record<string, { readonly hash: string; readonly key: 'ec' | 'rsa' } | undefined>
> = {
  '1.2.840.10045.4.3.2': { hash: 'sha256', key: 'ec' },
  '1.2.840.10045.4.3.3': { hash: 'sha384', key: 'ec' },
  '1.2.840.10045.4.3.4': { hash: 'sha512', key: 'ec' },
  '1.2.840.113549.1.1.11': { hash: 'sha256', key: 'rsa' },
  '1.2.840.113549.1.1.12': { hash: 'sha384', key: 'rsa' },
  '1.2.840.113549.1.1.13': { hash: 'sha512', key: 'rsa' },
};

/** Octets of a serial number (RFC 5280 §4.1.2.2), and the one that says that it is positive. */
const MAX_SERIAL = 21;

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

/** Reads a certificate in DER, or gives undefined. */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  const [signed, outer, signatureBits, more] = readSequence(readDer(der)) ?? [];
  const fields = readSequence(signed);
  const signature = readBitString(signatureBits);
  if (signed === undefined || fields?.length !== 8 || signature === undefined || more !== undefined)
    return undefined;
  const [version, serialNumber, inner, issuer, validity, subject, spki, list] = fields as Eight<Asn1>;
  const serial = readIntegerBytes(serialNumber);
  const algorithm = readAlgorithm(inner);
  const [from, to, third] = readSequence(validity) ?? [];
  const notBefore = readTime(from);
  const notAfter = readTime(to);
  const extensions = readExtensions(readExplicit(list, 3));
  if (
    readInteger(readExplicit(version, 0)) !== 2n ||
    serial === undefined ||
    serial.length > MAX_SERIAL ||
    algorithm === undefined ||
    outer === undefined ||
    !inner.equals(outer) ||
    notBefore === undefined ||
    notAfter === undefined ||
    third !== undefined ||
    readSequence(issuer) === undefined ||
    readSequence(subject) === undefined ||
    readSequence(spki) === undefined ||
    extensions === undefined
  )
    return undefined;
  return {
    der,
    tbs: signed.raw,
    serial,
    issuer: issuer.raw,
    subject: subject.raw,
    notBefore,
    notAfter,
    spki: spki.raw,
    extensions,
    algorithm,
    signature,
  };
}

/**
 * AlgorithmIdentifier. Of the algorithms known here the parameters are NULL or absent: the one for RSA, the other for
 * ECDSA (RFC 4055 §5, RFC 5758 §3.2), and issuers exist that write NULL for both.
 */
function readAlgorithm(element: Asn1): string | undefined {
  const [oid, parameters, more] = readSequence(element) ?? [];
  const algorithm = readOid(oid);
  if (algorithm === undefined || more !== undefined) return undefined;
  const plain = parameters === undefined || isNull(parameters);
  return plain || ALGORITHMS[algorithm] === undefined ? algorithm : undefined;
}

function readExtensions(list: Asn1 | undefined): ReadonlyMap<string, Extension> | undefined {
  const elements = readSequence(list);
  if (elements === undefined || elements.length === 0) return undefined;
  const extensions = new Map<string, Extension>();
  for (const element of elements) {
    const parts = readSequence(element) ?? [];
    const oid = readOid(parts[0]);
    const critical = parts.length === 3 ? readBoolean(parts[1]) : false;
    const octets = parts.at(-1);
    if (
      parts.length < 2 ||
      parts.length > 3 ||
      oid === undefined ||
      critical === undefined ||
      !isPrimitive(octets, TAG.octetString)
    )
      return undefined;
    // A field with its default value is left out in DER (X.690 §11.5).
    if ((parts.length === 3 && !critical) || extensions.has(oid)) return undefined;
    extensions.set(oid, new ReadExtension(critical, octets));
  }
  return extensions;
}

/** The public key, or undefined where it cannot be used: a point that is not on its curve, an unknown algorithm. */
export function publicKeyOf(certificate: Certificate): KeyObject | undefined {
  return importSpki(certificate.spki);
}

/** Whether the certificate's signature algorithm is known, and fits the type of the key. */
export function isSignableBy(certificate: Certificate, key: KeyObject): boolean {
  return ALGORITHMS[certificate.algorithm]?.key === key.asymmetricKeyType;
}

/** Whether the certificate's signature is the key's, by an algorithm that fits the type of the key. */
export function isSignedBy(certificate: Certificate, key: KeyObject): boolean {
  const algorithm = ALGORITHMS[certificate.algorithm];
  if (algorithm === undefined || !isSignableBy(certificate, key)) return false;
  try {
    return verify(algorithm.hash, certificate.tbs, key, certificate.signature);
  } catch {
    return false; // A key that OpenSSL refuses to use: RSA too short for the hash.
  }
}
