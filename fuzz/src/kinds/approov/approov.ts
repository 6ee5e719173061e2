// Why this exists: mutants of Approov tokens. Accepted may be those that came out as a genuine token again, and those signed
// with the right secret in which a second reading of the specifications finds nothing wrong.
import { tokenEdits } from '../../mutators/token-edits.js';
import type { Target } from '../../rules/mutant.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import { createCorpus, type Group } from './corpus.js';
import { mayBeAccepted, signedMakers } from './signed.js';

/** A token, where it comes from, and why it may be accepted. */
interface Made {
  readonly group: Group;
  readonly from: string;
  readonly token: string;
  readonly why: string | undefined;
}

export function approovTarget(subject: Subject, random: Random): Target {
  const corpus = createCorpus(subject, random);
  const groups = [...corpus.common, ...corpus.rare];
  return {
    about: `${groups.flatMap(({ tokens }) => tokens).length} tokens of ${groups.length} configurations of keys`,
    names: [...Object.keys(tokenEdits), ...Object.keys(signedMakers)],
    make(mutator) {
      const { group, from, token, why } = makeOne(mutator);
      const { name, key, expected } = group;
      return {
        length: token.length,
        verify: () => subject.verifyApproovToken(token, expected),
        remembering: () => group.remembering(token),
        inspect: () => subject.inspectApproovToken(token, expected),
        mayBeAccepted: () => why,
        mustBeAccepted: () => why !== undefined,
        shown: () => ({ group: name, key, now: expected.now, from, token }),
      };
    },
  };

  function makeOne(mutator: string): Made {
    const maker = signedMakers[mutator];
    const group = random.pick(maker === undefined && random.oneIn(32) ? corpus.rare : corpus.common);
    const from = random.pick(group.tokens);
    if (maker === undefined) {
      const other = random.pick(random.oneIn(2) ? group.tokens : random.pick(corpus.common).tokens);
      const token = tokenEdits[mutator]?.(random, from, group, other) ?? '';
      const why = group.tokens.includes(token) ? 'it came out as a genuine one' : undefined;
      return { group, from, token, why };
    }
    const { header, payload } = maker(random, group.expected.now / 1000);
    const input = `${header.toString('base64url')}.${payload.toString('base64url')}`;
    const token = `${input}.${group.sign?.(input).toString('base64url')}`;
    const why = mayBeAccepted(token, group) ? 'signed with the right secret, and in order' : undefined;
    return { group, from, token, why };
  }
}
