import type { JsonObject } from '../../kernel/bytes/json.js';
import { unusable, type EvidenceError } from '../evidence-error.js';
import { KINDS, type Need } from '../kind-table.js';
import { sentenceOfReading, type Reading } from './reading.js';

/** Members of bodies that others of a file are made of. */
export const MADE_OF: Readonly<Record<string, string>> = {
  keyId: 'what generateKey returned',
  challenge: 'the challenge as the server returned it',
  audience: 'as server and app are configured: the lines are made with it',
};

const PLAY_PAYLOAD =
  ' For a standard token there are no keys: give payload instead of token, which is what Google decoded.';

/**
 * Why evidence that was recognized cannot be verified yet, and what to add; undefined if nothing is missing.
 *
 * @param file with all that stands beside the evidence
 */
export function missingIn(reading: Reading, file: JsonObject): EvidenceError | undefined {
  const { kind, open = false, instead = {} } = reading;
  const needs: readonly Need[] = KINDS[kind].needs;
  const missing = needs.filter(([members]) => members.every((each) => file[each] === undefined));
  if (missing.length === 0) return undefined;
  const names = missing.map(([[first = ''], give]) => {
    const name = instead[first] ?? first;
    return `${name} (${name === first ? give : (MADE_OF[name] ?? give)})`;
  });
  const where = open
    ? 'Add it to the body, beside its own members, or write an evidence file'
    : `Write an evidence file of kind ${kind}, with ${KINDS[kind].evidence} and these members`;
  const remedy = `${where}: see docs/inspect.md.${kind === 'play-integrity' ? PLAY_PAYLOAD : ''}`;
  const problem = `is read as ${sentenceOfReading(reading)}. To verify it, these members are missing: ${listed(names)}`;
  return unusable('evidence', problem, remedy);
}

/** `a, b and c` */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
