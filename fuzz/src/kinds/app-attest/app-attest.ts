// Why this exists: mutants of attestations, assertions and receipts, and the reasons why each may be accepted.
import { byteEdits } from '../../mutators/byte-edits.js';
import { anyEdit, EDIT_NAMES, editedTree } from '../../mutators/edited-tree.js';
import { partEdits } from '../../mutators/part-edits.js';
import { encode, type Part } from '../../readers/tree.js';
import type { Inspected, Mutant, Target } from '../../rules/mutant.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import { appraiseAssertion, appraiseAttestation, appraiseReceipt } from './appraisal.js';
import { createCorpus } from './corpus.js';
import type { AppAttestKind, Group, Resigned, Terms } from './objects.js';
import { resignAssertion, resignAttestation, resignReceipt } from './resign.js';
import { heldToOther } from './terms.js';
import { whatChanged } from './unsigned.js';

/** What the verifier of each kind is called with. */
const expectations: Readonly<Record<AppAttestKind, (terms: Terms) => object>> = {
  attestation: ({ appId, keyId, clientDataHash, environment, now, root }) => ({
    appIds: ['TEAMID9999.com.example.other', appId],
    keyId,
    clientDataHash,
    environments: [environment],
    now,
    ...(root && { roots: [root] }),
  }),
  assertion: ({ appId, spki, clientDataHash }) => ({
    appId,
    publicKey: spki,
    clientDataHash,
    previousCounter: 0,
  }),
  receipt: ({ appId, spki, clientDataHash, environment, now, root, leaf }) => ({
    appIds: ['TEAMID9999.com.example.other', appId],
    publicKey: spki,
    environment,
    now,
    ...(root && { roots: [root] }),
    ...(leaf && { leafCertificate: leaf, clientDataHash, maxAgeSeconds: 300 }),
  }),
};

const appraisals: Readonly<
  Record<AppAttestKind, (bytes: Buffer, terms: Terms & { root: Buffer }) => string | undefined>
> = {
  attestation: appraiseAttestation,
  assertion: (bytes, terms) => appraiseAssertion(bytes, { ...terms, previousCounter: 0 }),
  receipt: appraiseReceipt,
};

/** Edits a part of an object and signs it again. */
type Resign = (tree: Part, terms: Terms, edit: (part: Part) => readonly Part[]) => Part;

/** By mutator: which part is edited before it is signed again. */
const resigners: Readonly<Record<AppAttestKind, Readonly<Record<string, Resign>>>> = {
  attestation: {
    'signed: authenticator data': (tree, terms, data) =>
      resignAttestation(tree, terms.clientDataHash, { data }),
    'signed: first certificate': (tree, terms, leaf) =>
      resignAttestation(tree, terms.clientDataHash, { leaf }),
    'signed: second certificate': (tree, terms, issuer) =>
      resignAttestation(tree, terms.clientDataHash, { issuer }),
  },
  assertion: {
    'signed: authenticator data': (tree, terms, data) => resignAssertion(tree, terms.clientDataHash, data),
  },
  receipt: {
    'signed: payload': (tree, _, payload) => resignReceipt(tree, { payload }),
    'signed: first certificate': (tree, _, signer) => resignReceipt(tree, { signer }),
    'signed: second certificate': (tree, _, issuer) => resignReceipt(tree, { issuer }),
  },
};

const HELD_TO_OTHER = 'hold to something else';
const OF_ANOTHER = 'hold to what another is held to';

export function appAttestTarget(kind: AppAttestKind): (subject: Subject, random: Random) => Target {
  return (subject, random) => createTarget(kind, subject, random);
}

function createTarget(kind: AppAttestKind, subject: Subject, random: Random): Target {
  const { virtual, real } = createCorpus(kind, subject);
  const cache = subject.createAppAttestCache();
  const signed = resigners[kind];
  const [made, found] = [virtual, real].map((groups) => groups.flatMap(({ objects }) => objects).length);
  return {
    about: `${made} objects of virtual phones, ${found} real ones${found === 0 ? ': no folder of vectors' : ''}`,
    names: [...EDIT_NAMES, HELD_TO_OTHER, OF_ANOTHER, ...Object.keys(signed)],
    make(mutator) {
      const group = anyGroup();
      const resign = signed[mutator];
      if (mutator === HELD_TO_OTHER) return heldToSomethingElse(group);
      if (mutator === OF_ANOTHER) {
        const { bytes } = random.pick(group.objects);
        return ofGroup(anyGroup(), bytes);
      }
      if (resign !== undefined && group.resigned !== undefined) return signedAgain(group.resigned, resign);
      const { bytes, tree } = random.pick(group.objects);
      return ofGroup(group, mutate(mutator, bytes, tree));
    },
  };

  /** A real one as often as a virtual one, although there are many more real ones. */
  function anyGroup(): Group {
    return random.pick(real.length > 0 && random.oneIn(2) ? real : virtual);
  }

  function mutate(mutator: string, bytes: Buffer, tree: Part): Buffer {
    const other = random.pick(random.pick(random.oneIn(2) ? virtual : [...virtual, ...real]).objects);
    if (byteEdits[mutator] !== undefined && random.oneIn(3))
      return byteEdits[mutator](random, bytes, other.bytes);
    const once = editedTree(random, mutator, tree, other.tree);
    const again = random.oneIn(8)
      ? editedTree(random, random.pick(Object.keys(partEdits)), once, other.tree)
      : once;
    return encode(again);
  }

  function ofGroup({ name, terms, genuine, known }: Group, bytes: Buffer): Mutant {
    const mayBeAccepted = () =>
      known.some((each) => each.equals(bytes))
        ? 'it came out as a genuine one'
        : whatChanged(kind, bytes, known);
    const mustBeAccepted = () => genuine.some((each) => each.equals(bytes));
    return mutant(name, bytes, expectations[kind](terms), { mayBeAccepted, mustBeAccepted });
  }

  function heldToSomethingElse({ name, terms, objects, resigned }: Group): Mutant {
    const { bytes } = random.pick(objects);
    // A root of the same name with another key.
    const root = kind === 'assertion' ? undefined : resigned?.terms.root;
    const other =
      root !== undefined && random.oneIn(8) ? { roots: [root] } : heldToOther(random, kind, terms);
    const expected = { ...expectations[kind](terms), ...other };
    return mutant(name, bytes, expected, { mayBeAccepted: () => undefined, mustBeAccepted: () => false });
  }

  function signedAgain({ terms, tree }: Resigned, resign: Resign): Mutant {
    const other = random.pick(anyGroup().objects).tree;
    const names = random.oneIn(3) ? Object.keys(byteEdits) : Object.keys(partEdits);
    const bytes = encode(resign(tree, terms, anyEdit(random, names, other)));
    const mayBeAccepted = () =>
      appraised(() => appraisals[kind](bytes, { ...terms, root: terms.root ?? Buffer.alloc(0) }));
    return mutant('signed again', bytes, expectations[kind](terms), {
      mayBeAccepted,
      mustBeAccepted: () => false,
    });
  }

  function mutant(
    from: string,
    bytes: Buffer,
    expected: object,
    verdict: Pick<Mutant, 'mayBeAccepted' | 'mustBeAccepted'>,
  ): Mutant {
    // Callers give a Buffer or a Uint8Array, at any offset of its memory.
    const given = random.oneIn(4) ? new Uint8Array(bytes) : bytes;
    const { verify, inspect } = verifierOf(subject, kind);
    return {
      ...verdict,
      length: bytes.length,
      verify: () => verify(given, expected),
      remembering: () => verify(given, { ...expected, cache }),
      inspect: () => inspect(given, expected),
      shown: () => ({ from, kind, object: bytes.toString('base64'), expected: shown(expected) }),
    };
  }
}

/** The reason that a second reading finds; none if it cannot read the object. */
function appraised(appraise: () => string | undefined): string | undefined {
  try {
    return appraise();
  } catch {
    return undefined;
  }
}

interface Verifier {
  readonly verify: (object: Uint8Array, expected: object) => unknown;
  readonly inspect: (object: Uint8Array, expected: object) => Inspected;
}

/** The functions under test. What they are called with is made here on purpose, and is not always of their types. */
function verifierOf(subject: Subject, kind: AppAttestKind): Verifier {
  const verifiers = {
    attestation: {
      verify: subject.verifyAppAttestAttestation,
      inspect: subject.inspectAppAttestAttestation,
    },
    assertion: { verify: subject.verifyAppAttestAssertion, inspect: subject.inspectAppAttestAssertion },
    receipt: { verify: subject.verifyAppAttestReceipt, inspect: subject.inspectAppAttestReceipt },
  };
  return verifiers[kind] as Verifier;
}

/** The same for JSON. */
function shown(expected: object): object {
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(inBase64) : inBase64(value),
    ]),
  );
}

function inBase64(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
