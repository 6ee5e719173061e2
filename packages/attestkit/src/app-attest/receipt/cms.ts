import {
  TAG,
  isContext,
  isUniversal,
  readBer,
  readExplicit,
  readSequence,
  readSet,
  type Asn1,
} from '../../kernel/asn1/der.js';
import { isNull, readInteger, readIntegerBytes, readOctets, readOid } from '../../kernel/asn1/der-values.js';

/** What a receipt's CMS SignedData holds (RFC 5652 §5.1): read, and not verified. */
export interface SignedData {
  /** The octets that are signed, joined if they are in pieces. */
  readonly content: Uint8Array;
  /** Object identifiers of the digest algorithms that are announced. */
  readonly digests: readonly string[];
  /** Each certificate in DER, in the order they have. */
  readonly certificates: readonly Uint8Array[];
  readonly signers: readonly SignerInfo[];
}

/** One signer (RFC 5652 §5.3). */
export interface SignerInfo {
  /** The name of the issuer of the signer's certificate, in DER. */
  readonly issuer: Uint8Array;
  /** The serial number of that certificate, content octets. */
  readonly serial: Uint8Array;
  readonly digest: string;
  readonly algorithm: string;
  /** Whether the signature is over attributes instead of the content. */
  readonly attributes: boolean;
  readonly signature: Uint8Array;
}

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';

/** Apple sends three: signer, issuer, root. */
const MAX_CERTIFICATES = 8;

/**
 * Reads a receipt. Most are in BER, with indefinite lengths and the content in pieces of 1000 octets, some in DER.
 * Lists of revoked certificates and unsigned attributes, which no receipt has, are not accepted.
 */
export function readSignedData(receipt: Uint8Array): SignedData | undefined {
  const outer = exactly(2, readSequence(readBer(receipt)));
  if (outer === undefined || readOid(outer[0]) !== SIGNED_DATA) return undefined;
  const fields = exactly(5, readSequence(readExplicit(outer[1], 0)));
  if (fields === undefined || readInteger(fields[0]) !== 1n) return undefined;
  const [, digestList, encapsulated, certificateList, signerList] = fields;

  const inner = exactly(2, readSequence(encapsulated));
  if (inner === undefined || readOid(inner[0]) !== DATA) return undefined;
  const content = readOctets(readExplicit(inner[1], 0));
  const digests = all(readSet(digestList), readAlgorithm);
  const certificates = isContext(certificateList, 0) ? certificateList.children() : undefined;
  const signers = all(readSet(signerList), readSigner);
  if (content === undefined || digests === undefined || certificates === undefined || signers === undefined)
    return undefined;
  if (certificates.length > MAX_CERTIFICATES) return undefined;
  return { content, digests, certificates: certificates.map((each) => each.raw), signers };
}

function readSigner(element: Asn1): SignerInfo | undefined {
  const parts = readSequence(element) ?? [];
  const attributes = isContext(parts[3], 0);
  const [version, names, digestAlgorithm, signatureAlgorithm, value] =
    exactly(5, attributes ? parts.toSpliced(3, 1) : parts) ?? [];
  const [issuer, serialNumber] = exactly(2, readSequence(names)) ?? [];
  const serial = readIntegerBytes(serialNumber);
  const digest = readAlgorithm(digestAlgorithm);
  const algorithm = readAlgorithm(signatureAlgorithm);
  const signature = readOctets(value);
  if (
    readInteger(version) !== 1n ||
    !isUniversal(issuer, TAG.sequence) ||
    serial === undefined ||
    digest === undefined ||
    algorithm === undefined ||
    signature === undefined
  )
    return undefined;
  return { issuer: issuer.raw, serial, digest, algorithm, attributes, signature };
}

/** An AlgorithmIdentifier whose parameters are NULL or absent. */
function readAlgorithm(element: Asn1 | undefined): string | undefined {
  const [oid, parameters, more] = readSequence(element) ?? [];
  const plain = (parameters === undefined || isNull(parameters)) && more === undefined;
  return plain ? readOid(oid) : undefined;
}

function exactly(count: number, elements: readonly Asn1[] | undefined): readonly Asn1[] | undefined {
  return elements?.length === count ? elements : undefined;
}

function all<T>(
  elements: readonly Asn1[] | undefined,
  read: (element: Asn1) => T | undefined,
): readonly T[] | undefined {
  const values = elements?.map(read);
  return values?.every((value) => value !== undefined) === true ? values : undefined;
}
