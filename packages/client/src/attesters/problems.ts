import { AttesterError, isAttesterError, type AttesterProblem } from '../ports.js';

/** What a code of a platform means for the client, and what the user can do. */
export interface Meaning {
  readonly problem: AttesterProblem;
  readonly action?: string;
}

/** Codes by their names, without what all have in common. */
export type Meanings = Readonly<Record<string, AttesterProblem | Meaning>>;

/**
 * Runs a call of a bridge, and says what its failure means.
 *
 * @param codeOf reads the code of an error
 * @throws AttesterError (rejects with it)
 */
export async function asking<T>(
  call: () => Promise<T> | T,
  codeOf: (error: unknown) => string | undefined,
  meanings: Meanings,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isAttesterError(error)) throw error;
    const code = codeOf(error);
    const found =
      code !== undefined && Object.prototype.hasOwnProperty.call(meanings, code) ? meanings[code] : undefined;
    const meaning = found ?? 'unknown';
    const { problem, action } =
      typeof meaning === 'string' ? { problem: meaning, action: undefined } : meaning;
    throw new AttesterError(problem, messageOf(error), { code, action, cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
