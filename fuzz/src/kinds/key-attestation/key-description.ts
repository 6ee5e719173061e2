// Why this exists: mutants of key descriptions alone, without certificates around them. What the library reads must be what
// a second reader finds.
import { byteEdits } from '../../mutators/byte-edits.js';
import { EDIT_NAMES, editedTree } from '../../mutators/edited-tree.js';
import { factsOfDescription, readDescription } from '../../readers/key-description.js';
import { encode } from '../../readers/tree.js';
import { treeOfDer } from '../../readers/trees.js';
import type { Target } from '../../rules/mutant.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import { ATTESTATION, createCorpus } from './corpus.js';

/** A description contains no key and no signature, and signed octets may have lengths in any form. */
const POINTLESS = [
  'put in another key',
  'write a signature in its other form',
  'write all lengths otherwise',
];

export function keyDescriptionTarget(subject: Subject, random: Random): Target {
  const { virtual, real } = createCorpus(subject);
  const genuine = [...virtual, ...real].map(({ chain }) => extensionOf(chain[0] ?? Buffer.alloc(0)));
  const objects = genuine.map((bytes) => ({ bytes, tree: treeOfDer(bytes) }));
  return {
    about: `${objects.length} key descriptions, ${real.length} of them real`,
    names: EDIT_NAMES.filter((name) => !POINTLESS.includes(name)),
    make(mutator) {
      const { bytes, tree } = random.pick(objects);
      const other = random.pick(objects);
      const made =
        byteEdits[mutator] !== undefined && random.oneIn(3)
          ? byteEdits[mutator](random, bytes, other.bytes)
          : encode(editedTree(random, mutator, tree, other.tree));
      // The certificate around a description has octets before and after it.
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

  function parse(bytes: Uint8Array): void {
    if (subject.readKeyDescription(bytes) === undefined)
      throw new subject.AttestationError(subject.DESCRIPTION_CHECKS.readable);
  }
}

/** The value of the attestation extension. */
function extensionOf(leaf: Buffer): Buffer {
  const list = treeOfDer(leaf).children?.[0]?.children?.[0]?.children?.[7]?.children?.[0]?.children ?? [];
  const extension = list.find(
    ({ children }) => children?.[0] && encode(children[0]).toString('hex') === ATTESTATION,
  );
  const value = extension?.children?.at(-1)?.children?.[0];
  if (value === undefined) throw new Error('a genuine leaf has no attestation extension');
  return encode(value);
}
