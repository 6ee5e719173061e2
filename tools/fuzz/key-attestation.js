// @ts-check
// Why this exists: mutants of certificate chains of Android's KeyStore, and what each of them may be accepted for: one
// that came out as a genuine chain, one with a signature in its other form, and one that was signed again by keys of our
// own, where a second reading finds it in order.
import { verify, X509Certificate } from 'node:crypto';
import { byteEdits } from './bytes.js';
import { createCorpus, PACKAGE } from './key-attestation-corpus.js';
import { readDescription } from './key-description-reading.js';
import { partEdits } from './parts.js';
import { compareCertificates } from './readings.js';
import { signedBy } from './resign.js';
import { readBer } from './tree-read.js';
import { edited, encode, partAt, pickPath, raw, row } from './tree.js';

/** @typedef {import('./key-attestation-corpus.js').Expectations} Expectations */
/** @typedef {import('./key-attestation-corpus.js').Group} Group */
/** @typedef {import('./key-attestation-corpus.js').Resigned} Resigned */
/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./run.js').Mutant} Mutant */
/** @typedef {import('./run.js').Target} Target */
/** @typedef {import('./tree.js').Part} Part */
/** @typedef {import('./key-attestation-corpus.js').Subject & Pick<typeof import('attestkit/key-attestation'), 'inspectKeyAttestation' | 'createKeyAttestationCache'>} Subject */

const DAY = 86_400_000;
const ATTESTATION = '060a2b06010401d679020111';

/** What is done to the list of certificates. @type {Readonly<Record<string, (random: Random, chain: readonly Buffer[], other: readonly Buffer[]) => readonly Buffer[]>>} */
const chainEdits = {
  'leave certificates out': (random, chain) =>
    chain.toSpliced(random.below(chain.length), 1 + random.below(3)),
  'repeat a certificate': (random, chain) => {
    const at = random.below(chain.length);
    const times = random.oneIn(4) ? random.below(60) : 1;
    return chain.toSpliced(at, 0, ...Array.from({ length: times }, () => /** @type {Buffer} */ (chain[at])));
  },
  'change the order of certificates': (random, chain) =>
    random.oneIn(4)
      ? chain.toReversed()
      : chain
          .toSpliced(random.below(chain.length), 1)
          .toSpliced(random.below(chain.length), 0, random.pick(chain)),
  'put in a certificate of another': (random, chain, other) =>
    chain.toSpliced(random.below(chain.length + 1), random.below(2), random.pick(other)),
  'extend below the leaf': (random, chain, other) => [
    /** @type {Buffer} */ (random.oneIn(2) ? other[0] : chain[random.below(chain.length)]),
    ...chain,
  ],
  'splice two chains': (random, chain, other) => [
    ...chain.slice(0, random.below(chain.length + 1)),
    ...other.slice(random.below(other.length + 1)),
  ],
};

const HELD_TO_OTHER = 'hold to something else';
const OF_ANOTHER = 'hold to what another is held to';
/** @type {Readonly<Record<string, number>>} */
const SIGNED = { 'signed: leaf': 0, 'signed: key description': 0, 'signed: attestation certificate': 1 };

/** @param {Subject} subject @param {Random} random @returns {Target} */
export function keyAttestationTarget(subject, random) {
  const { virtual, real, resigned } = createCorpus(subject);
  const cache = subject.createKeyAttestationCache();
  const all = [...virtual, ...real].map(({ chain }) => chain);
  return {
    about: `${virtual.length} chains of virtual devices, ${real.length} real ones${real.length === 0 ? ': no folder of vectors' : ''}`,
    names: [
      ...Object.keys(byteEdits),
      ...Object.keys(partEdits),
      ...Object.keys(chainEdits),
      HELD_TO_OTHER,
      OF_ANOTHER,
      ...Object.keys(SIGNED),
    ],
    make(mutator) {
      const group = anyGroup();
      if (mutator === HELD_TO_OTHER) return heldToOther(group);
      if (mutator === OF_ANOTHER) return ofGroup(group, anyGroup().chain);
      const at = SIGNED[mutator];
      if (at !== undefined) return signedAgain(random.pick(resigned), at, mutator.includes('description'));
      const other = anyGroup();
      const edit = chainEdits[mutator];
      if (edit !== undefined) return ofGroup(group, edit(random, group.chain, other.chain));
      const tree = changed(mutator, group.tree, other.tree);
      return ofGroup(group, (tree.children ?? []).map(encode));
    },
  };

  function anyGroup() {
    return random.pick(real.length > 0 && random.oneIn(2) ? real : virtual);
  }

  /** @param {string} mutator @param {Part} tree @param {Part} other @returns {Part} */
  function changed(mutator, tree, other) {
    const edit = byteEdits[mutator];
    if (edit === undefined) return partEdits[mutator]?.(random, tree, other) ?? tree;
    // Whole certificates are damaged rarely: most of that ends at the first octets.
    const path = random.oneIn(4) ? [random.below(tree.children?.length ?? 1)] : pickPath(random, tree);
    const same = encode(partAt(other, path) ?? other);
    return edited(tree, path, (part) => [raw(edit(random, encode(part), same))]);
  }

  /** @param {Group} group @param {readonly Buffer[]} chain @returns {Mutant} */
  function ofGroup(group, chain) {
    const mayBeAccepted = () => whatChanged(chain, group.known, all);
    const mustBeAccepted = () => areSame(chain, group.chain);
    return mutant(group.name, chain, group.expected, { mayBeAccepted, mustBeAccepted });
  }

  /** @param {Group} group @returns {Mutant} */
  function heldToOther({ name, chain, expected }) {
    const now = expected.now ?? 0;
    const isRemote = /Droid CA/.test(chain.map((each) => each.toString('latin1')).join());
    const other = random.pick([
      { challenge: random.bytes(1 + random.below(64)) },
      { challenge: `${expected.challenge}\0` },
      {
        anyApp: false,
        apps: [{ packageName: 'com.example.apq', certificateSha256Digests: ['00'.repeat(32)] }],
      },
      { anyApp: false, apps: [{ packageName: PACKAGE, certificateSha256Digests: ['00'.repeat(32)] }] },
      { roots: [virtual[0]?.chain.at(-2) ?? Buffer.alloc(0)] },
      { now: now - 40 * 365 * DAY },
      { revocations: { isRevoked: () => true } },
      { minimumOs: '99' },
      { maxKeyAgeSeconds: 1, now: now + 2 * DAY },
      // A factory's certificates may have expired; those of Google's servers may not, whatever stands above them.
      ...(isRemote ? [{ now: now + 20_000 * DAY }] : []),
    ]);
    const { anyApp: _, ...rest } = expected;
    const held = /** @type {Expectations} */ (
      'apps' in other ? { ...rest, ...other } : { ...expected, ...other }
    );
    const root = /** @type {Buffer} */ (chain.at(-1));
    const sent = random.oneIn(3)
      ? [...chain, ...Array.from({ length: 1 + random.below(3) }, () => root)]
      : chain;
    return mutant(name, sent, held, { mayBeAccepted: () => undefined, mustBeAccepted: () => false });
  }

  /** @param {Resigned} resigned_ @param {number} at @param {boolean} inside @returns {Mutant} */
  function signedAgain({ expected, root, certificates, keys }, at, inside) {
    const other = anyGroup().tree;
    const names = random.oneIn(3) ? Object.keys(byteEdits) : Object.keys(partEdits);
    /** @param {Part} part @returns {readonly Part[]} */
    const edit = (part) => (random.oneIn(20) ? [part] : [changed(random.pick(names), row([part]), other)]);
    const chain = certificates.map((certificate, index) => {
      const signer = keys[index];
      if (index > at || signer === undefined) return encode(certificate);
      const path = index === at ? (inside ? descriptionIn(certificate) : [0]) : undefined;
      return encode(signedBy(path === undefined ? certificate : edited(certificate, path, edit), signer));
    });
    const mayBeAccepted = () => (isInOrder(chain, root, expected) ? 'signed again, and in order' : undefined);
    return mutant('signed again', chain, expected, { mayBeAccepted, mustBeAccepted: () => false });
  }

  /** @param {string} from @param {readonly Buffer[]} bytes @param {Expectations} expected @param {Pick<Mutant, 'mayBeAccepted' | 'mustBeAccepted'>} verdict @returns {Mutant} */
  function mutant(from, bytes, expected, verdict) {
    const chain = random.oneIn(4) ? bytes.map((each) => new Uint8Array(each)) : bytes;
    return {
      ...verdict,
      length: bytes.reduce((sum, { length }) => sum + length, 0),
      verify: () => subject.verifyKeyAttestation(chain, expected),
      remembering: () => subject.verifyKeyAttestation(chain, { ...expected, cache }),
      inspect: () => subject.inspectKeyAttestation(chain, expected),
      shown: () => ({
        from,
        certificateChain: bytes.map((each) => each.toString('base64')),
        expected: JSON.stringify(expected),
      }),
    };
  }
}

/** Where the value of the attestation extension stands in a leaf. @param {Part} leaf */
function descriptionIn(leaf) {
  const extensions = [0, 7, 0];
  const list = partAt(leaf, extensions)?.children ?? [];
  const at = list.findIndex(
    ({ children }) => children?.[0] && encode(children[0]).toString('hex') === ATTESTATION,
  );
  return [...extensions, at, (list[at]?.children?.length ?? 1) - 1, 0];
}

/** @param {readonly Buffer[]} one @param {readonly Buffer[]} other */
function areSame(one, other) {
  return (
    one.length === other.length && one.every((each, index) => each.equals(other[index] ?? Buffer.alloc(0)))
  );
}

/** @param {readonly Buffer[]} chain @param {readonly (readonly Buffer[])[]} known @param {readonly (readonly Buffer[])[]} all of every device @returns {string | undefined} */
function whatChanged(chain, known, all) {
  if (known.some((each) => areSame(chain, each))) return 'it came out as a genuine one';
  if (known.some((genuine) => areAlike(chain, genuine)))
    return 'nothing but unsigned parts was changed: a signature in its other form';
  // An authority has several certificates of one key: of another root, of another year.
  const isOtherWay = known.some(
    (genuine) =>
      genuine.length === chain.length &&
      genuine.every((certificate, at) => {
        const found = /** @type {Buffer} */ (chain[at]);
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

/** The same certificates, but for signatures in their other form. @param {readonly Buffer[]} one @param {readonly Buffer[]} other */
function areAlike(one, other) {
  return (
    one.length === other.length &&
    one.every((each, index) => compareCertificates(each, other[index] ?? Buffer.alloc(0)) !== undefined)
  );
}

/** Two certificates of one subject and one key. @param {Buffer} one @param {Buffer | undefined} other */
function isOfOneKey(one, other) {
  const [a, b] = [one, other ?? Buffer.alloc(0)].map((each) => readBer(each)?.children?.[0]?.children ?? []);
  return [5, 6].every((field) => {
    const [part, same] = [a?.[field], b?.[field]];
    return part !== undefined && same !== undefined && encode(part).equals(encode(same));
  });
}

/**
 * Whether a chain that was signed again is in order, worked out a second time: signatures by OpenSSL, everything else by
 * the fuzzer's own reader.
 *
 * @param {readonly Buffer[]} chain @param {Buffer} root @param {Expectations} expected
 */
function isInOrder(chain, root, { now = 0, challenge, apps }) {
  try {
    if (!chain.at(-1)?.equals(root)) return false;
    // Not the leaf: its key may be of a kind that OpenSSL cannot read.
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
    if (
      facts === undefined ||
      facts.challenge !== Buffer.from(/** @type {string} */ (challenge)).toString('hex')
    )
      return false;
    const [, level, , keyMintLevel] = facts.numbers;
    const isStrong = /strongbox/i.test(encode(fields[1]?.[5] ?? row([])).toString('latin1'));
    if (level !== keyMintLevel || level !== (isStrong ? 'STRONG_BOX' : 'TRUSTED_ENVIRONMENT')) return false;
    const { origin, rootOfTrust, allApplications } = facts.hardware;
    const [, locked, state] = /** @type {unknown[]} */ (rootOfTrust ?? []);
    if (origin !== 0 || locked !== true || state !== 'VERIFIED') return false;
    if (allApplications !== undefined || facts.software['allApplications'] !== undefined) return false;
    const app = facts.software['attestationApplicationId'] ?? facts.hardware['attestationApplicationId'];
    const [packages, digests] = /** @type {[unknown[][], string[]]} */ (app ?? [[], []]);
    const wanted = apps?.[0];
    return (
      packages.some(([name]) => name === PACKAGE) &&
      digests.join() === wanted?.certificateSha256Digests.join()
    );
  } catch {
    return false;
  }
}

/** ECDSA with SHA-256 or, in the last octet of its name, with SHA-384. @param {readonly Part[]} certificate @param {import('node:crypto').KeyObject} key */
function isSignedBy([tbs, algorithm, bits], key) {
  const hash = algorithm?.children?.[0]?.content?.at(-1) === 3 ? 'sha384' : 'sha256';
  return tbs !== undefined && verify(hash, encode(tbs), key, bits?.content?.subarray(1) ?? Buffer.alloc(0));
}

/** The values of the attestation extension among these extensions. @param {Part | undefined} extensions @returns {Buffer[]} */
function attestationsIn(extensions) {
  return (extensions?.children?.[0]?.children ?? []).flatMap(({ children = [] }) => {
    const [oid] = children;
    const value = children.at(-1)?.content;
    return oid !== undefined && encode(oid).toString('hex') === ATTESTATION && value ? [value] : [];
  });
}
