// @ts-check
// Why this exists: mutants of decoded verdicts of Play Integrity. Nothing vouches for a payload but where it came from, so
// that what matters is that nothing is let in that does not say what it has to, and that nothing trips over the rest.
import { jsonEdits } from './json-edits.js';
import { heldToOther, isInOrder, verdicts } from './verdict-corpus.js';

/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./run.js').Target} Target */
/** @typedef {Pick<typeof import('attestkit/play-integrity'), 'verifyPlayIntegrityVerdict' | 'inspectPlayIntegrityVerdict'>} Subject */

const HELD_TO_OTHER = 'hold to something else';
const TWICE = 'change twice';

/** @param {Subject} subject @param {Random} random @returns {Target} */
export function verdictTarget(subject, random) {
  const corpus = verdicts();
  const edits = Object.values(jsonEdits);
  return {
    about: `${corpus.length} verdicts`,
    names: [...Object.keys(jsonEdits), TWICE, HELD_TO_OTHER],
    make(mutator) {
      const { name, payload, expected } = random.pick(corpus);
      const held = mutator === HELD_TO_OTHER ? heldToOther(random, expected) : expected;
      const edit = jsonEdits[mutator];
      const made =
        mutator === TWICE
          ? random.pick(edits)(random, random.pick(edits)(random, payload))
          : (edit?.(random, payload) ?? payload);
      return {
        length: 0,
        verify: () => subject.verifyPlayIntegrityVerdict(made, held),
        // What is remembered of a verdict is what stands in it: read from its text it is the same.
        remembering: () => subject.verifyPlayIntegrityVerdict(structuredClone(made), held),
        inspect: () => subject.inspectPlayIntegrityVerdict(made, held),
        mayBeAccepted: () => (isInOrder(made, held) ? 'what it says is in order' : undefined),
        mustBeAccepted: () => held === expected && made === payload,
        shown: () => ({ from: name, payload: JSON.stringify(made), expected: held }),
      };
    },
  };
}
