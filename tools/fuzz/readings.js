// @ts-check
// Why this exists: of a genuine object not every octet is signed. This reads what a verifier accepted a second time and
// says which unsigned parts alone were changed; where anything else was, it gives nothing, and a rule is broken.
import { compareSignatures, readBer, readCbor } from './tree-read.js';
import { encode } from './tree.js';

/** @typedef {import('./tree.js').Part} Part */
/**
 * @typedef {object} Facts
 * @property {Record<string, string>} signed what has to be the same
 * @property {readonly (readonly Buffer[])[]} certificates for each place, those that can be meant
 * @property {Buffer} signature
 * @property {Record<string, string>} unsigned
 */

/** What is unsigned, and may be changed. */
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

/** @type {Readonly<Record<'attestation' | 'assertion' | 'receipt', (bytes: Buffer) => Facts | undefined>>} */
const readers = { attestation: factsOfAttestation, assertion: factsOfAssertion, receipt: factsOfReceipt };

/** @type {WeakMap<Buffer, Facts | undefined>} */
const known = new WeakMap();

/**
 * What alone differs between what was accepted and one of the genuine objects.
 *
 * @param {keyof typeof readers} kind @param {Buffer} accepted @param {readonly Buffer[]} genuine
 * @returns {string | undefined}
 */
export function whatChanged(kind, accepted, genuine) {
  const seen = readers[kind](accepted);
  if (seen === undefined) return undefined;
  for (const object of genuine) {
    if (!known.has(object)) known.set(object, readers[kind](object));
    const facts = known.get(object);
    const changes = facts === undefined ? undefined : compare(seen, facts);
    if (changes === undefined) continue;
    if (changes.length > 0) return changesAlone(changes);
    // All that a receipt says is the same: what remains is how it is written. CBOR has but one way to write it.
    if (kind === 'receipt') return changesAlone([UNSIGNED.lengths]);
  }
  return undefined;
}

/** @param {readonly string[]} changes */
function changesAlone(changes) {
  return `nothing but unsigned parts was changed: ${changes.join('; ')}`;
}

/** @param {Facts} seen @param {Facts} genuine @returns {string[] | undefined} */
function compare(seen, genuine) {
  for (const [name, text] of Object.entries(genuine.signed)) if (seen.signed[name] !== text) return undefined;
  const forms = genuine.certificates.map(([wanted], place) => {
    const found = (seen.certificates[place] ?? []).map((each) => wanted && compareCertificates(each, wanted));
    return found.find((form) => form === 'same') ?? found.find((form) => form !== undefined);
  });
  forms.push(compareSignatures(seen.signature, genuine.signature));
  if (forms.includes(undefined)) return undefined;
  const changed = Object.keys(genuine.unsigned).filter(
    (name) => seen.unsigned[name] !== genuine.unsigned[name],
  );
  // A member that is added changes the order too.
  if (changed.includes('members') && changed.includes('order')) changed.splice(changed.indexOf('order'), 1);
  if (forms.includes('other form')) changed.push('form');
  return changed.map((name) => UNSIGNED[/** @type {keyof typeof UNSIGNED} */ (name)]);
}

/** @param {Buffer} one @param {Buffer} other @returns {'same' | 'other form' | undefined} */
export function compareCertificates(one, other) {
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

/** @param {Buffer} bytes @returns {Facts | undefined} */
function factsOfAttestation(bytes) {
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
  const [leaf, issuer] = /** @type {Buffer[]} */ (certificates);
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

/** @param {Buffer} bytes @returns {Facts | undefined} */
function factsOfAssertion(bytes) {
  const names = ['signature', 'authenticatorData'];
  const map = readMap(readCbor(bytes));
  const [signature, data] = names.map((name) => octetsOf(map?.members.get(name)));
  if (map === undefined || signature === undefined || data === undefined) return undefined;
  const unsigned = { members: map.others(names), order: map.order };
  return { signed: { data: data.toString('hex') }, certificates: [], signature, unsigned };
}

/** A map in the strict form: by text, no key twice, lengths in the fewest octets. @param {Part | undefined} part */
function readMap(part) {
  const children = part?.children ?? [];
  if (part?.kind !== 'cbor' || part.major !== 5 || !isStrict(part)) return undefined;
  /** @type {Map<string, Part>} */
  const members = new Map();
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
    /** @param {readonly string[]} wanted */
    others: (wanted) =>
      names
        .filter((name) => !wanted.includes(name))
        .toSorted()
        .map((name) => `${name} ${encode(/** @type {Part} */ (members.get(name))).toString('hex')}`)
        .join(),
  };
}

/** @param {Part} part @returns {boolean} */
function isStrict(part) {
  return part.width === 'fewest' && (part.children ?? []).every(isStrict);
}

/** @param {Part | undefined} part */
function octetsOf(part) {
  return part?.kind === 'cbor' && part.major === 2 ? part.content : undefined;
}

/** CMS as a receipt has it (RFC 5652 §5.1, §5.3). @param {Buffer} bytes @returns {Facts | undefined} */
function factsOfReceipt(bytes) {
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
  /** Read on their own. @type {readonly unknown[]} */
  const apart = [digests, list, octets, digest, algorithm];
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

/** A field of what is signed in a certificate. @param {Buffer} certificate @param {number} index */
function fieldOf(certificate, index) {
  return readBer(certificate)?.children?.[0]?.children?.map(encode)[index];
}

/** The number itself: in a receipt its length may be written otherwise than in the certificate. @param {Buffer} certificate */
function serialOf(certificate) {
  return readBer(certificate)?.children?.[0]?.children?.[1]?.content;
}

/** What an element says, however its lengths are written and its octets are split. @param {Part} part @param {readonly unknown[]} apart @returns {unknown} */
function normal(part, apart) {
  if (apart.includes(part)) return 'apart';
  const tag = part.tag.toString('hex');
  if (tag === '04' || tag === '24') return ['04', joined(part).toString('hex')];
  return [tag, part.content?.toString('hex') ?? part.children?.map((child) => normal(child, apart))];
}

/** @param {Part} part @returns {Buffer} */
function joined({ content, children = [] }) {
  return content ?? Buffer.concat(children.map(joined));
}
