// Why this exists: the rules that every mutant must meet. The README explains each of them.
import type { Mutant } from './mutant.js';

/** Milliseconds that the verification of one mutant may take. */
export const MOST_MILLISECONDS = 50;

/** The memory is compared on every fourth mutant, the inspector on every sixteenth. */
const [MEMORY_EVERY, INSPECTOR_EVERY] = [4, 16];

/** The class of the errors that a verifier may throw. */
export type ErrorClass = abstract new (...given: never[]) => Error & { readonly code: string };

/** `accepted`, the code of a refusal, or `escaped: ` and anything else that was thrown. */
export function codeOf(errors: ErrorClass, verify: () => unknown): string {
  try {
    verify();
    return 'accepted';
  } catch (error) {
    return error instanceof errors ? error.code : `escaped: ${String(error)}`;
  }
}

/**
 * The first rule that is broken, in words; undefined if none is. `code` is what the verifier said, `why` the reason for
 * which it may have accepted, `index` the number of the mutant in its run.
 */
export function brokenRule(
  errors: ErrorClass,
  mutant: Mutant,
  code: string,
  why: string | undefined,
  index: number,
): string | undefined {
  if (code.startsWith('escaped')) return `something else than AttestationError ${code}`;
  if (code === 'accepted' && why === undefined) return 'it was accepted';
  if (code !== 'accepted' && mutant.mustBeAccepted()) return `it was refused (${code}), and is in order`;
  return (
    (index % MEMORY_EVERY === 0
      ? difference('the memory', code, codeOf(errors, mutant.remembering))
      : undefined) ??
    (index % INSPECTOR_EVERY === 0 ? difference('inspect', code, inspected(mutant, code)) : undefined)
  );
}

/** The rule about time, in words; undefined if it is met. */
export function slowness(milliseconds: number): string | undefined {
  return milliseconds > MOST_MILLISECONDS ? `it took ${milliseconds.toFixed(1)} ms` : undefined;
}

function difference(who: string, code: string, theirs: string): string | undefined {
  return theirs === code ? undefined : `verify says ${code}, ${who} says ${theirs}`;
}

function inspected({ inspect }: Mutant, code: string): string {
  if (inspect === undefined) return code;
  try {
    const inspection = inspect();
    return inspection.verdict === 'pass' ? 'accepted' : inspection.code;
  } catch (error) {
    return `escaped: ${String(error)}`;
  }
}
