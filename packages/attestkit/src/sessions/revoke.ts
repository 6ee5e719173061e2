import { AttestationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/json.js';
import { enforcing } from '../kernel/sinks.js';
import { textMember } from './body.js';
import type { Context } from './context.js';
import { readRefreshToken } from './refresh-token.js';

/** For clocks that are apart. */
const MARGIN_MS = 60_000;

/**
 * Ends the session whose token is presented: `{"token"}`, a session token or a refresh token. A token that is unknown,
 * expired or revoked already is nothing to complain about (RFC 7009 §2.2).
 *
 * @throws AttestationError (rejects with it) where the body has no token, or the store cannot be reached
 */
export async function revoke(context: Context, body: JsonObject): Promise<void> {
  const sessionId = sessionOf(context, textMember(body, 'token'));
  if (sessionId !== undefined) await revokeSession(context, sessionId);
}

/** Ends a session on every instance, with its refresh tokens. */
export async function revokeSession(
  { revocation, families, settings, now }: Context,
  sessionId: string,
): Promise<void> {
  // No token of it can be alive for longer, also where sessions have been made shorter since it began.
  const ofFamily = ((await families.endOf(sessionId)) ?? now()) - now();
  const lifeMs = Math.max(ofFamily, settings.refreshLifetimeSeconds * 1000);
  await revocation.revoke('session', sessionId, lifeMs + MARGIN_MS);
}

function sessionOf({ keys, verifier, now }: Context, token: string): string | undefined {
  try {
    if (verifier.recognises(token)) return verifier.verify(token, now()).sessionId;
    return readRefreshToken(keys.refresh, token, enforcing).familyId;
  } catch (error) {
    if (error instanceof AttestationError) return undefined;
    throw error;
  }
}
