/** Printable ASCII. Lower case is defined for it alone: `toLowerCase` makes a `k` of the Kelvin sign (U+212A). */
const ASCII = /^[\x21-\x7e]+$/;

/** Left out by most issuers; a recipient adds it if the value has no `/` (RFC 7515 §4.1.9). */
const PREFIX = 'application/';

/**
 * Whether the value of a JOSE header parameter `typ` is the wanted media type (RFC 7515 §4.1.9). Media types are
 * compared without case (RFC 2045 §5.1), and `application/` may be left out: `jwt` and `application/JWT` are `JWT`.
 * Nothing else is the same type: no parameter, no white space, no character beyond ASCII.
 *
 * @param typ as the header has it: any JSON value, or undefined
 * @param wanted without `application/`: `JWT`
 */
export function isMediaType(typ: unknown, wanted: string): boolean {
  if (typ === wanted) return true;
  if (typeof typ !== 'string' || !ASCII.test(typ)) return false;
  const given = typ.toLowerCase();
  return (given.includes('/') ? given : PREFIX + given) === PREFIX + wanted.toLowerCase();
}
