/** What a route asks for: one entry `Attest` of `WWW-Authenticate`. */
export interface Need {
  readonly need: string;
  /** The field in which a token has to be. */
  readonly header?: string | undefined;
  /** The audience of the server. */
  readonly realm?: string | undefined;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** Nothing more of a challenge, or the next one. */
const END = '(?=\\s*(?:,|$))';
/**
 * A parameter, quoted or not (RFC 9110 §11.2); or a scheme, alone, with a token68, or before its parameters (§11.3). Sticky: what is
 * neither ends the field.
 */
const ENTRY = new RegExp(
  `[\\s,]*(${TOKEN})(?:\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))${END}|(?=[\\s,]|$)(?:\\s+[A-Za-z0-9._~+/-]+=*${END})?)`,
  'gy',
);

/** Reads the entries of the scheme `Attest`; others are passed over. */
export function readNeeds(field: string | null): readonly Need[] {
  const entries: Record<string, string>[] = [];
  let entry: Record<string, string> | undefined;
  for (const [, name = '', quoted, token] of (field ?? '').matchAll(ENTRY)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token;
    if (value === undefined) {
      entry = name.toLowerCase() === 'attest' ? {} : undefined;
      if (entry !== undefined) entries.push(entry);
    } else if (entry !== undefined) entry[name.toLowerCase()] = value;
  }
  return entries.flatMap(({ need, header, realm }) => (need === undefined ? [] : { need, header, realm }));
}
