import { checkClaims, claimExpectations, type ClaimExpectations } from '../../kernel/jose/claims.js';
import { isJsonObject, readJsonObject, type JsonObject } from '../../kernel/bytes/json.js';
import { appraiseToken, type TokenRules } from '../../kernel/jose/token-verifier.js';
import { assertKeySource } from '../../kernel/jose/key-source.js';
import { isMediaType } from '../../kernel/jose/media-type.js';
import { milliseconds } from '../../kernel/jose/numeric-date.js';
import { assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import { enforcing, inspecting } from '../../kernel/sinks.js';
import type { Checks, Inspection } from '../../ports/checks.js';
import type { DeviceIntegrity } from '../../ports/enrollment.js';
import type { FixedKeySource, KeySource } from '../../ports/keys.js';
import { isDeviceId } from './challenge.js';
import { isIntegrity } from '../policy.js';
import type { SessionBinding } from './session-binding.js';
import { SESSION_CLAIM_CHECKS as CHECKS, SESSION_TOKEN_CHECKS } from './session-checks.js';

/** The JOSE `typ` of session tokens; nothing else is one (RFC 8725 §3.11). */
export const SESSION_TYP = 'attested-session+jwt';

/** What the evidence behind a session says, as its token carries it. */
export interface TrustFacts extends JsonObject {
  /** `ios`, `macos`, `android`, or `unknown`. */
  readonly platform: string;
  /** The app as the platform names it. */
  readonly app_id: string;
  /** `production`, or another that the kind knows; `unknown` if the evidence does not say. */
  readonly environment: string;
  /** `app`, `basic`, `device` or `hardware`: how far the evidence vouches for the device; absent if it does not say. */
  readonly integrity?: DeviceIntegrity;
  /** When the platform issued the evidence, seconds since the epoch. */
  readonly attested_at: number;
  /** Under roots that testing made. */
  readonly virtual?: true;
  /** The platform's own facts. */
  readonly facts: JsonObject;
}

/** What the evidence behind a session says. */
export interface SessionAttestation {
  readonly platform: string;
  /** The app as the platform names it: `TEAMID1234.com.example.app`. */
  readonly appId: string;
  /** `production`, or another that the kind knows; `unknown` if the evidence does not say. */
  readonly environment: string;
  /** How far the evidence vouches for the device; undefined if it does not say. */
  readonly integrity: DeviceIntegrity | undefined;
  /** When the platform issued the evidence, milliseconds since the epoch. */
  readonly attestedAt: number;
  /** True under roots that testing made, and of a development key. */
  readonly virtual: boolean;
  /** The platform's own facts. */
  readonly facts: JsonObject;
}

/** What a session token says. Times are seconds since the epoch. */
export interface SessionClaims {
  readonly type: 'attested_session';
  /** The label that the client chose: 1 to 128 of `[A-Za-z0-9._:-]`. Not an identity. */
  readonly device_id: string;
  readonly iat: number;
  readonly exp: number;
  /** Of this token. */
  readonly jti: string;
  /** Of the session, through all its refreshes. */
  readonly sid: string;
  /** Of the device's record, assigned by the server: authorize on it. */
  readonly rid: string;
  /** The kind of evidence that the device was enrolled with: `app-attest`. */
  readonly kind: string;
  readonly attestation: TrustFacts;
  /** The JWK thumbprint of the device's key, if it has one. */
  readonly cnf?: { readonly jkt: string } | undefined;
  /** The user, where the application named one. */
  readonly sub?: string | undefined;
  readonly iss?: string | undefined;
  readonly aud?: string | readonly string[] | undefined;
  readonly bnd?: SessionBinding | undefined;
}

/** A genuine session. Frozen where the guard shares it between requests. */
export interface SessionResult {
  readonly kind: 'session';
  /** The label that the client chose. Not an identity: authorize on `recordId`, `thumbprint` or `subject`. */
  readonly deviceId: string;
  /** Of the device's record, assigned by the server. */
  readonly recordId: string;
  /** Of the session, through all its refreshes. */
  readonly sessionId: string;
  /** Of this token. */
  readonly tokenId: string;
  /** The user, where the application named one at enrollment. */
  readonly subject: string | undefined;
  /** The JWK thumbprint (RFC 7638) of the device's key, if it has one. */
  readonly thumbprint: string | undefined;
  /** The kind of evidence that the device was enrolled with: `app-attest`. */
  readonly enrolledBy: string;
  /** What that evidence said. */
  readonly attestation: SessionAttestation;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Keyed hashes of the values that the session is bound to. */
  readonly binding: SessionBinding | undefined;
  /** All claims as signed. */
  readonly claims: JsonObject;
}

/** What is expected of a session token. */
export interface SessionTokenExpectations<Keys extends KeySource = FixedKeySource> {
  /**
   * In a service that only verifies: `remoteJwks(url, { algorithm: 'ES256' })` of `attestkit/jwks`, with the URL where the
   * guard's endpoint `jwks.json` is. In the guard's own process: `sessionKeySource`.
   */
  readonly keys: Keys;
  /** Accepted values of `iss`. Not checked unless given. */
  readonly issuer?: string | readonly string[] | undefined;
  /** Values of which `aud` has to contain one. Not checked unless given. */
  readonly audience?: string | readonly string[] | undefined;
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
}

const EXPECTATIONS: OptionTypes = {
  keys: 'object',
  issuer: 'any',
  audience: 'any',
  leewaySeconds: 'number',
  now: 'number',
};

/**
 * Verifies a session token: a compact JWS of the type `attested-session+jwt`, signed by a configured key with that
 * key's algorithm, not expired, with all claims of a session. It does not ask whether the session has ended, nor what it is
 * bound to: a service that has to know within seconds asks the guard.
 *
 * @returns a promise only if keys have to be fetched: `await` it with `remoteJwks`
 * @throws AttestationError (or rejects with it) with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const keys = remoteJwks('https://api.example.com/device/jwks.json', { algorithm: 'ES256' });
 * const { recordId } = await verifySessionToken(token, { keys, audience: 'https://api.example.com' });
 */
export function verifySessionToken<Keys extends KeySource = FixedKeySource>(
  token: string,
  expected: SessionTokenExpectations<Keys>,
): Keys extends FixedKeySource ? SessionResult : SessionResult | Promise<SessionResult> {
  return appraiseSession(token, expected, enforcing);
}

/**
 * Runs the same checks as `verifySessionToken`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectSessionToken(token, { keys });
 * if (report.verdict === 'fail') console.log(report.code);
 */
export function inspectSessionToken(
  token: string,
  expected: SessionTokenExpectations,
): Inspection<SessionResult> {
  return inspecting((checks, read) => appraiseSession(token, expected, checks, read));
}

function appraiseSession<Keys extends KeySource>(
  token: string,
  expected: SessionTokenExpectations<Keys>,
  checks: Checks,
  read?: (partial: SessionResult) => void,
): Keys extends FixedKeySource ? SessionResult : SessionResult | Promise<SessionResult> {
  assertOptions(expected, EXPECTATIONS, 'verifySessionToken');
  assertKeySource(expected.keys, 'Give what remoteJwks or sessionKeySource returned.');
  const { keys, now = Date.now() } = expected;
  return appraiseToken(token, sessionRules(keys, claimExpectations(expected)), now, checks, read);
}

export function sessionRules<Keys extends KeySource>(
  keys: Keys,
  expected: ClaimExpectations,
): TokenRules<SessionResult, Keys> {
  return {
    checks: SESSION_TOKEN_CHECKS,
    types: [SESSION_TYP],
    keys,
    resultOf: sessionResult,
    appraise: (claims, now, checks) => checkClaims(claims, expected, now, SESSION_TOKEN_CHECKS, checks),
    appraiseOnce: checkSessionClaims,
  };
}

/** An identifier that this library makes, or base64url. */
const isName = isDeviceId;

function checkSessionClaims(claims: JsonObject, checks: Checks): void {
  const { type, iat, device_id, jti, sid, rid, kind, attestation, cnf, sub, bnd } = claims;
  checks.holds(CHECKS.type, type === 'attested_session', type);
  checks.holds(CHECKS.issuedAt, iat !== undefined);
  checks.holds(CHECKS.deviceId, isDeviceId(device_id), device_id);
  checks.holds(CHECKS.identifiers, isName(jti) && isName(sid) && isName(rid), { jti, sid, rid });
  checks.holds(CHECKS.attestation, isName(kind) && isTrustFacts(attestation), kind);
  checks.holds(CHECKS.confirmation, cnf === undefined || (isJsonObject(cnf) && isName(cnf['jkt'])), cnf);
  checks.holds(CHECKS.subject, sub === undefined || (typeof sub === 'string' && sub !== ''));
  checks.holds(CHECKS.binding, bnd === undefined || isBinding(bnd));
}

function isTrustFacts(attestation: unknown): boolean {
  if (!isJsonObject(attestation)) return false;
  const { platform, app_id, environment, integrity, attested_at, virtual, facts } = attestation;
  return (
    [platform, app_id, environment].every((each) => typeof each === 'string') &&
    (integrity === undefined || isIntegrity(integrity)) &&
    Number.isFinite(attested_at) &&
    (virtual === undefined || virtual === true) &&
    isJsonObject(facts)
  );
}

function isBinding(bnd: unknown): boolean {
  if (!isJsonObject(bnd)) return false;
  const { ip, ua } = bnd;
  return (ip === undefined || isName(ip)) && (ua === undefined || isName(ua));
}

/** Gives claims their types, which the checks of the claims then hold them to. */
function sessionResult(claims: JsonObject): SessionResult {
  const { device_id, rid, sid, jti, sub, cnf, kind, attestation, iat, exp, bnd } =
    claims as unknown as SessionClaims;
  return {
    kind: 'session',
    deviceId: device_id,
    recordId: rid,
    sessionId: sid,
    tokenId: jti,
    subject: sub,
    thumbprint: cnf?.jkt,
    enrolledBy: kind,
    attestation: attestationOf(attestation),
    issuedAt: milliseconds(iat),
    expiresAt: milliseconds(exp),
    binding: bnd,
    claims,
  };
}

function attestationOf(claim: unknown): SessionAttestation {
  const { platform, app_id, environment, integrity, attested_at, virtual, facts } = (
    isJsonObject(claim) ? claim : {}
  ) as TrustFacts;
  return {
    platform,
    appId: app_id,
    environment,
    integrity,
    attestedAt: milliseconds(attested_at),
    virtual: virtual === true,
    facts,
  };
}

/** Characters of the header of any session token, and more. */
const MAX_HEADER = 1024;

/**
 * Whether a bearer token says that it is a session, by its header alone: any other one is simply not ours. What it is
 * worth is for the verifier to say.
 */
export function looksLikeSession(token: string): boolean {
  const end = token.indexOf('.');
  if (end <= 0 || end > MAX_HEADER) return false;
  const header = readJsonObject(Buffer.from(token.slice(0, end), 'base64url'));
  return isMediaType(header?.['typ'], SESSION_TYP);
}
