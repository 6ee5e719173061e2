import { isJsonObject, type JsonObject } from '../kernel/bytes/json.js';

/** A genuine Approov token, in the platform's own names. Frozen where the guard shares it between requests. */
export interface ApproovResult {
  readonly kind: 'approov';
  /** Whether the token was verified to be bound to this request (claim `pay`). */
  readonly bound: boolean;
  /** Expiry, seconds since the epoch; may have a fraction. */
  readonly exp: number;
  /** Device id: base64 of 16 bytes. */
  readonly did: string | undefined;
  /** The address from which the device spoke to Approov. Informational: networks change. */
  readonly ip: string | undefined;
  /** Attestation response code, where the account has it enabled. */
  readonly arc: string | undefined;
  /** Annotations: why the device would be rejected, where the account has them enabled. */
  readonly anno: string | readonly string[] | undefined;
  /** Installation public key: base64 of its SPKI DER (P-256). */
  readonly ipk: string | undefined;
  /** `<account>.approov.io`, where the account has it enabled. */
  readonly iss: string | undefined;
  /** The API domain, where the account has it enabled. */
  readonly aud: string | readonly string[] | undefined;
  /** Results of web protection back-ends, by prefixed name: `recap:`, `hcap:`, `fpjs:`. */
  readonly embed: JsonObject | undefined;
  /** All claims as signed. A member above is undefined where the claim is absent or of another type than Approov documents. */
  readonly claims: JsonObject;
}

/** Gives verified claims their types. */
export function approovResult(claims: JsonObject, bound: boolean): ApproovResult {
  const { did, ip, arc, anno, ipk, iss, aud, embed } = claims;
  return {
    kind: 'approov',
    bound,
    exp: claims['exp'] as number,
    did: text(did),
    ip: text(ip),
    arc: text(arc),
    anno: text(anno) ?? texts(anno),
    ipk: text(ipk),
    iss: text(iss),
    aud: text(aud) ?? texts(aud),
    embed: isJsonObject(embed) ? embed : undefined,
    claims,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}
