import { isUtf8 } from 'node:buffer';
import { readSequence, readSet, readSigned, type Asn1 } from '../../kernel/asn1/der.js';
import { readInteger, readOctets } from '../../kernel/asn1/der-values.js';
import { isComplete } from './lenient-der.js';

/** The apps that a key belongs to: one, or all that share its user id. */
export interface AttestationApplicationId {
  readonly packages: readonly {
    /** `com.example.app` */
    readonly name: string;
    /** The version code. */
    readonly version: number;
  }[];
  /** SHA-256 of each signing certificate. */
  readonly signatureDigests: readonly Uint8Array[];
}

/** AttestationApplicationId: an OCTET STRING that contains `SEQUENCE { SET OF package, SET OF digest }`. */
export function readApplicationId(element: Asn1 | undefined): AttestationApplicationId | undefined {
  const octets = readOctets(element);
  const [packageSet, digestSet, more] =
    (octets === undefined ? undefined : readSequence(readSigned(octets))) ?? [];
  const packages = readSet(packageSet)?.map(readPackage);
  const signatureDigests = readSet(digestSet)?.map(readOctets);
  if (!isComplete(packages) || !isComplete(signatureDigests) || more !== undefined) return undefined;
  return { packages, signatureDigests };
}

function readPackage(element: Asn1): AttestationApplicationId['packages'][number] | undefined {
  const [nameElement, versionElement, more] = readSequence(element) ?? [];
  const name = readOctets(nameElement);
  const version = readInteger(versionElement);
  if (name === undefined || !isUtf8(name) || version === undefined || more !== undefined) return undefined;
  if (BigInt.asIntN(64, version) !== version) return undefined;
  return { name: Buffer.from(name).toString('utf8'), version: Number(version) };
}
