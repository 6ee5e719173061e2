import { equalBytes } from '../kernel/bytes/equal-bytes.js';
import { challengeForms, digestTexts, sha256 } from '../kernel/challenge-forms.js';
import { firstThatFits, type Mistake } from '../kernel/mistakes.js';

/**
 * Names the usual mistake behind a challenge that does not match: what the app gave to `setAttestationChallenge`. Called
 * only for a key that is refused anyway, under a chain that holds: two digests of the challenge, and at most 16
 * comparisons.
 *
 * @param attested as the hardware has it
 * @param challenge what the key should have been attested for
 */
export function challengeMistake(
  attested: Uint8Array,
  challenge: Uint8Array | undefined,
): string | undefined {
  if (challenge === undefined) return undefined;
  return firstThatFits(mistakesWith(challenge), (given) => equalBytes(attested, given));
}

const RIGHT = 'give it the UTF-8 of the challenge as the server returned it';

function* mistakesWith(challenge: Uint8Array): Generator<Mistake> {
  const digest = sha256(challenge);
  const forms = [
    ['the SHA-256 of the challenge', digest] as const,
    ['the SHA-256 of the SHA-256 of the challenge', sha256(digest)] as const,
    ...digestTexts(digest),
    ...challengeForms(challenge),
  ];
  for (const [name, form] of forms) yield [`the app gave ${name} to setAttestationChallenge: ${RIGHT}`, form];
}
