import type { AttestationError } from '../kernel/errors.js';
import { BODY_CHECKS, CHALLENGE_CHECKS, CONFLICT_CHECKS } from '../sessions/internal.js';
import { GUARD_CHECKS, hasFault, isLimited } from '../guard/internal.js';
import { ENDPOINT_CHECKS } from './checks.js';

/** Endpoints whose errors can be about evidence, a key or a token; the others know only bad requests. */
const APPRAISING: ReadonlySet<string> = new Set(['attest', 'assert', 'refresh']);

/** Refused because of the request itself, and not of its evidence. */
const BAD_REQUEST: ReadonlySet<string> = new Set(
  [
    ...Object.values(BODY_CHECKS),
    ...Object.values(CHALLENGE_CHECKS),
    ...Object.values(ENDPOINT_CHECKS),
    GUARD_CHECKS.bodyReadable,
  ].map(({ code }) => code),
);

/** This installation cannot go on: the client begins anew. */
const CONFLICT: ReadonlySet<string> = new Set(Object.values(CONFLICT_CHECKS).map(({ code }) => code));

/**
 * The HTTP status with which an endpoint refuses. Besides 413, 429 and 503, which every endpoint can answer:
 *
 * |           | 400             | 401                                   | 403                       | 409             |
 * | --------- | --------------- | ------------------------------------- | ------------------------- | --------------- |
 * | challenge | label           | never                                 | never                     | never           |
 * | attest    | body, challenge | never                                 | evidence refused, blocked | label, key, user |
 * | refresh   | body            | unknown, expired, spent, ended, old   | blocked                   | another user    |
 * | assert    | body, challenge | key, signature, counter, too old      | blocked                   | another user    |
 * | revoke    | body            | never (200 for unknown tokens)        | never                     | never           |
 *
 * The stage of the failure decides between 401 and 403: what the client can heal is never `denied`.
 *
 * @param endpoint `challenge`, `attest`, `refresh`, `assert`, `revoke`
 */
export function statusOf(
  endpoint: string,
  { code, stage }: Pick<AttestationError, 'code' | 'stage'>,
): number {
  if (isLimited(code)) return 429;
  if (stage === 'unavailable') return 503;
  if (hasFault(code, 'TOO_LARGE')) return 413;
  if (stage === 'missing' || BAD_REQUEST.has(code) || !APPRAISING.has(endpoint)) return 400;
  if (CONFLICT.has(code)) return 409;
  const isBlocked = stage === 'denied' || hasFault(code, 'BLOCKED');
  return isBlocked || endpoint === 'attest' ? 403 : 401;
}
