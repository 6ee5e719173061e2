import { AttestationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/json.js';
import type { AttestedRequest } from '../ports/request.js';
import { deviceIdOf, optionalText, textMember } from './body.js';
import { consumeChallenge, readChallenge } from './consume-challenge.js';
import type { Context } from './context.js';
import { BODY_CHECKS, ENROLMENT_CHECKS } from './enrolment-checks.js';
import { beginSession, bindingOf, type Issued } from './issue.js';
import { evidenceOfProof, spendProof, verifyProof } from './key-proof.js';
import { PROOF_CHECKS as CHECKS } from './proof-checks.js';
import { readKeyId } from './proof-header.js';
import { renewAndAppraise } from './renewal.js';
import { sessionBytes } from './request-bytes.js';
import { subjectOf } from './subject.js';

/**
 * Begins a new session for a device that is enrolled: `{"challenge","device_id","key_id","assertion"}` (or `signature`), over
 * the challenge. Nothing is advanced or consumed for a proof that does not verify.
 *
 * @throws AttestationError (rejects with it)
 */
export async function assert(context: Context, body: JsonObject, request: AttestedRequest): Promise<Issued> {
  const { devices, enrolment: kinds, revocation, settings, now } = context;
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
  const binding = bindingOf(context, request);
  const device = await devices.find(deviceId);
  const enrolment = device && (await devices.findKeyOf(device, evidence.kind, keyId));
  if (device === undefined || enrolment === undefined) throw new AttestationError(CHECKS.keyKnown);
  await revocation.openEpoch('device', deviceId);
  await revocation.openEpoch('key', enrolment.enrolled.key?.thumbprint ?? '');

  const clientData = sessionBytes({ audience, deviceId, challenge });
  await evidence.ready?.();
  const verified = verifyProof(evidence, enrolment, { clientData, proof, now: now() });
  const subject = await subjectOf(settings.subject, request);
  // The session would name the user that the key was enrolled for.
  if (subject !== undefined && subject !== enrolment.subject)
    throw new AttestationError(ENROLMENT_CHECKS.keySubject);
  await consumeChallenge(context, authentic);
  await spendProof(context, verified);
  // Or a device that never refreshes would never be held to what the platform says of it by now.
  const latest = await renewAndAppraise(context, evidence, deviceId, enrolment);
  if (latest === undefined) throw new AttestationError(CHECKS.keyKnown);
  return beginSession(context, device, latest, binding);
}
