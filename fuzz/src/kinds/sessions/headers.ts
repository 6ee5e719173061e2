// Why this exists: headers of session tokens that are signed with the right key, and which of them are in order.
import { typesLike } from '../../mutators/media-types.js';
import { isTyp } from '../../readers/media-type.js';

const TYP = 'attested-session+jwt';

/** Members beside those that the server writes, or instead of them. */
export const HEADERS: readonly Readonly<Record<string, unknown>>[] = [
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

/** Whether a header of the list is in order. */
export function isHeader(header: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(header).every(
    ([name, value]) => name === 'cty' || (name === 'typ' && isTyp(value, TYP)),
  );
}
