/** A run of the name of a specification: with `href` if it is a text on the web. */
export interface SpecRun {
  readonly text: string;
  readonly href?: string;
}

const RFC = /RFC (\d{1,5})(?: §([\d.]*\d))?|§([\d.]*\d)/g;

/**
 * Finds the RFCs that a specification names. The addresses are made of digits alone.
 *
 * @example specificationRuns('RFC 7519 §4.1.4') // [{ text: 'RFC 7519 §4.1.4', href: 'https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4' }]
 */
export function specificationRuns(spec: string): readonly SpecRun[] {
  const runs: SpecRun[] = [];
  let at = 0;
  let last: string | undefined;
  for (const match of spec.matchAll(RFC)) {
    const [text, number, section, alone] = match;
    const between = spec.slice(at, match.index);
    // A section of its own belongs to the RFC before it only in a list: `RFC 5280 §4.1, §4.2`.
    last = number ?? (/^(, | and )$/.test(between) ? last : undefined);
    if (last === undefined) continue;
    if (between !== '') runs.push({ text: between });
    const anchor = section ?? alone;
    const place = anchor === undefined ? '' : `#section-${anchor}`;
    runs.push({ text, href: `https://www.rfc-editor.org/rfc/rfc${last}${place}` });
    at = match.index + text.length;
  }
  if (at < spec.length) runs.push({ text: spec.slice(at) });
  return runs;
}
