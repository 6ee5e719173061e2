/** The body is over its cap: 413 on routes and endpoints alike. */
const BODY_TOO_LARGE: ReadonlySet<string> = new Set(['ERR_GUARD_BODY_TOO_LARGE']);

/**
 * Refused because the client asked too often, not because of its request: 429. A code that ends in `_LIMIT` counts
 * without being listed; list here what is named otherwise.
 */
const LIMITED: ReadonlySet<string> = new Set<string>([]);

/** Whether a route answers with 413: a field of the evidence that is too long is malformed, and is not meant. */
export function isBodyTooLarge(code: string): boolean {
  return BODY_TOO_LARGE.has(code);
}

/** Whether a code ends in a word of the closed list of faults: `TAKEN`, `TOO_LARGE`. */
export function hasFault(code: string, ...faults: readonly string[]): boolean {
  return faults.some((fault) => code.endsWith(`_${fault}`));
}

/** Whether the answer is 429. */
export function isLimited(code: string): boolean {
  return LIMITED.has(code) || hasFault(code, 'LIMIT');
}
