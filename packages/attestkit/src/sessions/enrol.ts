import type { JsonObject } from '../kernel/json.js';
import type { AttestedRequest } from '../ports/request.js';
import { deviceIdOf, sentEvidence, textMember } from './body.js';
import { consumeChallenge, readChallenge } from './consume-challenge.js';
import type { Context } from './context.js';
import type { Enrolment } from './device-record.js';
import { beginSession, bindingOf, type Issued } from './issue.js';
import { assertOwner } from './ownership.js';
import { appraiseDevice } from './policy.js';
import { countNewRecord } from './record-limit.js';
import { subjectOf } from './subject.js';

/** Of one enrolment: as many as help an operator, and no more than a log can take. */
const MAX_NOTES = 20;
const MAX_NOTE = 100;

/**
 * Enrols a device: `{"challenge","device_id", …evidence}`. The challenge is authenticated, the evidence verified, the
 * challenge consumed, and only then something written. Evidence that costs a call to another service, or that is used up
 * itself, consumes the challenge right before that, when all else of it holds.
 *
 * @throws AttestationError (rejects with it)
 */
export async function enrol(context: Context, body: JsonObject, request: AttestedRequest): Promise<Issued> {
  const { devices, enrolment: kinds, revocation, settings, now } = context;
  const deviceId = deviceIdOf(textMember(body, 'device_id'));
  const challenge = textMember(body, 'challenge');
  const { evidence, fields } = sentEvidence(body, kinds);

  const authentic = readChallenge(context, challenge, { deviceId, purpose: 'attest' });
  const binding = bindingOf(context, request);
  let consumed: Promise<void> | undefined;
  const consume = (): Promise<void> => (consumed ??= consumeChallenge(context, authentic));
  const terms = { challenge, deviceId, now: now(), request, consumeChallenge: consume };
  const enrolled = await evidence.verify(fields, terms);

  appraiseDevice(enrolled, settings.policy, now());

  // What was revoked stays out, whoever asks.
  await revocation.openEpoch('device', deviceId);
  if (enrolled.key !== undefined) await revocation.openEpoch('key', enrolled.key.thumbprint);
  const device = await devices.find(deviceId);
  if (device !== undefined)
    await assertOwner(context, { body, request, deviceId, challenge, evidence, enrolled, device });
  const subject = await subjectOf(settings.subject, request);

  if (device === undefined) await countNewRecord(context.limits, request.ip);
  await consume();
  const enrolment: Enrolment = {
    enrolled,
    ...(subject !== undefined && { subject }),
    enrolledAt: now(),
  };
  const written = await devices.write(deviceId, device, enrolment);
  const issued = await beginSession(context, written, enrolment, binding);
  const notes = (enrolled.notes ?? []).slice(0, MAX_NOTES).map((note) => note.slice(0, MAX_NOTE));
  return { ...issued, notes };
}
