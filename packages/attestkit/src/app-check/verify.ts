import { amount, atMost } from '../kernel/asked.js';
import { checkClaims } from '../kernel/jose/claims.js';
import { ConfigurationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/bytes/json.js';
import { jwksSource } from '../kernel/jose/key-source.js';
import { milliseconds } from '../kernel/jose/numeric-date.js';
import { appraiseToken, type TokenRules } from '../kernel/jose/token-verifier.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { readJwks } from '../kernel/jose/public-keys.js';
import { enforcing, inspecting } from '../kernel/sinks.js';
import type { Checks, Inspection } from '../ports/checks.js';
import type { Jwk, KeySource } from '../ports/keys.js';
import { CLAIM_CHECKS, TOKEN_CHECKS } from './checks.js';
import { PROJECT_OPTIONS, readProject, type AppCheckProject, type ProjectRules } from './expectations.js';

/** A genuine App Check token. Frozen where the guard shares it between requests. */
export interface AppCheckResult {
  readonly kind: 'appCheck';
  /** Firebase App ID, claim `sub`: `1:123456789012:android:0a1b2c3d4e5f`. */
  readonly appId: string;
  readonly platform: 'android' | 'ios' | 'web' | 'unknown';
  /** Milliseconds since the epoch; may have a fraction. */
  readonly expiresAt: number;
  /** Milliseconds since the epoch; may have a fraction. */
  readonly issuedAt: number;
  /** The token's identifier, claim `jti`. Session tokens and limited-use tokens both have one. */
  readonly tokenId: string | undefined;
  /**
   * Whether the app asked for a limited-use token: it lives for less than 30 minutes (Firebase gives it 5), and session
   * tokens for 30 minutes to 7 days. Whether it was used before is another question.
   */
  readonly limitedUse: boolean;
  /**
   * What attested the app, claim `provider`: `play_integrity`, `device_check_app_attest`,
   * `device_check_device_identification`, `recaptcha_enterprise`, `recaptcha_v3`, `custom`, `debug`, or a value that
   * Firebase added later. Undefined if the token does not say.
   */
  readonly provider: string | undefined;
  /** What was accepted and is not known here: `provider x`. For operators: it is time to look for a newer version. */
  readonly notes: readonly string[];
  /** Whether this use was the token's first, and is its last. */
  readonly consumed: boolean;
  /** All claims as signed. */
  readonly claims: JsonObject;
}

/** What a token must meet. */
export interface AppCheckExpectations extends AppCheckProject {
  /** Firebase's JWK Set (RFC 7517 §5), parsed. */
  readonly jwks: { readonly keys: readonly Jwk[] };
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
}

/**
 * Verifies an App Check token: a compact JWS, signed with RS256 by a key of the set, not expired, issued for this
 * project and one of its allowed apps. Pure and synchronous. Whether it was used before it does not say.
 *
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const { appId, expiresAt } = verifyAppCheckToken(token, { jwks, projectNumber: '123456789012', appIds });
 */
export function verifyAppCheckToken(token: string, expected: AppCheckExpectations): AppCheckResult {
  return appraise(token, expected, enforcing);
}

/**
 * Runs the same checks as `verifyAppCheckToken`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectAppCheckToken(token, { jwks, projectNumber: '123456789012', appIds });
 */
export function inspectAppCheckToken(
  token: string,
  expected: AppCheckExpectations,
): Inspection<AppCheckResult> {
  return inspecting((checks, read) => appraise(token, expected, checks, read));
}

/**
 * The same of a text that is refused for its form, whichever project it is for: no keys are known, and no check gets as far
 * as the project.
 */
export function inspectAppCheckForm(token: string, now: number): Inspection<AppCheckResult> {
  const rules = readProject({ projectNumber: '0', appIds: ['1:0:web:0'] });
  return inspecting((checks, read) =>
    appraiseToken(token, tokenRules(jwksSource(ALGORITHM, []), rules), now, checks, read),
  );
}

const EXPECTATIONS: OptionTypes = { ...PROJECT_OPTIONS, jwks: 'object', now: 'number' };

function appraise(
  token: string,
  expected: AppCheckExpectations,
  checks: Checks,
  read?: (partial: AppCheckResult) => void,
): AppCheckResult {
  assertOptions(expected, EXPECTATIONS, 'verifyAppCheckToken');
  const rules = readProject(expected);
  const { now = Date.now() } = expected;
  if (!Number.isFinite(now))
    throw new ConfigurationError('now', 'is not a time', 'Give milliseconds since the epoch.');
  const keys = readJwks(expected.jwks, ALGORITHM);
  if (typeof keys === 'string')
    throw new ConfigurationError('jwks', `cannot be used: ${keys}`, `Give Firebase's set.`);
  return appraiseToken(token, tokenRules(jwksSource(ALGORITHM, keys), rules), now, checks, read);
}

/** Firebase signs with this alone. */
export const ALGORITHM = 'RS256';

export function tokenRules<Keys extends KeySource>(
  keys: Keys,
  rules: ProjectRules,
): TokenRules<AppCheckResult, Keys> {
  return {
    checks: TOKEN_CHECKS,
    types: ['JWT'],
    keys,
    resultOf,
    appraise: (claims, now, checks) => appraiseClaims(claims, rules, now, checks),
  };
}

/** Seconds by which Firebase's clock may be ahead of this one. */
const FUTURE_SECONDS = 60;

/** Seconds. The project's setting is between 30 minutes and 7 days. */
const LONGEST_LIFE = 7 * 86_400;
const AT_MOST_LIFE = atMost(LONGEST_LIFE, 's');

/** Seconds. No session token lives for less; a limited-use token lives for 5 minutes. */
const SHORTEST_SESSION = 1800;

/** Holds claims to the expectations as of `now`, milliseconds since the epoch. */
function appraiseClaims(claims: JsonObject, rules: ProjectRules, now: number, checks: Checks): void {
  checkClaims(claims, rules.claims, now, TOKEN_CHECKS, checks);
  const { aud, iat, sub, provider } = claims;
  checks.holds(CLAIM_CHECKS.audienceList, Array.isArray(aud));
  checks.holds(CLAIM_CHECKS.issuedAt, iat !== undefined);
  const issuedAt = typeof iat === 'number' ? iat : Number.NaN;
  checks.holds(
    CLAIM_CHECKS.past,
    issuedAt <= now / 1000 + FUTURE_SECONDS,
    new Date(issuedAt * 1000),
    atMost(new Date(now + FUTURE_SECONDS * 1000)),
  );
  const life = lifetimeOf(claims);
  checks.holds(CLAIM_CHECKS.lifetime, life > 0 && life <= LONGEST_LIFE, amount(life, 's'), AT_MOST_LIFE);
  checks.holds(CLAIM_CHECKS.subject, typeof sub === 'string' && sub !== '', sub);
  checks.holds(CLAIM_CHECKS.app, rules.appIds.includes(sub as string), sub, rules.appIds);
  checks.holds(CLAIM_CHECKS.provider, provider === undefined || typeof provider === 'string', provider);
  checks.holds(CLAIM_CHECKS.debug, rules.allowDebugProvider || !isDebug(provider), provider);
}

/** Seconds; not a number if a claim is not one. */
function lifetimeOf({ exp, iat }: JsonObject): number {
  return typeof exp === 'number' && typeof iat === 'number' ? exp - iat : Number.NaN;
}

/** Whether a provider is the one for development, which attests nothing. */
export function isDebug(provider: unknown): boolean {
  return provider === 'debug';
}

const PROVIDERS: readonly unknown[] = [
  'custom',
  'debug',
  'device_check_app_attest',
  'device_check_device_identification',
  'play_integrity',
  'recaptcha_enterprise',
  'recaptcha_v3',
];

function notesOn({ provider }: JsonObject): readonly string[] {
  if (provider === undefined || PROVIDERS.includes(provider)) return [];
  return [
    typeof provider === 'string' && /^[\w-]{1,64}$/.test(provider) ? `provider ${provider}` : 'provider',
  ];
}

function resultOf(claims: JsonObject): AppCheckResult {
  const { sub, exp, iat, jti, provider } = claims;
  return {
    kind: 'appCheck',
    appId: sub as string,
    platform: platformOf(sub),
    expiresAt: milliseconds(exp),
    issuedAt: milliseconds(iat),
    tokenId: typeof jti === 'string' && jti !== '' ? jti : undefined,
    limitedUse: lifetimeOf(claims) < SHORTEST_SESSION,
    provider: typeof provider === 'string' ? provider : undefined,
    notes: notesOn(claims),
    consumed: false,
    claims,
  };
}

/** The third part of an App ID: `1:123456789012:android:0a1b2c3d4e5f`. */
function platformOf(appId: unknown): AppCheckResult['platform'] {
  if (typeof appId !== 'string') return 'unknown';
  const at = appId.indexOf(':', appId.indexOf(':') + 1) + 1;
  if (appId.startsWith('android:', at)) return 'android';
  if (appId.startsWith('ios:', at)) return 'ios';
  return appId.startsWith('web:', at) ? 'web' : 'unknown';
}
