import type { Errors, Explained } from '../../../../gateway/src/shapes/inspect.js';

/** The catalog with only those codes in which every word of a text stands; rooms without one are left out. */
export function filterCodes({ rooms }: Errors, text: string): Errors['rooms'] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (code: Explained): boolean => {
    const all = [code.code, code.name, code.says, code.cause, code.remedy, code.spec, code.stage];
    const line = all.join('\n').toLowerCase();
    return words.every((word) => line.includes(word));
  };
  return rooms
    .map(({ title, codes }) => ({ title, codes: codes.filter(has) }))
    .filter(({ codes }) => codes.length > 0);
}

/** The sentences of a remedy, each with who acts: `Operator: …`, `App author: …`. */
export function remedySteps(
  remedy: string,
): readonly { readonly who: string | undefined; readonly what: string }[] {
  return remedy
    .split(/(?<=[.!?)]) (?=(?:Operator|App author): )/)
    .filter((step) => step !== '')
    .map((step) => {
      const [, who, what] = /^(Operator|App author): ([\s\S]*)$/.exec(step) ?? [];
      return { who, what: what ?? step };
    });
}
