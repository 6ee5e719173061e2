import { EndedSession } from './ended-session.js';
import { AttestationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import { enforcing } from '../../kernel/sinks.js';
import type { EnrollmentEvidence } from '../../ports/enrollment.js';
import type { AttestedRequest } from '../../ports/request.js';
import { assertOpen } from '../state/revocation.js';
import { appraiseAgain, renewed } from './reappraise.js';
import { textMember } from './body-members.js';
import type { Context } from '../context.js';
import { extended } from '../state/extended.js';
import type { DeviceRecord } from '../state/device-record.js';
import type { Place } from '../state/devices.js';
import { CONFLICT_CHECKS } from '../enrollment/enrollment-checks.js';
import {
  familyOf,
  judgeGeneration,
  rotateFamily,
  withFamily,
  type Family,
} from '../state/refresh-families.js';
import { bindingOf, issued, originOf, signedAgain, signSession, type Issued } from './issue.js';
import { spendProof } from '../evidence/key-proof.js';
import { REFRESH_CHECKS as CHECKS } from '../tokens/refresh-checks.js';
import { proofOfRefresh } from './refresh-proof.js';
import { readRefreshToken, type RefreshClaim } from '../tokens/refresh-token.js';
import { appraiseSessionBinding, type SessionBinding } from '../tokens/session-binding.js';
import { STATE_CHECKS } from '../state/state-checks.js';
import { subjectOf } from './user.js';

/** How often a refresh is judged anew after another request came first. */
const ATTEMPTS = 24;

const LOST_WRITE = 'the store lost a write: the refresh token is newer than the stored record';

/**
 * Issues the next session token: `{"refresh_token"}`. Device, key and policy are appraised again, as they are now; the
 * token is spent last, and a second use of it ends the session.
 *
 * @throws AttestationError (rejects with it)
 */
export async function refresh(context: Context, body: JsonObject, request: AttestedRequest): Promise<Issued> {
  const { devices, keys, settings, users } = context;
  const sent = readRefreshToken(keys.refresh, textMember(body, 'refresh_token'), enforcing);
  const user = await subjectOf(settings.subject, request);
  const use: Use = { body, request, sent, user, counted: undefined };
  let [place] = await Promise.all([devices.read(sent.labelDigest), users.assertOpen(user)]);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const answer = await refreshOnce(context, place, use);
    if (answer !== undefined) return answer;
    place = await devices.read(sent.labelDigest);
  }
  throw new AttestationError(STATE_CHECKS.contention, { retryAfter: 1 });
}

/** One use of a refresh token. */
interface Use {
  readonly body: JsonObject;
  readonly request: AttestedRequest;
  readonly sent: RefreshClaim;
  readonly user: string | undefined;
  /** The counter of the proof beside it, spent once however often the refresh is judged. */
  counted: Promise<void> | undefined;
}

/** Undefined if another request was faster. */
async function refreshOnce(context: Context, place: Place, use: Use): Promise<Issued | undefined> {
  const { devices, keys, settings, users, now } = context;
  const { body, request, sent, user } = use;
  const { record } = place;
  if (record === undefined) throw new AttestationError(CHECKS.live);
  assertOpen(record);
  const { family, judged } = await unspentFamily(context, place, record, sent);
  appraiseOrigin(context, family.binding, request);
  assertUser(record, user);
  const evidence = evidenceOf(context, record);
  const binding = bindingOf(context, request);
  await appraiseAgain(context, evidence, record.enrolled);
  const proof = await proofOfRefresh(context, evidence, record, body);
  // No token is given out for a user who is blocked, and none is spent.
  if (record.user !== user) await users.assertOpen(record.user);
  // A signer elsewhere that fails must not have cost the device its token.
  const next = judged === 'again' ? family : rotateFamily(family, sent.generation, keys.refresh, now());
  const signed = await signSession(context, record, next, binding);
  if (proof !== undefined) await (use.counted ??= spendProof(context, proof, record));
  if (judged === 'again') return issued(context, record, family, signed, { retried: true });
  const families = withFamily(record.families, next, settings.perDevice, now());
  const written = await devices.write(place, { ...record, families, used: true });
  if (written === undefined) return undefined;
  await extended(context, written);
  const latest = await renewed(context, evidence, written);
  const facts = judged === 'ahead' ? { notes: [LOST_WRITE] } : {};
  const told = await signedAgain(context, { written, latest }, next, { signed, binding });
  return issued(context, latest, next, told, facts);
}

/**
 * The family that a refresh token is of, if the token is the live one, or the one before it that is sent again. A token
 * that was spent before has been copied: its family ends.
 *
 * @throws AttestationError (rejects with it) ERR_REFRESH_ENDED, ERR_REFRESH_REUSED
 */
export async function unspentFamily(
  context: Context,
  place: Place,
  record: DeviceRecord,
  sent: RefreshClaim,
): Promise<{ readonly family: Family; readonly judged: 'live' | 'ahead' | 'again' }> {
  const { settings, now } = context;
  const family = sent.labelDigest === place.labelDigest ? familyOf(record.families, sent, now()) : undefined;
  if (family === undefined) throw new AttestationError(CHECKS.live);
  const retryMs = record.enrolled.key === undefined ? settings.keylessRetryMs : settings.retryMs;
  const judged = judgeGeneration(family, sent.generation, { now: now(), retryMs });
  if (judged === 'reused') {
    await endFamily(context, place, record, sent);
    const { id: recordId, deviceId } = record;
    throw new AttestationError(CHECKS.reused, {
      cause: new EndedSession({ recordId, deviceId, sessionId: sent.sid }),
    });
  }
  return { family, judged };
}

/** Ends a family that somebody has a copy of a token of; one that another request changed meanwhile is judged anew. */
async function endFamily(
  { devices }: Context,
  place: Place,
  record: DeviceRecord,
  { sid }: RefreshClaim,
): Promise<void> {
  let at: Place = place;
  let current: DeviceRecord | undefined = record;
  for (let attempt = 0; attempt < ATTEMPTS && current !== undefined; attempt += 1) {
    if (current.id !== record.id || !current.families.some((each) => each.sid === sid)) return;
    const families = current.families.filter((each) => each.sid !== sid);
    if ((await devices.write(at, { ...current, families })) !== undefined) return;
    at = await devices.read(place.labelDigest);
    current = at.record;
  }
}

/**
 * Holds a request with a refresh token to what its session is bound to, of which only the network may change.
 *
 * @throws AttestationError ERR_SESSION_BINDING_USER_AGENT_MISMATCH
 */
function appraiseOrigin(
  { keys, settings }: Context,
  binding: SessionBinding | undefined,
  request: AttestedRequest,
): void {
  const terms = { ip: undefined, userAgent: settings.bind.userAgent };
  appraiseSessionBinding(keys.pseudonym, terms, binding, originOf(request), enforcing);
}

/** Where the application names the user, it has to be the one that the device is enrolled for. */
function assertUser(record: DeviceRecord, user: string | undefined): void {
  if (user === undefined || user === record.user) return;
  throw new AttestationError(record.user === undefined ? CHECKS.user : CONFLICT_CHECKS.user);
}

/** The kind that the device was enrolled with. */
function evidenceOf({ enrollment }: Context, { enrolled }: DeviceRecord): EnrollmentEvidence {
  const evidence = enrollment.find(({ kind }) => kind === enrolled.kind);
  if (evidence === undefined) throw new AttestationError(CHECKS.kind);
  return evidence;
}
