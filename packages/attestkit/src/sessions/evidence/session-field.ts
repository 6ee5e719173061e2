import { AttestationError } from '../../kernel/errors.js';
import type { Found } from '../../ports/evidence.js';
import type { AttestedRequest } from '../../ports/request.js';
import type { Context } from '../context.js';
import { SESSION_FIELD_CHECKS as CHECKS } from '../tokens/session-checks.js';

const ABSENT: Found<string> = { present: false, check: CHECKS.present };

/** RFC 6750 §2.1; the scheme in any case (RFC 9110 §11.1). */
const SCHEME = /^bearer /i;

/**
 * Looks for a session token in the configured field. Another bearer token, the user's own for example, is simply not
 * ours.
 *
 * @throws AttestationError ERR_SESSION_REPEATED
 */
export function findSession({ settings, verifier }: Context, request: AttestedRequest): Found<string> {
  const { header } = settings;
  const values = request.fields(header);
  const [value] = values;
  if (value === undefined) return ABSENT;
  // Where only fetch Headers exist, several arrive as one, joined by a comma, which stands in no token.
  if (values.length > 1 || (value.includes(',') && /^bearer .*, *bearer /i.test(value)))
    throw new AttestationError(CHECKS.single);
  const token = header === 'authorization' ? bearerOf(value) : value;
  return token !== undefined && verifier.recognizes(token) ? { present: true, item: token } : ABSENT;
}

/** Without a search through the whole field, which most requests have. */
function bearerOf(value: string): string | undefined {
  if (!SCHEME.test(value.slice(0, 7))) return undefined;
  const token = value.slice(7).replace(/^ +/, '');
  return token === '' || token.includes(' ') ? undefined : token;
}
