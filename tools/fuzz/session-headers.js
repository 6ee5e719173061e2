// @ts-check
// Why this exists: headers of session tokens that are signed with the right key, and which of them are in order.
import { isTyp, typesLike } from './media-type.js';

const TYP = 'attested-session+jwt';

/** What stands in the header beside, or instead of, what the server writes. */
export const HEADERS = [
  {},
  {},
  {},
  ...typesLike(TYP),
  { typ: 'JWT' },
  { typ: undefined },
  { crit: [] },
  { kid: '' },
  { kid: undefined },
  { kid: 1 },
  { alg: 'none' },
  { cty: 'JWT' },
];

/** Whether a header of the list is in order. @param {Record<string, unknown>} header */
export function isHeader(header) {
  return Object.entries(header).every(
    ([name, value]) => name === 'cty' || (name === 'typ' && isTyp(value, TYP)),
  );
}
