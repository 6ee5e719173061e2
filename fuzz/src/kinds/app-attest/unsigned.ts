// Why this exists: not every octet of a genuine object is signed. This reads what a verifier accepted a second time and says
// which unsigned parts differ, if nothing else does; otherwise a rule is broken.
import { readBer } from '../../readers/ber.js';
import { isShortestCbor, readCbor } from '../../readers/cbor.js';
import { compareCertificates } from '../../readers/certificates.js';
import { compareSignatures } from '../../readers/ecdsa.js';
import { encode, type Part } from '../../readers/tree.js';
import type { AppAttestKind } from './objects.js';

/** What an object says, by whether it is signed. */
interface Facts {
  /** These must be the same. */
  readonly signed: Readonly<Record<string, string>>;
  /** For each place in the chain, the certificates that may be meant. */
  readonly certificates: readonly (readonly Buffer[])[];
  readonly signature: Buffer;
  readonly unsigned: Readonly<Partial<Record<keyof typeof UNSIGNED, string>>>;
}

/** The unsigned parts, which anyone may change. */
const UNSIGNED = {
  receipt: 'the receipt in an attestation, which is verified on its own',
  members: 'further members of the map: cdHash',
  order: 'the order of members of a map, or of certificates of a receipt',
  form: 'a signature written in its other form: n - s in place of s',
  lengths: 'lengths and pieces of BER around what is signed',
  certificates: 'certificates of a receipt that are not on the way to the root',
  digests: 'the list of digest algorithms of a receipt',
  parameters: 'NULL as the parameters of an algorithm, or none',
};

const readers: Readonly<Record<AppAttestKind, (bytes: Buffer) => Facts | undefined>> = {
  attestation: factsOfAttestation,
  assertion: factsOfAssertion,
  receipt: factsOfReceipt,
};

const known = new WeakMap<Buffer, Facts | undefined>();

/** The unsigned parts in which an accepted object differs from a genuine one, in words; undefined if more differs. */
export function whatChanged(
  kind: AppAttestKind,
  accepted: Buffer,
  genuine: readonly Buffer[],
): string | undefined {
  const seen = readers[kind](accepted);
  if (seen === undefined) return undefined;
  for (const object of genuine) {
    if (!known.has(object)) known.set(object, readers[kind](object));
    const facts = known.get(object);
    const changes = facts === undefined ? undefined : compare(seen, facts);
    if (changes === undefined) continue;
    if (changes.length > 0) return changesAlone(changes);
    // The receipts say the same, so they are written in another way. CBOR can be written in one way only.
    if (kind === 'receipt') return changesAlone([UNSIGNED.lengths]);
  }
  return undefined;
}

function changesAlone(changes: readonly string[]): string {
  return `nothing but unsigned parts was changed: ${changes.join('; ')}`;
}

function compare(seen: Facts, genuine: Facts): string[] | undefined {
  for (const [name, text] of Object.entries(genuine.signed)) if (seen.signed[name] !== text) return undefined;
  const forms = genuine.certificates.map(([wanted], place) => {
    const found = (seen.certificates[place] ?? []).map((each) => wanted && compareCertificates(each, wanted));
    return found.find((form) => form === 'same') ?? found.find((form) => form !== undefined);
  });
  forms.push(compareSignatures(seen.signature, genuine.signature));
  if (forms.includes(undefined)) return undefined;
  const names = Object.keys(genuine.unsigned) as (keyof typeof UNSIGNED)[];
  const changed = names.filter((name) => seen.unsigned[name] !== genuine.unsigned[name]);
  // A member that is added changes the order too.
  if (changed.includes('members') && changed.includes('order')) changed.splice(changed.indexOf('order'), 1);
  if (forms.includes('other form')) changed.push('form');
  return changed.map((name) => UNSIGNED[name]);
}

function factsOfAttestation(bytes: Buffer): Facts | undefined {
  const outer = readMap(readCbor(bytes));
  const statement = readMap(outer?.members.get('attStmt'));
  const certificates = statement?.members.get('x5c')?.children?.map(octetsOf);
  const [format, data, receipt] = [
    outer?.members.get('fmt'),
    outer?.members.get('authData'),
    statement?.members.get('receipt'),
  ];
  if (outer === undefined || statement === undefined || certificates?.length !== 2) return undefined;
  if (statement.members.get('x5c')?.major !== 4) return undefined;
  if (certificates.includes(undefined) || statement.members.size !== 2 || format?.major !== 3)
    return undefined;
  const [signed, sent] = [octetsOf(data), octetsOf(receipt)];
  if (signed === undefined || sent === undefined || String(format.content) !== 'apple-appattest')
    return undefined;
  const [leaf, issuer] = certificates as Buffer[];
  if (leaf === undefined || issuer === undefined) return undefined;
  return {
    signed: { data: signed.toString('hex') },
    certificates: [[leaf], [issuer]],
    signature: Buffer.alloc(0),
    unsigned: {
      receipt: sent.toString('hex'),
      members: outer.others(['fmt', 'attStmt', 'authData']),
      order: `${outer.order} ${statement.order}`,
    },
  };
}

function factsOfAssertion(bytes: Buffer): Facts | undefined {
  const names = ['signature', 'authenticatorData'];
  const map = readMap(readCbor(bytes));
  const [signature, data] = names.map((name) => octetsOf(map?.members.get(name)));
  if (map === undefined || signature === undefined || data === undefined) return undefined;
  const unsigned = { members: map.others(names), order: map.order };
  return { signed: { data: data.toString('hex') }, certificates: [], signature, unsigned };
}

/** A map with keys of text, each of them once, written in the fewest octets. */
interface StrictMap {
  readonly members: ReadonlyMap<string, Part>;
  /** The names, as they come. */
  readonly order: string;
  /** Names and values of the members beside the wanted ones, in alphabetical order. */
  readonly others: (wanted: readonly string[]) => string;
}

/** The map; undefined if the part is not one. */
function readMap(part: Part | undefined): StrictMap | undefined {
  const children = part?.children ?? [];
  if (part?.kind !== 'cbor' || part.major !== 5 || !isShortestCbor(part)) return undefined;
  const members = new Map<string, Part>();
  for (let at = 0; at + 1 < children.length; at += 2) {
    const [key, value] = children.slice(at, at + 2);
    const name = key?.major === 3 ? String(key.content) : undefined;
    if (name === undefined || value === undefined || members.has(name)) return undefined;
    members.set(name, value);
  }
  const names = [...members.keys()];
  return {
    members,
    order: names.join(),
    others: (wanted: readonly string[]) =>
      names
        .filter((name) => !wanted.includes(name))
        .toSorted()
        .map((name) => `${name} ${encode(members.get(name) as Part).toString('hex')}`)
        .join(),
  };
}

function octetsOf(part: Part | undefined): Buffer | undefined {
  return part?.kind === 'cbor' && part.major === 2 ? part.content : undefined;
}

/** CMS as in a receipt (RFC 5652 §5.1, §5.3). */
function factsOfReceipt(bytes: Buffer): Facts | undefined {
  const root = readBer(bytes);
  const fields = root?.children?.[1]?.children?.[0]?.children ?? [];
  const [, digests, , list, signers] = fields;
  const [signer, ...others] = signers?.children ?? [];
  const [, named, digest, algorithm, octets] = signer?.children ?? [];
  const [issuer, serial] = (named?.children ?? []).map((part, index) =>
    index === 0 ? encode(part) : part.content,
  );
  if (root === undefined || fields.length !== 5 || others.length > 0 || !octets || !issuer || !serial)
    return undefined;

  const certificates = (list?.children ?? []).map(encode);
  const signing = certificates.filter(
    (each) => fieldOf(each, 3)?.equals(issuer) && serialOf(each)?.equals(serial),
  );
  const issuing = certificates.filter((each) => fieldOf(each, 5)?.equals(issuer));
  if (signing.length !== 1) return undefined;
  const further = certificates.filter((each) => !signing.includes(each) && !issuing.includes(each));
  const algorithms = [digest, algorithm, ...(digests?.children ?? [])];
  /** Read on their own. */
  const apart: readonly unknown[] = [digests, list, octets, digest, algorithm];
  return {
    signed: {
      everythingElse: JSON.stringify(normal(root, apart)),
      algorithms: JSON.stringify(
        [digest, algorithm].map((part) => part?.children?.[0]?.content?.toString('hex')),
      ),
    },
    certificates: [signing, issuing],
    signature: joined(octets),
    unsigned: {
      certificates: [...issuing, '', ...further].map((each) => each.toString('hex')).join(),
      order: certificates
        .map((each) => [signing, issuing, further].findIndex((some) => some.includes(each)))
        .join(),
      digests: `${digests?.children?.length}`,
      parameters: algorithms.map((part) => part?.children?.length).join(),
    },
  };
}

/** A field of the signed part of a certificate. */
function fieldOf(certificate: Buffer, index: number): Buffer | undefined {
  return readBer(certificate)?.children?.[0]?.children?.map(encode)[index];
}

/** The number itself, because its length may be written in another way in the receipt than in the certificate. */
function serialOf(certificate: Buffer): Buffer | undefined {
  return readBer(certificate)?.children?.[0]?.children?.[1]?.content;
}

/** What an element says, independent of how its lengths are written and its octets are split. */
function normal(part: Part, apart: readonly unknown[]): unknown {
  if (apart.includes(part)) return 'apart';
  const tag = part.tag.toString('hex');
  if (tag === '04' || tag === '24') return ['04', joined(part).toString('hex')];
  return [tag, part.content?.toString('hex') ?? part.children?.map((child) => normal(child, apart))];
}

function joined({ content, children = [] }: Part): Buffer {
  return content ?? Buffer.concat(children.map(joined));
}
