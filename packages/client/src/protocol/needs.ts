/** What a route asks for: one entry `Attest` of `WWW-Authenticate`. */
export interface Need {
  readonly need: string;
  /** The field in which a token has to be. */
  readonly header?: string;
}

/** A scheme with a parameter behind it, or a parameter (RFC 9110 §11.6.1). */
const PARAMETER =
  /\s*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s+)?([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~0-9A-Za-z-]+))\s*(?:,|$)/gy;

/** Reads the entries of the scheme `Attest`; others are passed over. */
export function readNeeds(field: string | null): readonly Need[] {
  const entries: Record<string, string>[] = [];
  let scheme = '';
  for (const [, named, name = '', quoted, token = ''] of (field ?? '').matchAll(PARAMETER)) {
    if (named !== undefined) {
      scheme = named.toLowerCase();
      if (scheme === 'attest') entries.push({});
    }
    const entry = entries[entries.length - 1];
    if (scheme === 'attest' && entry !== undefined)
      entry[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? token;
  }
  return entries.flatMap(({ need, header }) =>
    need === undefined ? [] : [{ need, ...(header !== undefined && { header }) }],
  );
}
