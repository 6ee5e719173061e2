// Addresses within the pages. Values are escaped, and stand behind a fixed path: what they say never decides where a link leads.

/**
 * The decisions that a filter leaves.
 *
 * @example decisionsOf({ code: 'ERR_JWKS_UNAVAILABLE' }) // '/decisions?code=ERR_JWKS_UNAVAILABLE'
 */
export function decisionsOf(filter: Readonly<Record<string, string>>): string {
  return `/decisions?${new URLSearchParams(filter).toString()}`;
}

/**
 * The explanation of a code.
 *
 * @example errorOf('ERR_JWKS_UNAVAILABLE') // '/errors#ERR_JWKS_UNAVAILABLE'
 */
export function errorOf(code: string): string {
  return `/errors#${encodeURIComponent(code)}`;
}

/**
 * The inspector for the evidence of a decision, which the link does not have: the developer adds it there.
 *
 * @example inspectorOf({ code: 'ERR_JWKS_UNAVAILABLE', evidence: [], at: 0 }) // '/inspect#code=ERR_JWKS_UNAVAILABLE&at=1970-01-01T00%3A00%3A00.000Z'
 */
export function inspectorOf(row: {
  readonly code: string | null;
  readonly evidence: readonly string[];
  readonly at: number;
}): string {
  const [kind] = row.evidence;
  const members = new URLSearchParams({
    ...(row.code !== null && { code: row.code }),
    ...(kind !== undefined && { kind }),
    at: new Date(row.at).toISOString(),
  });
  return `/inspect#${members.toString()}`;
}
