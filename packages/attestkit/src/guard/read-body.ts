import { AttestationError } from '../kernel/errors.js';
import type { CheckDef } from '../ports/checks.js';
import type { AttestedRequest } from '../ports/request.js';
import { BODY_LIMIT, BodyTooLargeError } from './body-limit.js';
import { GUARD_CHECKS } from './checks.js';

/**
 * The request's exact bytes.
 *
 * @param tooLarge what to throw if there are more than `maxBytes`; nothing is read if the request says so itself
 * @throws AttestationError (rejects with it) if they are gone, too many, or broken off
 */
export async function readBody(
  request: AttestedRequest,
  maxBytes = BODY_LIMIT,
  tooLarge: CheckDef = GUARD_CHECKS.bodySize,
): Promise<Uint8Array> {
  if (request.body === undefined) throw new AttestationError(GUARD_CHECKS.bodyAvailable);
  if (request.fields('content-length').some((length) => Number(length) > maxBytes))
    throw new AttestationError(tooLarge);
  let bytes: Uint8Array;
  try {
    bytes = await request.body(maxBytes);
  } catch (cause) {
    const check = cause instanceof BodyTooLargeError ? tooLarge : GUARD_CHECKS.bodyReadable;
    throw new AttestationError(check, { cause });
  }
  // Those that a body parser has kept were read by its own limit.
  if (bytes.length > maxBytes) throw new AttestationError(tooLarge);
  return bytes;
}
