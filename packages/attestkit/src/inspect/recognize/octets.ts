import { readDer, isPrimitive, isUniversal, readSequence, TAG, type Asn1 } from '../../kernel/asn1/der.js';
import { isTextMap, readCbor } from '../../kernel/bytes/cbor.js';
import { unusable } from '../evidence-error.js';
import { MAX_LENGTH, type Reading } from './reading.js';

/** Bytes, however they were written; undefined for other text, or for fewer than any evidence has. */
export function octetsOf(text: string): Buffer | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const whole = text.replaceAll(/\s/g, '');
  if (whole.length < 64) return undefined;
  if (whole.length % 2 === 0 && /^(?:0x)?[0-9a-f]+$/i.test(whole))
    return Buffer.from(whole.replace(/^0x/i, ''), 'hex');
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(whole) ? Buffer.from(whole, 'base64') : undefined;
}

/**
 * What bytes are, by their content; undefined if they are nothing that is known here. Certificates are read elsewhere.
 *
 * @throws EvidenceError for a public key, which is not evidence
 */
export function readOctets(bytes: Buffer): Reading | undefined {
  if (bytes.length > MAX_LENGTH) return undefined;
  return (bytes[0] as number) >> 5 === MAP ? readMap(bytes) : readAsn1(bytes);
}

/** The major type of a map in CBOR (RFC 8949 §3.1). */
const MAP = 5;

/** The members of App Attest's CBOR decide; of bytes that cannot be read, the names in them. */
function readMap(bytes: Buffer): Reading | undefined {
  const item = readCbor(bytes);
  const names: (name: string) => boolean = isTextMap(item)
    ? (name) => item.has(name)
    : (name) => bytes.includes(name);
  const base64 = bytes.toString('base64');
  if (names('fmt') && names('attStmt'))
    return {
      kind: 'app-attest-attestation',
      file: { attestation: base64 },
      what: 'an App Attest attestation',
      why: 'it is CBOR with fmt and attStmt',
    };
  if (!names('signature') || !names('authenticatorData')) return undefined;
  return {
    kind: 'app-attest-assertion',
    file: { assertion: base64 },
    what: 'an App Attest assertion',
    why: 'it is CBOR with signature and authenticatorData',
  };
}

/** OBJECT IDENTIFIER of signed data in CMS (RFC 5652 §5.1). */
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex');

function readAsn1(bytes: Buffer): Reading | undefined {
  if (bytes[0] !== 0x30) return undefined;
  const base64 = bytes.toString('base64');
  if (bytes.subarray(0, 32).includes(SIGNED_DATA))
    return {
      kind: 'app-attest-receipt',
      file: { receipt: base64 },
      what: 'an App Attest receipt',
      why: 'it is signed data in CMS',
    };
  const [first, second, more] = readSequence(readDer(bytes)) ?? [];
  if (more === undefined && isInteger(first) && isInteger(second))
    return {
      kind: 'key-attestation-signature',
      file: { signature: base64 },
      what: 'a signature of an Android key',
      why: 'it is DER with two integers, as ECDSA has',
    };
  if (more === undefined && isUniversal(second, TAG.bitString) && isAlgorithm(first))
    throw unusable(
      'evidence',
      'is a public key, by which evidence is verified',
      'Give it as publicKey in an evidence file: see docs/inspect.md.',
    );
  return undefined;
}

function isInteger(element: Asn1 | undefined): boolean {
  return isPrimitive(element, TAG.integer);
}

function isAlgorithm(element: Asn1 | undefined): boolean {
  return isUniversal(readSequence(element)?.[0], TAG.objectIdentifier);
}
