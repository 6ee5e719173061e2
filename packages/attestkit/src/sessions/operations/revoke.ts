import { AttestationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import { enforcing } from '../../kernel/sinks.js';
import { EndedSession } from './ended-session.js';
import { textMember } from './body-members.js';
import { changeDevice } from '../state/compare-and-set.js';
import type { Context } from '../context.js';
import { readRefreshToken } from '../tokens/refresh-token.js';
import { storeKeys } from '../state/store-keys.js';

/**
 * Ends the session whose token is presented: `{"token"}`, a session token or a refresh token. A token that is unknown,
 * expired or revoked already is nothing to complain about (RFC 7009 §2.2).
 *
 * @returns the session that ended, if one did
 * @throws AttestationError (rejects with it) if the body has no token, or the store cannot be reached
 */
export async function revoke(context: Context, body: JsonObject): Promise<EndedSession | undefined> {
  const session = sessionOf(context, textMember(body, 'token'));
  if (session === undefined) return undefined;
  let ended: EndedSession | undefined;
  await changeDevice(context.devices, session.labelDigest, (record) => {
    const families = record.families.filter(({ sid }) => sid !== session.sid);
    const { id: recordId, deviceId } = record;
    const hasEnded = families.length < record.families.length;
    ended = hasEnded ? new EndedSession({ recordId, deviceId, sessionId: session.sid }) : undefined;
    return hasEnded ? { ...record, families } : undefined;
  });
  return ended;
}

function sessionOf(
  { keys, verifier, now }: Context,
  token: string,
): { readonly labelDigest: string; readonly sid: string } | undefined {
  try {
    if (!verifier.recognizes(token)) return readRefreshToken(keys.refresh, token, enforcing);
    const { deviceId, sessionId } = verifier.verify(token, now());
    return { labelDigest: storeKeys.labelDigest(deviceId), sid: sessionId };
  } catch (error) {
    if (error instanceof AttestationError) return undefined;
    throw error;
  }
}
