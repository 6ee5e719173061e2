import { appOf } from '../../kernel/app-facts.js';
import type { RequestFacts } from '../../ports/events.js';
import { randomBytes } from 'node:crypto';
import { enforcing } from '../../kernel/sinks.js';
import type { Enrolled } from '../../ports/enrollment.js';
import type { AttestedRequest } from '../../ports/request.js';
import type { Context } from '../context.js';
import type { DeviceRecord } from '../state/device-record.js';
import { liveToken, type Family, type FamilyTerms } from '../state/refresh-families.js';
import { bindSession, type Origin, type SessionBinding } from '../tokens/session-binding.js';
import type { TrustFacts } from '../tokens/session-token.js';
import { storeKeys } from '../state/store-keys.js';

/** What became of a device by a request that was answered. */
export type DeviceChange = 'enrolled' | 'renewed' | 'replaced';

/** What proved that a label is its sender's: its key, new evidence for its key, a refresh token, the attester, the application. */
export type OwnershipProof = 'key' | 'evidence' | 'refresh-token' | 'attester' | 'application';

/** What a device gets: a session token, and the refresh token for the next one. */
export interface Issued {
  readonly sessionToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
  readonly refreshExpiresInSeconds: number;
  readonly sessionId: string;
  readonly recordId: string;
  readonly deviceId: string;
  /** The kind of evidence behind the session. */
  readonly kind: string;
  readonly app: RequestFacts['app'];
  /** RFC 7638 thumbprint of the device key; undefined without one. */
  readonly key: string | undefined;
  /** A refresh token was sent again, and got the same successor. */
  readonly retried: boolean;
  /** At `attest`: what became of the device. */
  readonly change?: DeviceChange;
  /** What proved that the label is its sender's, if it had a record. */
  readonly proof?: OwnershipProof;
  /** For the event: of the evidence that was verified, or of the store. */
  readonly notes?: readonly string[];
}

/** What an answer says beyond its tokens. */
export type IssuedFacts = Pick<Issued, 'change' | 'proof' | 'notes'> & { readonly retried?: boolean };

/** A session token that is made, and not given out yet. Times are seconds since the epoch. */
interface SignedSession {
  readonly sessionToken: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** How families begin and go on at this server, now. */
export function familyTerms(
  { keys, settings, now }: Context,
  binding: SessionBinding | undefined,
): FamilyTerms {
  const lifetimeMs = settings.refreshLifetimeSeconds * 1000;
  return { keys: keys.refresh, now: now(), lifetimeMs, binding };
}

/** Makes a session token. Its signer may be a service that fails: to be asked before anything is written. */
export async function signSession(
  { settings, keys, now }: Context,
  { id, deviceId, user, enrolled }: DeviceRecord,
  { sid, expiresAt }: Family,
  binding: SessionBinding | undefined,
): Promise<SignedSession> {
  const iat = Math.floor(now() / 1000);
  const exp = Math.min(iat + settings.expirySeconds, seconds(expiresAt));
  const { issuer, audience } = settings;
  const sessionToken = await keys.session.sign({
    type: 'attested_session',
    device_id: deviceId,
    iat,
    exp,
    jti: randomBytes(16).toString('base64url'),
    sid,
    rid: id,
    kind: enrolled.kind,
    attestation: trustFacts(enrolled),
    ...(enrolled.key !== undefined && { cnf: { jkt: enrolled.key.thumbprint } }),
    ...(user !== undefined && { sub: user }),
    ...(issuer !== undefined && { iss: issuer }),
    ...(audience !== undefined && { aud: audience }),
    ...(binding !== undefined && { bnd: binding }),
  });
  return { sessionToken, issuedAt: iat, expiresAt: exp };
}

/**
 * The session token again, where the platform said something newer after it was signed. A signer that fails this time costs
 * nothing: what was decided by then stays.
 */
export async function signedAgain(
  context: Context,
  { written, latest }: { readonly written: DeviceRecord; readonly latest: DeviceRecord },
  family: Family,
  { signed, binding }: { readonly signed: SignedSession; readonly binding: SessionBinding | undefined },
): Promise<SignedSession> {
  if (latest.enrolled === written.enrolled) return signed;
  try {
    return await signSession(context, latest, family, binding);
  } catch {
    return signed;
  }
}

/** Gives out a session token beside its family's live refresh token. */
export function issued(
  { keys }: Context,
  { id, deviceId, enrolled }: DeviceRecord,
  family: Family,
  { sessionToken, issuedAt, expiresAt }: SignedSession,
  { retried = false, ...facts }: IssuedFacts = {},
): Issued {
  return {
    sessionToken,
    expiresInSeconds: expiresAt - issuedAt,
    refreshToken: liveToken(family, storeKeys.labelDigest(deviceId), keys.refresh),
    refreshExpiresInSeconds: seconds(family.expiresAt) - issuedAt,
    sessionId: family.sid,
    recordId: id,
    deviceId,
    kind: enrolled.kind,
    app: appOf(enrolled),
    key: enrolled.key?.thumbprint,
    retried,
    ...facts,
  };
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** What relying parties learn of the evidence; its key and receipt are for the server alone. */
function trustFacts(enrolled: Enrolled): TrustFacts {
  const { platform, appId, environment, integrity, attestedAt, virtual, beside } = enrolled;
  const facts = beside === undefined ? enrolled.facts : { ...enrolled.facts, [beside.kind]: beside.facts };
  return {
    platform,
    app_id: appId,
    environment,
    ...(integrity !== undefined && { integrity }),
    attested_at: seconds(attestedAt),
    ...(virtual === true && { virtual }),
    facts,
  };
}

/**
 * What a session that begins with this request is bound to; to be asked for before anything is spent.
 *
 * @throws AttestationError ERR_SESSION_BINDING_IP_MISMATCH if the request has no address to bind to
 */
export function bindingOf({ keys, settings }: Context, request: AttestedRequest): SessionBinding | undefined {
  return bindSession(keys.pseudonym, settings.bind, originOf(request), enforcing);
}

/** The origin that a request states. */
export function originOf(request: AttestedRequest): Origin {
  return { ip: request.ip, userAgent: request.fields('user-agent').join(', ') };
}
