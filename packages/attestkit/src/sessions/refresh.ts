import { AttestationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/json.js';
import { enforcing } from '../kernel/sinks.js';
import type { AttestedRequest } from '../ports/request.js';
import { textMember } from './body.js';
import type { Context } from './context.js';
import { enrolmentOf, type Enrolment } from './device-record.js';
import type { Family } from './families.js';
import { bindingOf, issued, originOf, scopesOf, signSession, type Issued } from './issue.js';
import { REFRESH_CHECKS as CHECKS } from './refresh-checks.js';
import { readRefreshToken } from './refresh-token.js';
import { renewAndAppraise } from './renewal.js';
import { revokeSession } from './revoke.js';
import { appraiseSessionBinding } from './session-binding.js';
import { subjectOf } from './subject.js';

/**
 * Issues the next session token: `{"refresh_token"}`. Device, key and policy are appraised again, as they are now; the
 * token is spent last, and a second use of it ends the session.
 *
 * @throws AttestationError (rejects with it)
 */
export async function refresh(context: Context, body: JsonObject, request: AttestedRequest): Promise<Issued> {
  const { families, keys, revocation } = context;
  const sent = readRefreshToken(keys.refresh, textMember(body, 'refresh_token'), enforcing);
  const family = await families.find(sent.familyId);
  await revocation.checkNow(scopesOf({ thumbprint: undefined, ...family }));
  // Before anything else refuses it: whoever has a copy may try it as somebody else first.
  await endingReused(context, family.id, async () => families.assertUnspent(family, sent.generation));

  appraiseOrigin(context, family, request);
  await appraiseSubject(context, family, request);
  const binding = bindingOf(context, request);
  const { enrolled } = await appraiseAgain(context, family);
  // A signer elsewhere that fails must not have cost the device its token.
  const signed = await signSession(context, family, enrolled, binding);
  const rotation = await endingReused(context, family.id, () =>
    families.rotate(sent.familyId, sent.generation),
  );
  return issued(rotation, signed);
}

/**
 * Holds a request with a refresh token to what its session is bound to, of which only the network may change.
 *
 * @throws AttestationError ERR_SESSION_BINDING_USER_AGENT
 */
export function appraiseOrigin({ keys, settings }: Context, family: Family, request: AttestedRequest): void {
  const terms = { ip: undefined, userAgent: settings.bind.userAgent };
  appraiseSessionBinding(keys.pseudonym, terms, family.binding, originOf(request), enforcing);
}

/**
 * Where the application knows who sends the request, it has to be the user that the session is of. Most refreshes come
 * without one.
 */
async function appraiseSubject(
  { settings }: Context,
  family: Family,
  request: AttestedRequest,
): Promise<void> {
  const subject = await subjectOf(settings.subject, request);
  if (subject !== undefined && subject !== family.subject) throw new AttestationError(CHECKS.subject);
}

/** What the session was issued on: still there, still this device's, and good by the policy of now. */
async function appraiseAgain(context: Context, family: Family): Promise<Enrolment> {
  const { devices, enrolment: kinds } = context;
  const { kind, keyId } = family;
  const device = await devices.find(family.deviceId);
  const evidence = kinds.find((each) => each.kind === kind);
  if (device?.id !== family.recordId || device === undefined || evidence === undefined)
    throw new AttestationError(CHECKS.device);
  const enrolment =
    keyId === undefined ? enrolmentOf(device, kind) : await devices.findKeyOf(device, kind, keyId);
  if (enrolment === undefined) throw new AttestationError(CHECKS.device);
  const latest = await renewAndAppraise(context, evidence, family.deviceId, enrolment);
  if (latest === undefined) throw new AttestationError(CHECKS.device);
  return latest;
}

/** A token that was spent before has been copied: whoever has it, the session ends. */
async function endingReused<T>(context: Context, familyId: string, spend: () => Promise<T>): Promise<T> {
  try {
    return await spend();
  } catch (error) {
    if (error instanceof AttestationError && error.code === CHECKS.reused.code)
      await revokeSession(context, familyId);
    throw error;
  }
}
