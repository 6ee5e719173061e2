import { AttestationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import type { AttestedRequest } from '../../ports/request.js';
import type { Signer } from '../../ports/enrollment.js';
import { optionalText, textMember } from '../operations/body-members.js';
import type { Context } from '../context.js';
import type { DeviceRecord } from '../state/device-record.js';
import { ENROLLMENT_CHECKS as CHECKS } from './enrollment-checks.js';
import type { Candidate } from './placement.js';
import { evidenceOfProof, verifyProof, type VerifiedProof } from '../evidence/key-proof.js';
import { readKeyId } from '../evidence/proof-field.js';
import { replacementBytes } from '../evidence/signed-bytes.js';

/** A request to put a new key into the record of a device that has another. */
export interface Replacement {
  readonly body: JsonObject;
  readonly request: AttestedRequest;
  readonly challenge: string;
  readonly candidate: Candidate;
}

/**
 * The proof by the old key, verified: `previous_key_id` and `previous_assertion` (or `previous_signature`), over this
 * challenge and the new key. The current policy is not asked, but the endorser has to vouch for the key still.
 *
 * @returns undefined if there is none, or it does not hold: it proves nothing then
 * @throws AttestationError (rejects with it) of stage `unavailable`
 */
export async function proofByPreviousKey(
  context: Context,
  { enrolled }: DeviceRecord,
  { body, challenge, candidate }: Replacement,
): Promise<VerifiedProof | undefined> {
  if (optionalText(body, 'previous_key_id') === undefined) return undefined;
  const parameter = optionalText(body, 'previous_assertion') === undefined ? 'signature' : 'assertion';
  const proof = textMember(body, `previous_${parameter}`);
  const keyId = readKeyId(textMember(body, 'previous_key_id'));
  const evidence = evidenceOfProof(context.enrollment, parameter);
  const { audience } = context.settings;
  const signer = signerOf(enrolled);
  if (evidence === undefined || audience === undefined || signer === undefined || signer.key.id !== keyId)
    return undefined;
  await evidence.ready?.();
  try {
    const { deviceId } = candidate;
    const newKeyId = candidate.enrolled.key?.id;
    const clientData = replacementBytes({ audience, deviceId, challenge, keyId: newKeyId });
    const verified = verifyProof(evidence, signer, { clientData, proof });
    evidence.endorsed?.(enrolled);
    return verified;
  } catch (error) {
    if (error instanceof AttestationError && error.stage !== 'unavailable') return undefined;
    throw error;
  }
}

/** The key of a record, as what verifies its signatures needs it. */
export function signerOf({ kind, appId, key }: DeviceRecord['enrolled']): Signer | undefined {
  return key && { kind, appId, key };
}

/**
 * Whether the application lets the new key replace the old one, if the request does not prove it.
 *
 * @throws AttestationError (rejects with it) ERR_ENROLLMENT_AUTHORIZATION_FAILED
 */
export async function isAuthorized(
  { settings }: Context,
  record: DeviceRecord,
  { request, candidate }: Replacement,
): Promise<boolean> {
  const { authorizeEnrollment: ask } = settings;
  if (ask === undefined) return false;
  const { deviceId, enrolled } = candidate;
  try {
    return (await ask({ deviceId, recordId: record.id, enrolled, request })) === true;
  } catch (cause) {
    throw new AttestationError(CHECKS.authorized, { cause });
  }
}
