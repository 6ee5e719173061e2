// Why this exists: mutants of certificate chains of Android's KeyStore. Accepted may be a chain that came out as a genuine
// one, one with a signature in its other form, and one that was signed again by keys of our own and that a second reading
// finds in order.
import { byteEdits } from '../../mutators/byte-edits.js';
import { signedBy } from '../../mutators/certificates.js';
import { chainEdits } from '../../mutators/chain-edits.js';
import { anyEdit, EDIT_NAMES, editedTree } from '../../mutators/edited-tree.js';
import { partEdits } from '../../mutators/part-edits.js';
import { edited, partAt, pickPath, type Path } from '../../readers/paths.js';
import { encode, type Part } from '../../readers/tree.js';
import type { Mutant, Target } from '../../rules/mutant.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import { areSame, isInOrder, whatChanged } from './appraisal.js';
import {
  ATTESTATION,
  createCorpus,
  PACKAGE,
  type Chain,
  type Expectations,
  type Group,
  type Resigned,
} from './corpus.js';

const DAY = 86_400_000;

const HELD_TO_OTHER = 'hold to something else';
const OF_ANOTHER = 'hold to what another is held to';
/** By mutator: the place in the chain of the certificate that is edited and signed again. */
const SIGNED: Readonly<Record<string, number>> = {
  'signed: leaf': 0,
  'signed: key description': 0,
  'signed: attestation certificate': 1,
};

export function keyAttestationTarget(subject: Subject, random: Random): Target {
  const { virtual, real, resigned } = createCorpus(subject);
  const cache = subject.createKeyAttestationCache();
  const all = [...virtual, ...real].map(({ chain }) => chain);
  return {
    about: `${virtual.length} chains of virtual devices, ${real.length} real ones${real.length === 0 ? ': no folder of vectors' : ''}`,
    names: [...EDIT_NAMES, ...Object.keys(chainEdits), HELD_TO_OTHER, OF_ANOTHER, ...Object.keys(SIGNED)],
    make(mutator) {
      const group = anyGroup();
      if (mutator === HELD_TO_OTHER) return heldToOther(group);
      if (mutator === OF_ANOTHER) return ofGroup(group, anyGroup().chain);
      const at = SIGNED[mutator];
      if (at !== undefined) return signedAgain(random.pick(resigned), at, mutator.includes('description'));
      const other = anyGroup();
      const edit = chainEdits[mutator];
      if (edit !== undefined) return ofGroup(group, edit(random, group.chain, other.chain));
      const tree = editedTree(random, mutator, group.tree, other.tree, pickPart);
      return ofGroup(group, (tree.children ?? []).map(encode));
    },
  };

  function anyGroup(): Group {
    return random.pick(real.length > 0 && random.oneIn(2) ? real : virtual);
  }

  function ofGroup(group: Group, chain: Chain): Mutant {
    const mayBeAccepted = () => whatChanged(chain, group.known, all);
    const mustBeAccepted = () => areSame(chain, group.chain);
    return mutant(group.name, chain, group.expected, { mayBeAccepted, mustBeAccepted });
  }

  function heldToOther({ name, chain, expected }: Group): Mutant {
    const now = expected.now ?? 0;
    const isRemote = /Droid CA/.test(chain.map((each) => each.toString('latin1')).join());
    const other = random.pick([
      { challenge: random.bytes(1 + random.below(64)) },
      { challenge: `${expected.challenge}\0` },
      {
        anyApp: false,
        apps: [{ packageName: 'com.example.apq', signingCertificates: ['00'.repeat(32)] }],
      },
      { anyApp: false, apps: [{ packageName: PACKAGE, signingCertificates: ['00'.repeat(32)] }] },
      { roots: [virtual[0]?.chain.at(-2) ?? Buffer.alloc(0)] },
      { now: now - 40 * 365 * DAY },
      { revocations: { isRevoked: () => true } },
      { minimumOs: '99' },
      { maxKeyAgeSeconds: 1, now: now + 2 * DAY },
      // Certificates from the factory may have expired; those of Google's servers may not.
      ...(isRemote ? [{ now: now + 20_000 * DAY }] : []),
    ]);
    const { anyApp: _, ...rest } = expected;
    const held = ('apps' in other ? { ...rest, ...other } : { ...expected, ...other }) as Expectations;
    const root = chain.at(-1) as Buffer;
    const sent = random.oneIn(3)
      ? [...chain, ...Array.from({ length: 1 + random.below(3) }, () => root)]
      : chain;
    return mutant(name, sent, held, { mayBeAccepted: () => undefined, mustBeAccepted: () => false });
  }

  function signedAgain(
    { expected, root, certificates, keys }: Resigned,
    at: number,
    inside: boolean,
  ): Mutant {
    const other = anyGroup().tree;
    const names = random.oneIn(3) ? Object.keys(byteEdits) : Object.keys(partEdits);
    const edit = anyEdit(random, names, other, pickPart);
    const chain = certificates.map((certificate, index) => {
      const signer = keys[index];
      if (index > at || signer === undefined) return encode(certificate);
      const path = index === at ? (inside ? descriptionIn(certificate) : [0]) : undefined;
      return encode(signedBy(path === undefined ? certificate : edited(certificate, path, edit), signer));
    });
    const mayBeAccepted = () => (isInOrder(chain, root, expected) ? 'signed again, and in order' : undefined);
    return mutant('signed again', chain, expected, { mayBeAccepted, mustBeAccepted: () => false });
  }

  function mutant(
    from: string,
    bytes: Chain,
    expected: Expectations,
    verdict: Pick<Mutant, 'mayBeAccepted' | 'mustBeAccepted'>,
  ): Mutant {
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

/** Whole certificates are damaged rarely, because most of that ends at the first octets. */
function pickPart(random: Random, tree: Part): Path {
  return random.oneIn(4) ? [random.below(tree.children?.length ?? 1)] : pickPath(random, tree);
}

/** The path to the value of the attestation extension in a leaf. */
function descriptionIn(leaf: Part): Path {
  const extensions = [0, 7, 0];
  const list = partAt(leaf, extensions)?.children ?? [];
  const at = list.findIndex(
    ({ children }) => children?.[0] && encode(children[0]).toString('hex') === ATTESTATION,
  );
  return [...extensions, at, (list[at]?.children?.length ?? 1) - 1, 0];
}
