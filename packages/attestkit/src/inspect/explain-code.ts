import { CATALOG } from '../catalog.js';
import type { CheckDef, Stage } from '../ports/checks.js';
import { causeOf } from './causes/causes.js';

/** What a code means, and what to do about it. */
export interface ExplainedCode {
  readonly code: string;
  /** The name of its check: `not expired`. */
  readonly name: string;
  readonly stage: Stage;
  /** The sentence of the check that does not hold. */
  readonly says: string;
  /** Where the rule comes from: `RFC 7519 §4.1.4`. */
  readonly spec: string;
  /** Why the check usually fails for an honest app or operator. */
  readonly cause: string;
  /** What to do about it, and who: `Operator: …`, `App author: …`. */
  readonly remedy: string;
}

const CHECKS: ReadonlyMap<string, CheckDef> = new Map(
  Object.values(CATALOG).flatMap((room) =>
    room.checks.map((check: CheckDef): [string, CheckDef] => [check.code, check]),
  ),
);

/**
 * Explains a code of the catalog, as `docs/errors.md` does.
 *
 * @param code any text: `ERR_APPROOV_TOKEN_EXPIRED`
 * @returns undefined for a code that the catalog does not have
 * @example
 * const explained = explainCode('ERR_APPROOV_TOKEN_EXPIRED');
 * if (explained !== undefined) console.log(explained.says, explained.cause, explained.remedy);
 */
export function explainCode(code: string): ExplainedCode | undefined {
  const check = CHECKS.get(code);
  const why = causeOf(code);
  if (check === undefined || why === undefined) return undefined;
  const { name, stage, says, spec } = check;
  return { code, name, stage, says, spec, ...why };
}

/** The sentence of the check that has a code; empty for a code that no report has. */
export function sentenceOf(code: string): string {
  return CHECKS.get(code)?.says ?? '';
}
