// Why this exists: a second opinion on certificates. OpenSSL reads them, and this reader finds what OpenSSL does not tell.
import { verify, X509Certificate, type KeyObject } from 'node:crypto';
import { readBer } from './ber.js';
import { compareSignatures } from './ecdsa.js';
import { edited } from './paths.js';
import { der, encode, row, type Part } from './tree.js';

/** The extensions that a verifier of App Attest understands: basicConstraints, keyUsage, extKeyUsage. */
const UNDERSTOOD = ['0603551d13', '0603551d0f', '0603551d25'];

/** An extension; `oid` with its head, in hex. */
interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

/** How a certificate relates to another one; undefined if more differs than the form of its signature. */
export function compareCertificates(one: Buffer, other: Buffer): 'same' | 'other form' | undefined {
  if (one.equals(other)) return 'same';
  const [a, b] = [one, other].map((bytes) => readBer(bytes)?.children ?? []);
  const [tbs, algorithm, signature] = (a ?? []).map(encode);
  const [wantedTbs, wantedAlgorithm] = (b ?? []).map(encode);
  if (a?.length !== 3 || !wantedTbs || !wantedAlgorithm || signature === undefined) return undefined;
  if (!tbs?.equals(wantedTbs) || !algorithm?.equals(wantedAlgorithm)) return undefined;
  const [bits, wantedBits] = [a[2]?.content, b?.[2]?.content];
  return bits?.[0] === 0 && wantedBits
    ? compareSignatures(bits.subarray(1), wantedBits.subarray(1))
    : undefined;
}

/** Whether leaf, issuer and root are a chain at this time (milliseconds), as OpenSSL sees them. */
export function isChain(chain: readonly [Buffer, Buffer, Buffer], now: number): boolean {
  const [leaf, issuer, root] = chain.map(readByOpenSsl);
  if (leaf === undefined || issuer === undefined || root === undefined || leaf.ca || !issuer.ca) return false;
  for (const each of [leaf, issuer, root])
    if (Date.parse(each.validFrom) > now || Date.parse(each.validTo) < now) return false;
  for (const each of chain.slice(0, 2))
    for (const { critical, oid } of listOfExtensions(each))
      if (critical && !UNDERSTOOD.includes(oid)) return false;
  return isSigned(chain[1], chain[2], root.publicKey) && isSigned(chain[0], chain[1], issuer.publicKey);
}

/**
 * The certificate without its names, which verifiers compare and never read, and without the extensions that no step needs.
 * The signature is verified over the original octets.
 */
export function readByOpenSsl(certificate: Buffer): X509Certificate {
  let tree = readBer(certificate) ?? row([]);
  for (const name of [3, 5]) tree = edited(tree, [0, name], () => [der(0x30, { children: [] })]);
  const extensions = listOfExtensions(certificate);
  const kept = edited(tree, [0, 7, 0], (list) => [
    {
      ...list,
      children: list.children?.filter((_, index) => UNDERSTOOD.includes(extensions[index]?.oid ?? '')),
    },
  ]);
  return new X509Certificate(encode(kept));
}

/** By the name, by the identifiers of the keys if both have one, and by the signature. */
function isSigned(certificate: Buffer, issuer: Buffer, key: KeyObject): boolean {
  const [tbs, algorithm, signature] = readBer(certificate)?.children ?? [];
  const subject = readBer(issuer)?.children?.[0]?.children?.[5];
  const name = tbs?.children?.[3];
  if (!tbs || !algorithm || !signature?.content || !subject || !name) return false;
  const wanted = extensionsOf(certificate).get('0603551d23');
  const given = extensionsOf(issuer).get('0603551d0e');
  if (wanted !== undefined && given !== undefined && !wanted.includes(`80${given.slice(2)}`)) return false;
  const hash = encode(algorithm).includes(Buffer.from('2a8648ce3d040303', 'hex')) ? 'sha384' : 'sha256';
  return (
    encode(name).equals(encode(subject)) && verify(hash, encode(tbs), key, signature.content.subarray(1))
  );
}

function listOfExtensions(certificate: Buffer): Extension[] {
  const list = readBer(certificate)?.children?.[0]?.children?.[7]?.children?.[0]?.children ?? [];
  return list.map(({ children = [] }) => ({
    oid: children[0] === undefined ? '' : encode(shortest(children[0])).toString('hex'),
    // Also if FALSE is written out, and with any octet for TRUE: docs/decisions/0011.
    critical: children.length === 3 && children[1]?.content?.[0] !== 0,
    value: inShortest(children.at(-1)?.content ?? Buffer.alloc(0)),
  }));
}

/** The same with the shortest lengths: verifiers may not demand them of signed octets. */
function shortest(part: Part): Part {
  return { ...part, width: 'fewest', ...(part.children && { children: part.children.map(shortest) }) };
}

function inShortest(value: Buffer): Buffer {
  const part = readBer(value);
  return part === undefined ? value : encode(shortest(part));
}

/** The values of all extensions in hex, by their identifiers. */
export function extensionsOf(certificate: Buffer): ReadonlyMap<string, string> {
  return new Map(listOfExtensions(certificate).map(({ oid, value }) => [oid, value.toString('hex')]));
}
