// Why this exists: why a verifier may accept a chain of certificates that is not exactly a genuine one, worked out a second
// time: signatures by OpenSSL, everything else by the fuzzer's own readers.
import { verify, X509Certificate, type KeyObject } from 'node:crypto';
import { readBer } from '../../readers/ber.js';
import { compareCertificates } from '../../readers/certificates.js';
import { readDescription } from '../../readers/key-description.js';
import { encode, row, type Part } from '../../readers/tree.js';
import { ATTESTATION, PACKAGE, type Chain, type Expectations } from './corpus.js';

export function areSame(one: Chain, other: Chain): boolean {
  return (
    one.length === other.length && one.every((each, index) => each.equals(other[index] ?? Buffer.alloc(0)))
  );
}

/**
 * Why a chain may be accepted, in words; undefined if it must be refused. `known` are the chains that may be accepted with
 * the same expectations, `all` those of every device.
 */
export function whatChanged(
  chain: Chain,
  known: readonly Chain[],
  all: readonly Chain[],
): string | undefined {
  if (known.some((each) => areSame(chain, each))) return 'it came out as a genuine one';
  if (known.some((genuine) => areAlike(chain, genuine)))
    return 'nothing but unsigned parts was changed: a signature in its other form';
  // An authority may have several certificates of one key, by another root or of another year.
  const isOtherWay = known.some(
    (genuine) =>
      genuine.length === chain.length &&
      genuine.every((certificate, at) => {
        const found = chain[at] as Buffer;
        if (compareCertificates(found, certificate) !== undefined) return true;
        const isKnown = all.some((other) =>
          other.some((each) => compareCertificates(found, each) !== undefined),
        );
        const isRoot = at === chain.length - 1;
        return at > 0 && isKnown && (isRoot || isOfOneKey(certificate, found));
      }),
  );
  return isOtherWay ? 'the same authority, as another root or at another time certified it' : undefined;
}

/** The same certificates, whose signatures may have their other form. */
function areAlike(one: Chain, other: Chain): boolean {
  return (
    one.length === other.length &&
    one.every((each, index) => compareCertificates(each, other[index] ?? Buffer.alloc(0)) !== undefined)
  );
}

/** Two certificates of one subject and one key. */
function isOfOneKey(one: Buffer, other: Buffer): boolean {
  const [a, b] = [one, other].map((each) => readBer(each)?.children?.[0]?.children ?? []);
  return [5, 6].every((field) => {
    const [part, same] = [a?.[field], b?.[field]];
    return part !== undefined && same !== undefined && encode(part).equals(encode(same));
  });
}

/** Whether a chain that was signed again is in order. */
export function isInOrder(chain: Chain, root: Buffer, { now = 0, challenge, apps }: Expectations): boolean {
  try {
    if (!chain.at(-1)?.equals(root)) return false;
    // Without the leaf, because OpenSSL cannot read every kind of key.
    const upper = chain.slice(1).map((each) => new X509Certificate(each));
    const parts = chain.map((each) => readBer(each)?.children ?? []);
    const fields = parts.map(([tbs]) => tbs?.children ?? []);
    for (const [index, above] of [...upper, upper.at(-1)].entries()) {
      if (above === undefined || !isSignedBy(parts[index] ?? [], above.publicKey)) return false;
      const [own, issuer] = [fields[index]?.[3], (fields[index + 1] ?? fields[index])?.[5]];
      if (own === undefined || issuer === undefined || !encode(own).equals(encode(issuer))) return false;
    }
    for (const { validFrom, validTo } of upper.slice(0, -1))
      if (!(Date.parse(validFrom) <= now && Date.parse(validTo) >= now)) return false;
    const [[bytes, ...more] = [], ...others] = fields.map((list) => attestationsIn(list.at(-1)));
    if (bytes === undefined || more.length > 0 || others.some((found) => found.length > 0)) return false;
    const facts = readDescription(bytes);
    if (facts === undefined || facts.challenge !== Buffer.from(challenge as string).toString('hex'))
      return false;
    const [, level, , keyMintLevel] = facts.numbers;
    const isStrong = /strongbox/i.test(encode(fields[1]?.[5] ?? row([])).toString('latin1'));
    if (level !== keyMintLevel || level !== (isStrong ? 'STRONG_BOX' : 'TRUSTED_ENVIRONMENT')) return false;
    const { origin, rootOfTrust, allApplications } = facts.hardware;
    const [, locked, state] = (rootOfTrust ?? []) as readonly unknown[];
    if (origin !== 0 || locked !== true || state !== 'VERIFIED') return false;
    if (allApplications !== undefined || facts.software['allApplications'] !== undefined) return false;
    const app = facts.software['attestationApplicationId'] ?? facts.hardware['attestationApplicationId'];
    const [packages, digests] = (app ?? [[], []]) as [unknown[][], string[]];
    const wanted = apps?.[0];
    return (
      packages.some(([name]) => name === PACKAGE) && digests.join() === wanted?.signingCertificates.join()
    );
  } catch {
    return false;
  }
}

/** ECDSA with SHA-256 or, in the last octet of its name, with SHA-384. */
function isSignedBy([tbs, algorithm, bits]: readonly Part[], key: KeyObject): boolean {
  const hash = algorithm?.children?.[0]?.content?.at(-1) === 3 ? 'sha384' : 'sha256';
  return tbs !== undefined && verify(hash, encode(tbs), key, bits?.content?.subarray(1) ?? Buffer.alloc(0));
}

/** By the octets of the identifier: a maker may write their number in more octets than DER does. */
function isAttestation(oid: Part | undefined): boolean {
  return encode(oid ?? row([]))[0] === 0x06 && oid?.content?.toString('hex') === ATTESTATION.slice(4);
}

/** The values of the attestation extension among these extensions. */
function attestationsIn(extensions: Part | undefined): Buffer[] {
  return (extensions?.children?.[0]?.children ?? []).flatMap(({ children = [] }) => {
    const [oid] = children;
    const value = children.at(-1)?.content;
    return isAttestation(oid) && value ? [value] : [];
  });
}
