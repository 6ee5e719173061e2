import { randomBytes } from 'node:crypto';
import { enforcing } from '../kernel/sinks.js';
import type { Enrolled } from '../ports/enrolment.js';
import type { AttestedRequest } from '../ports/request.js';
import type { Context } from './context.js';
import type { DeviceRecord, Enrolment } from './device-record.js';
import type { Family, Rotation } from './families.js';
import type { IssuedIn } from './revocation.js';
import { bindSession, type Origin, type SessionBinding } from './session-binding.js';
import type { TrustFacts } from './session-token.js';

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
  /** Of the evidence that was verified, for the event. */
  readonly notes?: readonly string[];
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
  const signed = await signSession(context, family, enrolment.enrolled, binding);
  return issued({ family, token, retried: false }, signed);
}

/** A session token that is made, and not given out yet. Times are seconds since the epoch. */
interface SignedSession {
  readonly sessionToken: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Makes a session token for a family. Its signer may be a service that fails: to be asked before anything is spent. */
export async function signSession(
  { settings, keys, now }: Context,
  family: Family,
  enrolled: Enrolled,
  binding: SessionBinding | undefined,
): Promise<SignedSession> {
  const iat = Math.floor(now() / 1000);
  const exp = Math.min(iat + settings.expirySeconds, endOf(family));
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
  return { sessionToken, issuedAt: iat, expiresAt: exp };
}

/** Gives out a session token beside its family's live refresh token. */
export function issued({ family, token, retried }: Rotation, signed: SignedSession): Issued {
  const { sessionToken, issuedAt, expiresAt } = signed;
  return {
    sessionToken,
    expiresInSeconds: expiresAt - issuedAt,
    refreshToken: token,
    refreshExpiresInSeconds: endOf(family) - issuedAt,
    sessionId: family.id,
    deviceId: family.deviceId,
    kind: family.kind,
    retried,
  };
}

/** Seconds since the epoch. */
function endOf({ expiresAt }: Family): number {
  return Math.floor(expiresAt / 1000);
}

/** What relying parties learn of the evidence; its key and receipt are for the server alone. */
function trustFacts(enrolled: Enrolled): TrustFacts {
  const { platform, appId, environment, integrity, attestedAt, virtual, facts } = enrolled;
  return {
    platform,
    app_id: appId,
    environment,
    ...(integrity !== undefined && { integrity }),
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
