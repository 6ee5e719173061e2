import { AttestationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import { enforcing } from '../../kernel/sinks.js';
import type { AttestedRequest } from '../../ports/request.js';
import { assertOpen } from '../state/revocation.js';
import { appraiseAgain, renewed } from './reappraise.js';
import { deviceIdOf, optionalText, textMember } from './body-members.js';
import type { AuthenticChallenge } from '../tokens/challenge.js';
import { assertUnspent, readChallenge } from '../state/spent-challenges.js';
import type { Context } from '../context.js';
import { extended } from '../state/extended.js';
import { withSpent, withUser, type DeviceRecord } from '../state/device-record.js';
import type { Place } from '../state/devices.js';
import { BODY_CHECKS, CONFLICT_CHECKS } from '../enrollment/enrollment-checks.js';
import {
  beginFamily,
  continueFamily,
  familyOf,
  judgeGeneration,
  prolongFamily,
  withFamily,
  type Family,
} from '../state/refresh-families.js';
import { bindingOf, familyTerms, issued, signedAgain, signSession, type Issued } from './issue.js';
import { evidenceOfProof, spendProof, verifyProof, type SigningEvidence } from '../evidence/key-proof.js';
import { signerOf } from '../enrollment/previous-key.js';
import { PROOF_CHECKS as CHECKS } from '../evidence/proof-checks.js';
import { readKeyId } from '../evidence/proof-field.js';
import { readRefreshToken, type RefreshClaim } from '../tokens/refresh-token.js';
import { sessionBytes } from '../evidence/signed-bytes.js';
import type { SessionBinding } from '../tokens/session-binding.js';
import { STATE_CHECKS } from '../state/state-checks.js';
import { storeKeys } from '../state/store-keys.js';
import { subjectOf } from './user.js';

/** How often an exchange is judged anew after another request came first. */
const ATTEMPTS = 24;

/** One exchange of a proof for a session, and what it may spend once. */
interface Exchange {
  readonly evidence: SigningEvidence;
  readonly keyId: string;
  readonly signed: { readonly clientData: Uint8Array; readonly proof: string };
  readonly authentic: AuthenticChallenge;
  readonly binding: SessionBinding | undefined;
  readonly user: string | undefined;
  /** Of the session that goes on. */
  readonly former: RefreshClaim | undefined;
  counted: Promise<void> | undefined;
}

/**
 * Begins a session for a device that is enrolled: `{"challenge","device_id","key_id","assertion"}` (or `signature`), over
 * the challenge; with `refresh_token` beside it the session of that token goes on. Nothing is advanced for a proof that
 * does not verify, and the challenge is spent by the write that decides.
 *
 * @throws AttestationError (rejects with it)
 */
export async function assert(context: Context, body: JsonObject, request: AttestedRequest): Promise<Issued> {
  const { devices, enrollment: kinds, settings, users } = context;
  const deviceId = deviceIdOf(textMember(body, 'device_id'));
  const challenge = textMember(body, 'challenge');
  const keyId = readKeyId(textMember(body, 'key_id'));
  const parameter = optionalText(body, 'assertion') === undefined ? 'signature' : 'assertion';
  const proof = textMember(body, parameter);
  const evidence = evidenceOfProof(kinds, parameter);
  const { audience } = settings;
  if (keyId === undefined || evidence === undefined || audience === undefined)
    throw new AttestationError(BODY_CHECKS.members);

  const authentic = readChallenge(context, challenge, { deviceId, purpose: 'assert' });
  const labelDigest = storeKeys.labelDigest(deviceId);
  const user = await subjectOf(settings.subject, request);
  const exchange: Exchange = {
    evidence,
    keyId,
    signed: { clientData: sessionBytes({ audience, deviceId, challenge }), proof },
    authentic,
    binding: bindingOf(context, request),
    user,
    former: formerSession(context, body, labelDigest),
    counted: undefined,
  };
  let [place] = await Promise.all([devices.read(labelDigest), users.assertOpen(user)]);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const answer = await assertOnce(context, place, exchange);
    if (answer !== undefined) return answer;
    place = await devices.read(labelDigest);
  }
  throw new AttestationError(STATE_CHECKS.contention, { retryAfter: 1 });
}

/** Undefined if another request was faster. */
async function assertOnce(context: Context, place: Place, exchange: Exchange): Promise<Issued | undefined> {
  const { devices, settings, users, now } = context;
  const { evidence, keyId, signed, authentic, binding, user } = exchange;
  const { record } = place;
  assertUnspent(place.marks, authentic);
  const signer = record && signerOf(record.enrolled);
  if (record === undefined || signer?.key.id !== keyId) throw new AttestationError(CHECKS.keyKnown);
  const verified = verifyProof(evidence, signer, signed);
  assertOpen(record);
  if (record.user !== undefined && user !== undefined && record.user !== user)
    throw new AttestationError(CONFLICT_CHECKS.user);
  await appraiseAgain(context, evidence, record.enrolled);

  const { family, others, notes } = nextFamily(context, record, exchange);
  const families = withFamily(others, family, settings.perDevice, now());
  const next = withUser({ ...withSpent(record, authentic), families, used: true }, user);
  if (next.user !== user) await users.assertOpen(next.user);
  const session = await signSession(context, next, family, binding);
  // The counter before the challenge: of two senders with one proof, one wins both.
  await (exchange.counted ??= spendProof(context, verified, record));
  const written = await devices.write(place, next);
  if (written === undefined) return undefined;
  await extended(context, written);
  const latest = await renewed(context, evidence, written);
  const told = await signedAgain(context, { written, latest }, family, { signed: session, binding });
  return issued(context, latest, family, told, notes.length > 0 ? { notes } : {});
}

const COPIED =
  'the refresh token beside the proof was spent before: it was copied, or an answer was lost; its session is ended';

/**
 * The session that the request names goes on; otherwise a new one begins. A token that was spent before has been copied: its
 * session ends.
 */
function nextFamily(
  context: Context,
  { families }: DeviceRecord,
  { former, binding }: Exchange,
): { readonly family: Family; readonly others: readonly Family[]; readonly notes: readonly string[] } {
  const { settings, now } = context;
  const terms = familyTerms(context, binding);
  const family = former && familyOf(families, former, now());
  if (family === undefined || former === undefined)
    return { family: beginFamily(terms), others: families, notes: [] };
  const judged = judgeGeneration(family, former.generation, { now: now(), retryMs: settings.retryMs });
  if (judged === 'again') return { family: prolongFamily(family, terms), others: families, notes: [] };
  if (judged !== 'reused')
    return { family: continueFamily(family, former.generation, terms), others: families, notes: [] };
  const others = families.filter(({ sid }) => sid !== family.sid);
  return { family: beginFamily(terms), others, notes: [COPIED] };
}

/** A refresh token beside a proof by the key may be spent or ended: the proof is what counts. */
function formerSession({ keys }: Context, body: JsonObject, labelDigest: string): RefreshClaim | undefined {
  const text = optionalText(body, 'refresh_token');
  if (text === undefined) return undefined;
  try {
    const claim = readRefreshToken(keys.refresh, text, enforcing);
    return claim.labelDigest === labelDigest ? claim : undefined;
  } catch (error) {
    if (error instanceof AttestationError) return undefined;
    throw error;
  }
}
