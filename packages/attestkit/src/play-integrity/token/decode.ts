import { AttestationError } from '../../kernel/errors.js';
import { decodeBase64url } from '../../kernel/bytes/base64.js';
import { readJsonObject, type JsonObject } from '../../kernel/bytes/json.js';
import { MAX_ENCRYPTED_LENGTH } from '../../kernel/jose/jwe.js';
import type { EnrollmentContext } from '../../ports/enrollment.js';
import type { IntegrityDecoder } from '../../ports/google.js';
import { DECODE_CHECKS as CHECKS } from './decode-checks.js';

/** What tokens of unknown form may be made of: every character of base64, base64url and compact tokens. */
const TEXT = /^[\w.~+/=-]+$/;

/** A compact JWE (RFC 7516 §7.1): of five parts the key may be empty. */
const COMPACT_JWE = /^([\w-]+)\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;

/** Which tokens Google is asked about: `jwe`, as all known ones are, or `any`. */
export type TokenForm = 'jwe' | 'any';

/** Whether a text has the form of a compact JWE: five parts, and a header that names `alg` and `enc` (RFC 7516 §4.1). */
function isCompactJwe(token: string): boolean {
  const [, encoded] = token.length <= MAX_ENCRYPTED_LENGTH ? (COMPACT_JWE.exec(token) ?? []) : [];
  const bytes = encoded === undefined ? undefined : decodeBase64url(encoded);
  const { alg, enc } = (bytes && readJsonObject(bytes)) ?? {};
  return typeof alg === 'string' && typeof enc === 'string';
}

/**
 * Has Google decode a token, once: the next time its verdicts come back cleared. The challenge is used up right before,
 * so that only tokens use one up, and a client cannot have Google asked twice on one.
 *
 * @throws AttestationError (rejects with it)
 */
export async function decodeRemotely(
  token: string,
  packageName: string,
  decoder: IntegrityDecoder | undefined,
  consumeChallenge: EnrollmentContext['consumeChallenge'],
  form: TokenForm = 'jwe',
): Promise<JsonObject> {
  const isWorthIt = form === 'any' ? TEXT.test(token) : isCompactJwe(token);
  if (token.length > MAX_ENCRYPTED_LENGTH || !isWorthIt) throw new AttestationError(CHECKS.form);
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
