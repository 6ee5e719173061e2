import { AttestationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/json.js';
import { enforcing } from '../kernel/sinks.js';
import type { Enrolled, EnrolmentEvidence } from '../ports/enrolment.js';
import type { AttestedRequest } from '../ports/request.js';
import { optionalText, textMember } from './body.js';
import type { Context } from './context.js';
import type { DeviceRecord } from './device-record.js';
import { ENROLMENT_CHECKS as CHECKS } from './enrolment-checks.js';
import { originOf, scopesOf } from './issue.js';
import { evidenceOfProof, spendProof, verifyProof } from './key-proof.js';
import { readKeyId } from './proof-header.js';
import { appraiseOrigin } from './refresh.js';
import { readRefreshToken } from './refresh-token.js';
import { replacementBytes } from './request-bytes.js';
import { appraiseSessionBinding } from './session-binding.js';
import { findSession } from './session-field.js';

/** A request to enrol under a `device_id` that has a record. */
interface Claim {
  readonly body: JsonObject;
  readonly request: AttestedRequest;
  readonly deviceId: string;
  readonly challenge: string;
  readonly evidence: Pick<EnrolmentEvidence, 'provesKey'>;
  readonly enrolled: Enrolled;
  readonly device: DeviceRecord;
}

/**
 * Holds a request to coming from the device whose record stands under the `device_id`: genuine evidence alone says only
 * that it is some device. Any one proof is enough; one that is there and fails is as if it were not there.
 *
 * @throws AttestationError ERR_ENROLMENT_TAKEOVER, or of stage `unavailable`
 */
export async function assertOwner(context: Context, claim: Claim): Promise<void> {
  const { enrolled, device } = claim;
  // The attester signed this device id, and is the one that it is of: to another it is a label that anybody may choose.
  if (enrolled.vouchesForDeviceId === true && isVouchedFor(device, enrolled.kind)) return;
  for (const proves of [byEvidence, bySession, byRefreshToken, byKey, byApplication]) {
    if (await holds(() => proves(context, claim))) return;
  }
  throw new AttestationError(CHECKS.owner);
}

function isVouchedFor(device: DeviceRecord, kind: string): boolean {
  return device.enrolments.some(
    ({ enrolled }) => enrolled.kind === kind && enrolled.vouchesForDeviceId === true,
  );
}

/** A proof that does not hold proves nothing; one that cannot be judged now is an outage. */
async function holds(prove: () => Promise<boolean>): Promise<boolean> {
  try {
    return await prove();
  } catch (error) {
    if (error instanceof AttestationError && error.stage !== 'unavailable') return false;
    throw error;
  }
}

/** The key is one of the record's, and the evidence over this challenge comes from whoever holds it. */
async function byEvidence({ devices }: Context, { evidence, enrolled, device }: Claim): Promise<boolean> {
  const { key, kind } = enrolled;
  if (evidence.provesKey !== true || key === undefined) return false;
  return (await devices.findKeyOf(device, kind, key.id)) !== undefined;
}

/** Its live session, in the field where sessions come. */
async function bySession(context: Context, { request, deviceId, device }: Claim): Promise<boolean> {
  const { keys, settings, verifier } = context;
  const found = findSession(context, request);
  if (!found.present) return false;
  const session = verifier.verify(found.item, context.now());
  appraiseSessionBinding(keys.pseudonym, settings.bind, session.binding, originOf(request), enforcing);
  const { sessionId: id, thumbprint, epoch: epochs } = session;
  await context.revocation.checkNow(scopesOf({ id, deviceId: session.deviceId, thumbprint, epochs }));
  return session.deviceId === deviceId && session.recordId === device.id;
}

/** Its live refresh token, which is not spent by it: `refresh_token`. */
async function byRefreshToken(
  context: Context,
  { body, request, deviceId, device }: Claim,
): Promise<boolean> {
  const text = optionalText(body, 'refresh_token');
  if (text === undefined) return false;
  const { familyId, generation } = readRefreshToken(context.keys.refresh, text, enforcing);
  const family = await context.families.find(familyId);
  await context.revocation.checkNow(scopesOf({ thumbprint: undefined, ...family }));
  appraiseOrigin(context, family, request);
  return family.generation === generation && family.deviceId === deviceId && family.recordId === device.id;
}

/** A signature by one of its keys over this challenge and the new key: `previous_key_id` and `previous_assertion` (or `…_signature`). */
async function byKey(context: Context, claim: Claim): Promise<boolean> {
  const { body, deviceId, device, challenge, enrolled } = claim;
  if (optionalText(body, 'previous_key_id') === undefined) return false;
  const parameter = optionalText(body, 'previous_assertion') === undefined ? 'signature' : 'assertion';
  const proof = textMember(body, `previous_${parameter}`);
  const evidence = evidenceOfProof(context.enrolment, parameter);
  const keyId = readKeyId(textMember(body, 'previous_key_id'));
  const { audience } = context.settings;
  if (evidence === undefined || keyId === undefined || audience === undefined) return false;
  const enrolment = await context.devices.findKeyOf(device, evidence.kind, keyId);
  if (enrolment === undefined) return false;
  await context.revocation.openEpoch('key', enrolment.enrolled.key?.thumbprint ?? '');
  const clientData = replacementBytes({ audience, deviceId, challenge, keyId: enrolled.key?.id });
  await evidence.ready?.();
  const verified = verifyProof(evidence, enrolment, { clientData, proof, now: context.now() });
  await spendProof(context, verified);
  return true;
}

/** The application says so. */
async function byApplication({ settings }: Context, claim: Claim): Promise<boolean> {
  const { deviceId, device, enrolled, request } = claim;
  const asked = settings.authorizeEnrolment?.({ deviceId, recordId: device.id, enrolled, request });
  return (await asked) === true;
}
