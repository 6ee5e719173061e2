/** What the report says of one check. */
interface Check {
  readonly ok: boolean;
  readonly detail: string;
}

const NOT_ASKED = 'not asked';
const MISTAKE = '. Likely mistake: ';
const EXPECTED = ', expected ';

/** A check holds, fails, or holds because nothing was asked for. */
export type CheckState = 'ok' | 'failed' | 'not asked';

export function stateOf({ ok, detail }: Check): CheckState {
  if (!ok) return 'failed';
  return detail === NOT_ASKED || detail.startsWith(`${NOT_ASKED}; `) ? 'not asked' : 'ok';
}

/** The parts of a detail. Values can be from evidence: none of them can make another part. */
export interface Detail {
  /** What is left of it if it is not of this form. */
  readonly says: string;
  readonly found: string | undefined;
  readonly expected: string | undefined;
  /** A sentence of the library. */
  readonly mistake: string | undefined;
}

/**
 * Divides a detail into found and expected.
 *
 * @param says the sentence of the check, with which the detail of a failed one begins
 * @example readDetail({ ok: true, detail: 'found "a", expected "b"' }, '') // found: '"a"', expected: '"b"'
 */
export function readDetail(check: Check, says: string): Detail {
  const { detail } = check;
  if (check.ok) return values(detail.replace(/^not asked(; )?/, ''), '');
  if (says === '' || !detail.startsWith(says))
    return { says: detail, found: undefined, expected: undefined, mistake: undefined };
  return values(detail.slice(says.length).replace(/^: /, ''), says);
}

function values(text: string, says: string): Detail {
  let at = 0;
  let found: string | undefined;
  if (text.startsWith('found ')) {
    const end = endOfValue(text, 6);
    found = text.slice(6, end);
    at = end;
  }
  const from = at === 0 ? '' : ', ';
  let expected: string | undefined;
  if (text.startsWith(`${from}expected `, at)) {
    const begin = at + from.length + 9;
    const end = endOfValue(text, begin);
    expected = text.slice(begin, end);
    at = end;
  }
  const rest = text.slice(at);
  const mistake = rest.startsWith(MISTAKE) ? rest.slice(MISTAKE.length) : undefined;
  return { says: says === '' && mistake === undefined ? rest : says, found, expected, mistake };
}

/** Where a value ends: behind its JSON and what follows up to the next part; of other words at the next part. */
function endOfValue(text: string, from: number): number {
  const begin = endOfJson(text, from);
  const next = [EXPECTED, MISTAKE].map((mark) => text.indexOf(mark, begin)).filter((at) => at !== -1);
  return Math.min(text.length, ...next);
}

/** The end of the text, list or object in JSON that begins there; `from` if none does. */
function endOfJson(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') at = endOfText(text, at);
    else if ('[{'.includes(character)) depth++;
    else if (']}'.includes(character)) depth--;
    else if (depth === 0) return at;
    if (depth <= 0) return at + 1;
  }
  return text.length;
}

/** The index of the closing quotation mark. */
function endOfText(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length - 1;
}
