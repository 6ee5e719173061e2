// Why this exists: mutants of decoded verdicts of Play Integrity. Nothing in a payload proves where it came from. So every
// payload that does not say what it must is refused, and no payload makes the verifier stumble.
import { jsonEdits } from '../../mutators/json-edits.js';
import type { Target } from '../../rules/mutant.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import { isInOrder } from './verdict-appraisal.js';
import { heldToOther, verdicts } from './verdict-corpus.js';

const HELD_TO_OTHER = 'hold to something else';
const TWICE = 'change twice';

export function verdictTarget(subject: Subject, random: Random): Target {
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
        // There is no memory of verdicts. A copy of the payload must be judged in the same way.
        remembering: () => subject.verifyPlayIntegrityVerdict(structuredClone(made), held),
        inspect: () => subject.inspectPlayIntegrityVerdict(made, held),
        mayBeAccepted: () => (isInOrder(made, held) ? 'what it says is in order' : undefined),
        mustBeAccepted: () => held === expected && made === payload,
        shown: () => ({ from: name, payload: JSON.stringify(made), expected: held }),
      };
    },
  };
}
