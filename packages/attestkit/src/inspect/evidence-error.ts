import type { CheckDef } from '../ports/checks.js';

/** Input that cannot be inspected: not evidence of a known kind, or incomplete, or with a key that cannot be read. */
export class EvidenceError extends Error {
  readonly code = 'ERR_EVIDENCE_UNUSABLE';
  /** The member at fault: `secretBase64`. */
  readonly member: string;
  /** What to do about it; the message ends with it. */
  readonly remedy: string;

  constructor(member: string, message: string, remedy: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EvidenceError';
    this.member = member;
    this.remedy = remedy;
  }
}

/** Why a challenge may well not be the one that was attested: most servers return one that is base64url itself. */
export const CHALLENGE_HINT =
  '"challenge" is bytes in base64; a challenge as the server returned it, text, is "challengeText"';

/** `member problem. Remedy.` */
export function unusable(member: string, problem: string, remedy: string): EvidenceError {
  return new EvidenceError(member, `${member} ${problem}. ${remedy}`, remedy);
}

/**
 * Of evidence that a server refuses before it looks at what is verified here, in the server's own words.
 *
 * @param what `is read as …`
 */
export function refusedBy({ says, code }: CheckDef, what: string, remedy: string): EvidenceError {
  return unusable('evidence', `${what}. A server refuses it: ${says} (${code})`, remedy);
}
