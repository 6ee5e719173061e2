import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import {
  bits,
  integer,
  NULL,
  octets,
  oid,
  printable,
  sequence,
  set,
  tagged,
  time,
  TRUE,
  utf8,
} from './der.js';

/** An extension of a certificate (RFC 5280 §4.1). */
export interface Extension {
  readonly oid: string;
  readonly critical?: boolean;
  /** DER of the content of the OCTET STRING. */
  readonly value: Uint8Array;
}

/** What a certificate says, before it is signed. */
export interface CertificateFields {
  readonly serial: bigint;
  /** DER of the name. */
  readonly issuer: Uint8Array;
  /** DER of the name. */
  readonly subject: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** A private key with the hash that it signs certificates with. */
export interface CertificateSigner {
  readonly key: KeyObject;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** DER of the algorithm that the certificate names. Default: the one that it is signed with. */
  readonly algorithm?: Uint8Array;
}

const ECDSA = {
  sha256: sequence(oid('1.2.840.10045.4.3.2')),
  sha384: sequence(oid('1.2.840.10045.4.3.3')),
  sha512: sequence(oid('1.2.840.10045.4.3.4')),
} as const;
const RSA = {
  sha256: sequence(oid('1.2.840.113549.1.1.11'), NULL),
  sha384: sequence(oid('1.2.840.113549.1.1.12'), NULL),
  sha512: sequence(oid('1.2.840.113549.1.1.13'), NULL),
} as const;

const ATTRIBUTES = { CN: '2.5.4.3', OU: '2.5.4.11', O: '2.5.4.10', ST: '2.5.4.8', C: '2.5.4.6' } as const;

/** A version 3 certificate in DER, signed with ECDSA or RSA (PKCS#1 1.5) as the key is (RFC 5280 §4.1). */
export function signCertificate(fields: CertificateFields, signer: CertificateSigner): Buffer {
  const { key, hash } = signer;
  const { algorithm = (key.asymmetricKeyType === 'rsa' ? RSA : ECDSA)[hash] } = signer;
  const signed = sequence(
    tagged(0, integer(2)),
    integer(fields.serial),
    algorithm,
    fields.issuer,
    sequence(time(fields.notBefore), time(fields.notAfter)),
    fields.subject,
    fields.publicKey,
    tagged(3, sequence(...fields.extensions.map(encodeExtension))),
  );
  return sequence(signed, algorithm, bits(sign(hash, signed, key)));
}

/** A name: one attribute to each relative name, UTF8String but for the country (RFC 5280 §4.1.2.4). */
export function name(...attributes: readonly (readonly [keyof typeof ATTRIBUTES, string])[]): Buffer {
  return sequence(
    ...attributes.map(([type, text]) =>
      set(sequence(oid(ATTRIBUTES[type]), type === 'C' ? printable(text) : utf8(text))),
    ),
  );
}

/** SubjectPublicKeyInfo of a key, private or public. */
export function spki(key: KeyObject): Buffer {
  return (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
}

/** The uncompressed point of a public key, X9.62: the end of its SubjectPublicKeyInfo. */
export function pointOf(publicKey: Uint8Array): Uint8Array {
  return publicKey.subarray(publicKey.length === 91 ? 26 : 23);
}

/** `pathLength` undefined: a CA with no limit. */
export function basicConstraints(ca: boolean, pathLength?: number): Extension {
  const limit = pathLength === undefined ? [] : [integer(pathLength)];
  return { oid: '2.5.29.19', critical: true, value: ca ? sequence(TRUE, ...limit) : sequence() };
}

/** The bits as one octet and the number of unused ones (RFC 5280 §4.2.1.3): `0x06, 1` is keyCertSign and cRLSign. */
export function keyUsage(octet: number, unused: number): Extension {
  return { oid: '2.5.29.15', critical: true, value: bits(Buffer.of(octet), unused) };
}

export function subjectKeyIdentifier(id: Uint8Array): Extension {
  return { oid: '2.5.29.14', value: octets(id) };
}

function encodeExtension({ oid: type, critical = false, value }: Extension): Buffer {
  return sequence(oid(type), ...(critical ? [TRUE] : []), octets(value));
}
