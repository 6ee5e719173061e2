// @ts-check
// Why this exists: mutants of attestations, assertions and receipts, and what each of them may be accepted for.
import { createCorpus } from './app-attest-corpus.js';
import { heldToOther } from './app-attest-terms.js';
import { appraiseAssertion, appraiseAttestation, appraiseReceipt } from './appraisal.js';
import { byteEdits } from './bytes.js';
import { partEdits } from './parts.js';
import { whatChanged } from './readings.js';
import { resignAssertion, resignAttestation, resignReceipt } from './resign.js';
import { edited, encode, partAt, pickPath, raw, row } from './tree.js';

/** @typedef {import('./app-attest-corpus.js').Group} Group */
/** @typedef {import('./app-attest-corpus.js').Kind} Kind */
/** @typedef {import('./app-attest-corpus.js').Terms} Terms */
/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./run.js').Mutant} Mutant */
/** @typedef {import('./run.js').Target} Target */
/** @typedef {import('./tree.js').Part} Part */
/** @typedef {import('attestkit/app-attest').AppAttestCache} AppAttestCache */
/**
 * @typedef {import('./app-attest-corpus.js').Subject & Pick<typeof import('attestkit/app-attest'),
 *   'verifyAppAttestAttestation' | 'verifyAppAttestAssertion' | 'verifyAppAttestReceipt' | 'inspectAppAttestAttestation'
 *   | 'inspectAppAttestAssertion' | 'inspectAppAttestReceipt' | 'createAppAttestCache'>} Subject
 */

/** What each kind is held to, in the words of its verifier. @type {Readonly<Record<Kind, (terms: Terms) => object>>} */
const expectations = {
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

/** @type {Readonly<Record<Kind, (bytes: Buffer, terms: Terms & { root: Buffer }) => string | undefined>>} */
const appraisals = {
  attestation: appraiseAttestation,
  assertion: (bytes, terms) => appraiseAssertion(bytes, { ...terms, previousCounter: 0 }),
  receipt: appraiseReceipt,
};

/** @typedef {(tree: Part, terms: Terms, edit: (part: Part) => readonly Part[]) => Part} Resign */
/** What is changed before it is signed again. @type {Readonly<Record<Kind, Readonly<Record<string, Resign>>>>} */
const resigners = {
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

/** @param {Kind} kind @param {Subject} subject @param {Random} random @returns {Target} */
export function appAttestTarget(kind, subject, random) {
  const { virtual, real } = createCorpus(kind, subject);
  const cache = subject.createAppAttestCache();
  const signed = resigners[kind];
  const [made, found] = [virtual, real].map((groups) => groups.flatMap(({ objects }) => objects).length);
  return {
    about: `${made} objects of virtual phones, ${found} real ones${found === 0 ? ': no folder of vectors' : ''}`,
    names: [
      ...Object.keys(byteEdits),
      ...Object.keys(partEdits),
      HELD_TO_OTHER,
      OF_ANOTHER,
      ...Object.keys(signed),
    ],
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

  /** Real ones are many more than virtual ones. */
  function anyGroup() {
    return random.pick(real.length > 0 && random.oneIn(2) ? real : virtual);
  }

  /** @param {string} mutator @param {Buffer} bytes @param {Part} tree */
  function mutate(mutator, bytes, tree) {
    const other = random.pick(random.pick(random.oneIn(2) ? virtual : [...virtual, ...real]).objects);
    if (byteEdits[mutator] !== undefined && random.oneIn(3))
      return byteEdits[mutator](random, bytes, other.bytes);
    const once = changed(mutator, tree, other.tree);
    const again = random.oneIn(8) ? changed(random.pick(Object.keys(partEdits)), once, other.tree) : once;
    return encode(again);
  }

  /** @param {string} mutator @param {Part} tree @param {Part} other @returns {Part} */
  function changed(mutator, tree, other) {
    const edit = byteEdits[mutator];
    if (edit === undefined) return partEdits[mutator]?.(random, tree, other) ?? tree;
    const path = pickPath(random, tree);
    const same = encode(partAt(other, path) ?? other);
    return edited(tree, path, (part) => [raw(edit(random, encode(part), same))]);
  }

  /** @param {Group} group @param {Buffer} bytes @returns {Mutant} */
  function ofGroup({ name, terms, genuine, known }, bytes) {
    const mayBeAccepted = () =>
      known.some((each) => each.equals(bytes))
        ? 'it came out as a genuine one'
        : whatChanged(kind, bytes, known);
    const mustBeAccepted = () => genuine.some((each) => each.equals(bytes));
    return mutant(name, bytes, expectations[kind](terms), { mayBeAccepted, mustBeAccepted });
  }

  /** @param {Group} group @returns {Mutant} */
  function heldToSomethingElse({ name, terms, objects, resigned }) {
    const { bytes } = random.pick(objects);
    // A root of the same name with another key.
    const root = kind === 'assertion' ? undefined : resigned?.terms.root;
    const other =
      root !== undefined && random.oneIn(8) ? { roots: [root] } : heldToOther(random, kind, terms);
    const expected = { ...expectations[kind](terms), ...other };
    return mutant(name, bytes, expected, { mayBeAccepted: () => undefined, mustBeAccepted: () => false });
  }

  /** @param {NonNullable<Group['resigned']>} resigned @param {Resign} resign @returns {Mutant} */
  function signedAgain({ terms, tree }, resign) {
    const other = random.pick(anyGroup().objects).tree;
    const names = random.oneIn(3) ? Object.keys(byteEdits) : Object.keys(partEdits);
    const edit = /** @param {Part} part */ (part) =>
      random.oneIn(20) ? [part] : [changed(random.pick(names), row([part]), other)];
    const bytes = encode(resign(tree, terms, edit));
    const mayBeAccepted = () =>
      appraised(() => appraisals[kind](bytes, { ...terms, root: terms.root ?? Buffer.alloc(0) }));
    return mutant('signed again', bytes, expectations[kind](terms), {
      mayBeAccepted,
      mustBeAccepted: () => false,
    });
  }

  /** @param {string} from @param {Buffer} bytes @param {object} expected @param {Pick<Mutant, 'mayBeAccepted' | 'mustBeAccepted'>} verdict @returns {Mutant} */
  function mutant(from, bytes, expected, verdict) {
    // Not every caller has a Buffer, and not every one of them stands at the beginning of its memory.
    const given = random.oneIn(4) ? new Uint8Array(bytes) : bytes;
    const [verify, inspect] = functionsOf(subject, kind);
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

/** A second reading that fails has not found it in order. @param {() => string | undefined} appraise */
function appraised(appraise) {
  try {
    return appraise();
  } catch {
    return undefined;
  }
}

/** @typedef {(object: Uint8Array, expected: any) => any} Verifier */

/** @param {Subject} subject @param {Kind} kind @returns {[Verifier, Verifier]} */
function functionsOf(subject, kind) {
  if (kind === 'attestation')
    return [subject.verifyAppAttestAttestation, subject.inspectAppAttestAttestation];
  if (kind === 'assertion') return [subject.verifyAppAttestAssertion, subject.inspectAppAttestAssertion];
  return [subject.verifyAppAttestReceipt, subject.inspectAppAttestReceipt];
}

/** @param {object} expected */
function shown(expected) {
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(inBase64) : inBase64(value),
    ]),
  );
}

/** Bytes alone. @param {unknown} value @returns {unknown} */
function inBase64(value) {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
