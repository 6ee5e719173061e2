import { AttestationError } from '../../kernel/errors.js';
import type { Signer } from '../../ports/enrollment.js';
import { assertOpen, judgeRecord, liveRecord } from '../state/revocation.js';
import type { Context } from '../context.js';
import type { DeviceRecord } from '../state/device-record.js';
import { signerOf } from '../enrollment/previous-key.js';
import { PROOF_CHECKS as CHECKS } from './proof-checks.js';
import type { SessionResult } from '../tokens/session-token.js';
import { storeKeys } from '../state/store-keys.js';

/** The key of a request: of the session's own record, or by its own name; and the record, asked for at once. */
export async function keyOf(
  context: Context,
  keyId: string,
  session: SessionResult | undefined,
): Promise<{ readonly signer: KeySigner; readonly record: Promise<DeviceRecord> }> {
  if (session === undefined) {
    const pointer = (await context.devices.pointer(keyId))?.value;
    if (pointer === undefined) throw new AttestationError(CHECKS.keyKnown);
    const labelDigest = storeKeys.labelDigest(pointer.deviceId);
    const judge = (record: DeviceRecord | undefined): DeviceRecord => assertCurrent(record, keyId);
    return { signer: pointer, record: Promise.resolve(judgeRecord(context, labelDigest, judge)) };
  }
  const record = await liveRecord(context, session);
  const current = isKeyOf(record, keyId, session) ? record : await freshRecord(context, session);
  if (!isKeyOf(current, keyId, session)) throw new AttestationError(CHECKS.keyOwned);
  const signer = { ...(signerOf(current.enrolled) as Signer), deviceId: current.deviceId };
  return { signer, record: Promise.resolve(current) };
}

/** A key that signs, and the label of its installation. */
export type KeySigner = Signer & { readonly deviceId: string };

/** The session's own key (RFC 7800): no other key of whatever device signs beside it. */
function isKeyOf({ enrolled }: DeviceRecord, keyId: string, { thumbprint }: SessionResult): boolean {
  return enrolled.key?.id === keyId && enrolled.key.thumbprint === thumbprint;
}

async function freshRecord(context: Context, session: SessionResult): Promise<DeviceRecord> {
  await context.devices.read(storeKeys.labelDigest(session.deviceId));
  return liveRecord(context, session);
}

function assertCurrent(record: DeviceRecord | undefined, keyId: string): DeviceRecord {
  if (record?.enrolled.key?.id !== keyId) throw new AttestationError(CHECKS.keyKnown);
  assertOpen(record);
  return record;
}
