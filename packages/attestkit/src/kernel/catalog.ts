import type { CheckDef, CheckList, CodeOf } from '../ports/checks.js';

/** The checks of several lists as one, in that order: `catalog(FIELD_CHECKS, TOKEN_CHECKS)`. */
export function catalog<Lists extends readonly CheckList[]>(
  ...lists: Lists
): readonly CheckDef<CodeOf<Lists[number]>>[] {
  return lists.flatMap((list) => Object.values(list)) as CheckDef<CodeOf<Lists[number]>>[];
}
