/** What a route asks for: one entry `Attest` of `WWW-Authenticate`. */
export interface Need {
  readonly need: string;
  /** The field in which a token has to be. */
  readonly header?: string;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const SEPARATORS = /[\s,]*/y;
/** A parameter (RFC 9110 §11.2). */
const PARAMETER = new RegExp(`(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))(?=\\s*(?:,|$))`, 'y');
/** A scheme, alone, with a token68, or before its parameters (§11.3). */
const SCHEME = new RegExp(`(${TOKEN})(?=\\s|,|$)(?:\\s+[A-Za-z0-9._~+/-]+=*(?=\\s*(?:,|$)))?`, 'y');

/** Reads the entries of the scheme `Attest`; others are passed over. */
export function readNeeds(field: string | null): readonly Need[] {
  const text = field ?? '';
  const entries: Record<string, string>[] = [];
  let isOurs = false;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (take(SEPARATORS); at < text.length; take(SEPARATORS)) {
    const parameter = take(PARAMETER);
    if (parameter !== null) {
      const [, name = '', quoted, token = ''] = parameter;
      const entry = entries[entries.length - 1];
      if (isOurs && entry !== undefined) entry[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? token;
      continue;
    }
    const scheme = take(SCHEME);
    if (scheme === null) break;
    isOurs = (scheme[1] as string).toLowerCase() === 'attest';
    if (isOurs) entries.push({});
  }
  return entries.flatMap(({ need, header }) =>
    need === undefined ? [] : [{ need, ...(header !== undefined && { header }) }],
  );
}
