import { AttestationError } from '../kernel/errors.js';
import type { AttestedRequest } from '../ports/request.js';
import { GUARD_CHECKS } from './checks.js';

/**
 * The request's exact bytes.
 *
 * @throws AttestationError (rejects with it) where they are gone, over the limit, or broken off
 */
export async function readBody(request: AttestedRequest): Promise<Uint8Array> {
  if (request.body === undefined) throw new AttestationError(GUARD_CHECKS.bodyAvailable);
  try {
    return await request.body();
  } catch (cause) {
    throw new AttestationError(GUARD_CHECKS.bodyReadable, { cause });
  }
}
