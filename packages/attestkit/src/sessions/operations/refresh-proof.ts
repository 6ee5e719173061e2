import { AttestationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import type { EnrollmentEvidence } from '../../ports/enrollment.js';
import { optionalText, textMember } from './body-members.js';
import type { Context } from '../context.js';
import type { DeviceRecord } from '../state/device-record.js';
import { evidenceOfProof, verifyProof, type VerifiedProof } from '../evidence/key-proof.js';
import { signerOf } from '../enrollment/previous-key.js';
import { REFRESH_CHECKS as CHECKS } from '../tokens/refresh-checks.js';
import { refreshBytes } from '../evidence/signed-bytes.js';

/**
 * The proof by the device key beside a refresh token, verified, if the server asks for one: `assertion` or `signature`
 * over `attestkit-refresh-v1`. A record without a key does not need one.
 *
 * @throws AttestationError ERR_REFRESH_PROOF_MISSING, or what the proof fails with
 */
export async function proofOfRefresh(
  { enrollment, settings }: Context,
  { kind }: Pick<EnrollmentEvidence, 'kind'>,
  { deviceId, enrolled }: DeviceRecord,
  body: JsonObject,
): Promise<VerifiedProof | undefined> {
  const signer = signerOf(enrolled);
  const { audience } = settings;
  if (settings.refresh !== 'proof' || signer === undefined || audience === undefined) return undefined;
  const parameter = optionalText(body, 'assertion') === undefined ? 'signature' : 'assertion';
  const evidence = evidenceOfProof(enrollment, parameter);
  const proof = optionalText(body, parameter);
  if (proof === undefined || evidence?.kind !== kind) throw new AttestationError(CHECKS.proof);
  const clientData = refreshBytes({ audience, deviceId, refreshToken: textMember(body, 'refresh_token') });
  return verifyProof(evidence, signer, { clientData, proof });
}
