import type { Checks } from '../../ports/checks.js';
import type { JsonObject } from '../bytes/json.js';
import type { JwtChecks } from './jwt-checks.js';
import { ConfigurationError } from '../errors.js';

/** What the registered claims (RFC 7519 §4.1) must meet. */
export interface ClaimExpectations {
  /** Values of `iss` that are accepted; not checked where undefined. */
  readonly issuers?: readonly string[] | undefined;
  /** Values of which `aud` has to contain one; not checked where undefined. */
  readonly audiences?: readonly string[] | undefined;
  /** Seconds by which this machine's clock may differ from the issuer's: 0 to 60. */
  readonly leewaySeconds: number;
}

/** Holds claims to the expectations as of `now` (milliseconds since the epoch). `exp` is always required. */
export function checkClaims(
  claims: JsonObject,
  expected: ClaimExpectations,
  now: number,
  defs: JwtChecks<string>,
  checks: Checks,
): void {
  const seconds = now / 1000;
  const { exp, nbf, iat, iss, aud } = claims;
  checks.holds(defs.expiryPresent, exp !== undefined);
  checks.holds(defs.expiryNumber, Number.isFinite(exp), exp);
  checks.holds(defs.expired, typeof exp === 'number' && seconds < exp + expected.leewaySeconds, exp, seconds);
  if (nbf !== undefined) {
    checks.holds(defs.notBeforeNumber, Number.isFinite(nbf), nbf);
    checks.holds(
      defs.notBefore,
      typeof nbf === 'number' && seconds >= nbf - expected.leewaySeconds,
      nbf,
      seconds,
    );
  }
  if (iat !== undefined) checks.holds(defs.issuedAtNumber, Number.isFinite(iat), iat);
  const { issuers, audiences } = expected;
  if (issuers !== undefined)
    checks.holds(defs.issuer, typeof iss === 'string' && issuers.includes(iss), iss, issuers);
  if (audiences !== undefined) {
    const meantFor = Array.isArray(aud) ? (aud as unknown[]) : [aud];
    checks.holds(
      defs.audience,
      meantFor.some((each) => typeof each === 'string' && audiences.includes(each)),
      aud,
      audiences,
    );
  }
}

/**
 * Reads the options that become ClaimExpectations.
 *
 * @throws ConfigurationError naming the option
 */
export function claimExpectations(options: {
  issuer?: string | readonly string[] | undefined;
  audience?: string | readonly string[] | undefined;
  leewaySeconds?: number | undefined;
}): ClaimExpectations {
  const { leewaySeconds = 0 } = options;
  if (!(typeof leewaySeconds === 'number' && leewaySeconds >= 0 && leewaySeconds <= 60)) {
    throw new ConfigurationError(
      'leewaySeconds',
      'is not between 0 and 60',
      'Keep the clocks in step (NTP) and the leeway small.',
    );
  }
  return {
    issuers: list('issuer', options.issuer),
    audiences: list('audience', options.audience),
    leewaySeconds,
  };
}

function list(name: string, value: string | readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const values = typeof value === 'string' ? [value] : [...value];
  if (values.length === 0 || values.some((each) => typeof each !== 'string' || each === '')) {
    throw new ConfigurationError(
      name,
      'is empty',
      'Name at least one value, or leave the option out so that the claim is not checked.',
    );
  }
  return values;
}
