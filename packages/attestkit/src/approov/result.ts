import { isJsonObject, type JsonObject } from '../kernel/bytes/json.js';
import { milliseconds } from '../kernel/jose/numeric-date.js';

/** A genuine Approov token. `claims` has the platform's own names. Frozen where the guard shares it between requests. */
export interface ApproovResult {
  readonly kind: 'approov';
  /** Whether the token was verified to be bound to this request (claim `pay`). */
  readonly bound: boolean;
  /** What the request's message signature covers, if one was verified. */
  readonly signature?: MessageSignature;
  /** Claim `exp`, milliseconds since the epoch; may have a fraction. */
  readonly expiresAt: number;
  /** Claim `did`: base64 of 16 bytes. */
  readonly deviceId: string | undefined;
  /** Claim `ip`: the address from which the device spoke to Approov. Informational: networks change. */
  readonly address: string | undefined;
  /** Claim `arc`: the attestation response code, if the account has it enabled. */
  readonly responseCode: string | undefined;
  /** Claim `anno`: why the device would be rejected, if the account has annotations enabled. */
  readonly annotations: string | readonly string[] | undefined;
  /** Claim `ipk`, the installation's public key: base64 of its SPKI DER (P-256). */
  readonly installationKey: string | undefined;
  /** Claim `iss`: `<account>.approov.io`, if the account has it enabled. */
  readonly issuer: string | undefined;
  /** Claim `aud`: the API domain, if the account has it enabled. */
  readonly audience: string | readonly string[] | undefined;
  /** Claim `embed`: results of web protection back-ends, by prefixed name: `recap:`, `hcap:`, `fpjs:`. */
  readonly webProtection: JsonObject | undefined;
  /** All claims as signed. A member above is undefined if the claim is absent or of another type than Approov documents. */
  readonly claims: JsonObject;
}

/** What a genuine message signature covers, and whose it is. */
export interface MessageSignature {
  /** `install`: by the installation's key, which the token names. `account`: by the account's key. */
  readonly by: 'install' | 'account';
  /** The names of the components, in order: `@method`, `@target-uri`, `approov-token`. */
  readonly components: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Gives verified claims their types. */
export function approovResult(claims: JsonObject, bound: boolean): ApproovResult {
  const { did, ip, arc, anno, ipk, iss, aud, embed } = claims;
  return {
    kind: 'approov',
    bound,
    expiresAt: milliseconds(claims['exp']),
    deviceId: text(did),
    address: text(ip),
    responseCode: text(arc),
    annotations: text(anno) ?? texts(anno),
    installationKey: text(ipk),
    issuer: text(iss),
    audience: text(aud) ?? texts(aud),
    webProtection: isJsonObject(embed) ? embed : undefined,
    claims,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}
