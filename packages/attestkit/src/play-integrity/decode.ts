import { AttestationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/json.js';
import { MAX_ENCRYPTED_LENGTH } from '../kernel/jwe.js';
import type { EnrolmentContext } from '../ports/enrolment.js';
import type { IntegrityDecoder } from '../ports/google.js';
import { DECODE_CHECKS as CHECKS } from './decode-checks.js';

/** Google does not say what its tokens are made of: every character of base64, base64url and compact tokens. */
const TOKEN = /^[\w.~+/=-]+$/;

/**
 * Has Google decode a token, once: the next time its verdicts come back cleared. The challenge is used up right before,
 * so that nothing that is no token uses one up, and nobody has Google asked twice on one.
 *
 * @throws AttestationError (rejects with it)
 */
export async function decodeRemotely(
  token: string,
  packageName: string,
  decoder: IntegrityDecoder | undefined,
  consumeChallenge: EnrolmentContext['consumeChallenge'],
): Promise<JsonObject> {
  if (token.length > MAX_ENCRYPTED_LENGTH || !TOKEN.test(token)) throw new AttestationError(CHECKS.form);
  if (decoder === undefined) throw new AttestationError(CHECKS.configured);
  await consumeChallenge();
  const decoded = await decoder.decode(packageName, token);
  switch (decoded.outcome) {
    case 'decoded':
      return decoded.payload;
    case 'invalid':
      throw new AttestationError(CHECKS.accepted);
    case 'misconfigured':
      throw new AttestationError(CHECKS.configured, { cause: new Error(decoded.problem) });
    case 'throttled':
    case 'unavailable': {
      const { outcome, problem, retryAfter } = decoded;
      const check = outcome === 'throttled' ? CHECKS.quota : CHECKS.reachable;
      throw new AttestationError(check, { cause: new Error(problem), retryAfter });
    }
  }
}
