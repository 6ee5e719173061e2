// @ts-check
// Why this exists: mutants of key descriptions alone, without certificates around them: whatever is read has to be what
// stands there, as a second reader finds it.
import { byteEdits } from './bytes.js';
import { createCorpus } from './key-attestation-corpus.js';
import { factsOfDescription, readDescription } from './key-description-reading.js';
import { partEdits } from './parts.js';
import { treeOfDer } from './tree-read.js';
import { edited, encode, partAt, pickPath, raw } from './tree.js';

/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./run.js').Target} Target */
/** @typedef {import('./tree.js').Part} Part */
/** @typedef {{ description: import('attestkit/key-attestation').KeyDescription }} Read */
/**
 * @typedef {import('./key-attestation-corpus.js').Subject & Pick<typeof import('attestkit'), 'AttestationError'> & {
 *   readKeyDescription: (bytes: Uint8Array) => Read | undefined, DESCRIPTION_CHECKS: { readable: import('attestkit').CheckDef } }} Subject
 */

/** There is no key in a description, and no signature; and what a signature around it covers may have any lengths. */
const POINTLESS = [
  'put in another key',
  'write a signature in its other form',
  'write all lengths otherwise',
];
const OID = Buffer.from('060a2b06010401d679020111', 'hex');

/** @param {Subject} subject @param {Random} random @returns {Target} */
export function keyDescriptionTarget(subject, random) {
  const { virtual, real } = createCorpus(subject);
  const genuine = [...virtual, ...real].map(({ chain }) => extensionOf(chain[0] ?? Buffer.alloc(0)));
  const objects = genuine.map((bytes) => ({ bytes, tree: treeOfDer(bytes) }));
  return {
    about: `${objects.length} key descriptions, ${real.length} of them real`,
    names: [...Object.keys(byteEdits), ...Object.keys(partEdits)].filter((name) => !POINTLESS.includes(name)),
    make(mutator) {
      const { bytes, tree } = random.pick(objects);
      const other = random.pick(objects);
      const made =
        byteEdits[mutator] !== undefined && random.oneIn(3)
          ? byteEdits[mutator](random, bytes, other.bytes)
          : encode(changed(mutator, tree, other.tree));
      // What a description stands in is longer than it.
      const inside = Buffer.concat([Buffer.alloc(3, 0x30), made, Buffer.alloc(3, 0x30)]);
      const mayBeAccepted = () => {
        const read = subject.readKeyDescription(made);
        if (read === undefined) return undefined;
        const isSame =
          JSON.stringify(factsOfDescription(read.description)) === JSON.stringify(readDescription(made));
        return isSame ? 'what was read is what stands there' : undefined;
      };
      return {
        length: made.length,
        verify: () => parse(made),
        remembering: () => parse(inside.subarray(3, -3)),
        inspect: undefined,
        mayBeAccepted,
        mustBeAccepted: () => genuine.some((each) => each.equals(made)),
        shown: () => ({ extension: made.toString('base64') }),
      };
    },
  };

  /** @param {Uint8Array} bytes */
  function parse(bytes) {
    if (subject.readKeyDescription(bytes) === undefined)
      throw new subject.AttestationError(subject.DESCRIPTION_CHECKS.readable);
  }

  /** @param {string} mutator @param {Part} tree @param {Part} other @returns {Part} */
  function changed(mutator, tree, other) {
    const edit = byteEdits[mutator];
    if (edit === undefined) return partEdits[mutator]?.(random, tree, other) ?? tree;
    const path = pickPath(random, tree);
    const same = encode(partAt(other, path) ?? other);
    return edited(tree, path, (part) => [raw(edit(random, encode(part), same))]);
  }
}

/** The value of the attestation extension: what stands in the octet string behind its name. @param {Buffer} leaf */
function extensionOf(leaf) {
  const list = treeOfDer(leaf).children?.[0]?.children?.[0]?.children?.[7]?.children?.[0]?.children ?? [];
  const extension = list.find(({ children }) => children?.[0] && encode(children[0]).equals(OID));
  const value = extension?.children?.at(-1)?.children?.[0];
  if (value === undefined) throw new Error('a genuine leaf has no attestation extension');
  return encode(value);
}
