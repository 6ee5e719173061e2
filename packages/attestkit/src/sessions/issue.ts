import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../kernel/json.js';
import { enforcing } from '../kernel/sinks.js';
import type { Enrolled } from '../ports/enrolment.js';
import type { AttestedRequest } from '../ports/request.js';
import type { Context } from './context.js';
import type { DeviceRecord, Enrolment } from './device-record.js';
import type { Family } from './families.js';
import type { IssuedIn } from './revocation.js';
import { bindSession, type Origin, type SessionBinding } from './session-binding.js';

/** What a device gets: a session token, and the refresh token for the next one. */
export interface Issued {
  readonly sessionToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
  readonly refreshExpiresInSeconds: number;
  readonly sessionId: string;
  readonly deviceId: string;
  /** The kind of evidence behind the session. */
  readonly kind: string;
  /** A refresh token was sent again, and got the same successor. */
  readonly retried: boolean;
}

/** Begins a session for an enrolment that was just verified, or proven by its key. */
export async function beginSession(
  context: Context,
  device: DeviceRecord,
  enrolment: Enrolment,
  binding: SessionBinding | undefined,
): Promise<Issued> {
  const { settings, families, now } = context;
  const { key, kind } = enrolment.enrolled;
  const epochs = await epochsOf(context, device.deviceId, key?.thumbprint);
  const { family, token } = await families.begin({
    deviceId: device.deviceId,
    recordId: device.id,
    kind,
    ...(key !== undefined && { keyId: key.id, thumbprint: key.thumbprint }),
    ...(enrolment.subject !== undefined && { subject: enrolment.subject }),
    epochs,
    ...(binding !== undefined && { binding }),
    expiresAt: now() + settings.refreshLifetimeSeconds * 1000,
  });
  return issue(context, { family, token, retried: false }, enrolment.enrolled, binding);
}

/** Issues a session token for a family, beside its live refresh token. */
export async function issue(
  { settings, keys, now }: Context,
  live: { readonly family: Family; readonly token: string; readonly retried: boolean },
  enrolled: Enrolled,
  binding: SessionBinding | undefined,
): Promise<Issued> {
  const { family, token, retried } = live;
  const iat = Math.floor(now() / 1000);
  const familyEnds = Math.floor(family.expiresAt / 1000);
  const exp = Math.min(iat + settings.expirySeconds, familyEnds);
  const { thumbprint, subject } = family;
  const { issuer, audience } = settings;
  const sessionToken = await keys.session.sign({
    type: 'attested_session',
    device_id: family.deviceId,
    iat,
    exp,
    jti: randomBytes(16).toString('base64url'),
    sid: family.id,
    rid: family.recordId,
    kind: family.kind,
    attestation: trustFacts(enrolled),
    epoch: family.epochs,
    ...(thumbprint !== undefined && { cnf: { jkt: thumbprint } }),
    ...(subject !== undefined && { sub: subject }),
    ...(issuer !== undefined && { iss: issuer }),
    ...(audience !== undefined && { aud: audience }),
    ...(binding !== undefined && { bnd: binding }),
  });
  return {
    sessionToken,
    expiresInSeconds: exp - iat,
    refreshToken: token,
    refreshExpiresInSeconds: familyEnds - iat,
    sessionId: family.id,
    deviceId: family.deviceId,
    kind: family.kind,
    retried,
  };
}

/** What relying parties learn of the evidence; its key and receipt are for the server alone. */
function trustFacts({ platform, appId, environment, attestedAt, virtual, facts }: Enrolled): JsonObject {
  return {
    platform,
    app_id: appId,
    environment,
    attested_at: Math.floor(attestedAt / 1000),
    ...(virtual === true && { virtual }),
    facts,
  };
}

/** The epochs that revocations have reached; what is blocked gets nothing. */
async function epochsOf(
  { revocation }: Context,
  deviceId: string,
  thumbprint: string | undefined,
): Promise<readonly [device: number, key: number]> {
  const [device, key] = await Promise.all([
    revocation.openEpoch('device', deviceId),
    thumbprint === undefined ? 0 : revocation.openEpoch('key', thumbprint),
  ]);
  return [device, key];
}

/** The scopes in which a session, or a family, can have been revoked. */
export function scopesOf(session: {
  readonly id: string;
  readonly deviceId: string;
  readonly thumbprint: string | undefined;
  readonly epochs: readonly [device: number, key: number];
}): readonly IssuedIn[] {
  const { id, deviceId, thumbprint, epochs } = session;
  const ofKey = thumbprint === undefined ? [] : [{ scope: 'key', id: thumbprint, epoch: epochs[1] } as const];
  return [{ scope: 'session', id, epoch: 0 }, { scope: 'device', id: deviceId, epoch: epochs[0] }, ...ofKey];
}

/**
 * What a session that begins with this request is bound to; to be asked for before anything is spent.
 *
 * @throws AttestationError ERR_SESSION_BINDING_IP where nobody knows the address
 */
export function bindingOf({ keys, settings }: Context, request: AttestedRequest): SessionBinding | undefined {
  return bindSession(keys.pseudonym, settings.bind, originOf(request), enforcing);
}

/** What a request says of where it comes from. */
export function originOf(request: AttestedRequest): Origin {
  return { ip: request.ip, userAgent: request.fields('user-agent').join(', ') };
}
