import type { Need } from '../../ports/evidence.js';

/**
 * The field `WWW-Authenticate` (RFC 9110 §11.6.1) of a refusal that the client can answer. All challenges stand in one
 * field, with commas between: `Attest realm="https://api.example.com", need="session", Bearer realm="…"`.
 *
 * @param needs what the route takes, any one of them
 */
export function wwwAuthenticate(realm: string, needs: readonly Need[]): string {
  const of = quoted(realm);
  const attest = needs.map(({ need, header }) => {
    const named = header === undefined ? '' : `, header=${quoted(header)}`;
    return `Attest realm=${of}, need="${need}"${named}`;
  });
  const bearer = needs.find((each) => each.bearer !== undefined);
  if (bearer === undefined) return [...new Set(attest)].join(', ');
  // RFC 6750 §3.1: no error code if the request has no token at all.
  const error = bearer.bearer === 'shown' ? ', error="invalid_token"' : '';
  return [...new Set(attest), `Bearer realm=${of}${error}`].join(', ');
}

/** RFC 9110 §5.6.4. Other characters than ASCII are percent-encoded: field values have no other character set. */
function quoted(text: string): string {
  const ascii = [...Buffer.from(text, 'utf8')].map((byte) =>
    byte >= 0x20 && byte <= 0x7e
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return `"${ascii.join('').replaceAll(/["\\]/g, '\\$&')}"`;
}
