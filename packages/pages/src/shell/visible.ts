/** A run of text, or a character that cannot be seen or would move others: a control, a direction mark, half of a pair. */
export type Run = { readonly text: string } | { readonly escape: string };

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * Divides text from outside into what can be shown as it is, and what is shown by its number: `\u{202e}`. Line feeds and tabs stay.
 *
 * @example visible('a\u202eb') // [{ text: 'a' }, { escape: '\\u{202e}' }, { text: 'b' }]
 */
export function visible(text: string): readonly Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(HIDDEN)) {
    if (found === '\n' || found === '\t') continue;
    if (index > from) runs.push({ text: text.slice(from, index) });
    runs.push({ escape: `\\u{${(found.codePointAt(0) as number).toString(16)}}` });
    from = index + found.length;
  }
  if (from < text.length) runs.push({ text: text.slice(from) });
  return runs;
}
