import type { ErrorCode } from 'attestkit/catalog';
import type { JsonObject } from 'attestkit';
import { ConfigurationError } from 'attestkit/errors';
import { flipped, type JwsSteps } from '../../encode/jws.js';

/** The steps of making a token. */
export interface AppCheckSteps extends JwsSteps {
  readonly claims?: (claims: AppCheckClaims) => object;
}

/** What Firebase signs. */
export interface AppCheckClaims extends JsonObject {
  readonly iss: string;
  readonly aud: readonly string[];
  readonly sub: string;
  /** Seconds since the epoch, as the next. */
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly provider?: string;
}

type Defect = AppCheckSteps & { readonly code: ErrorCode; readonly says: string };

const DAY = 86_400;

const DEFECTS = {
  'too-large': {
    code: 'ERR_APP_CHECK_TOKEN_TOO_LARGE',
    says: 'a token of 100 KiB',
    token: (token) => token.padEnd(102_400, 'A'),
  },
  'five-parts': {
    code: 'ERR_APP_CHECK_TOKEN_ENCRYPTION_UNSUPPORTED',
    says: 'a token of five parts',
    token: (token) => `${token}.AAAA.AAAA`,
  },
  'two-parts': {
    code: 'ERR_APP_CHECK_TOKEN_MALFORMED',
    says: 'a token without a signature',
    token: (token) => token.split('.', 2).join('.'),
  },
  padded: {
    code: 'ERR_APP_CHECK_TOKEN_ENCODING_MALFORMED',
    says: 'a signature with padding',
    token: (token) => `${token}==`,
  },
  'header-list': {
    code: 'ERR_APP_CHECK_TOKEN_HEADER_MALFORMED',
    says: 'the header is a list',
    headerText: (text) => `[${text}]`,
  },
  unsigned: {
    code: 'ERR_APP_CHECK_TOKEN_ALGORITHM_MISMATCH',
    says: 'the header says `none`, and there is no signature',
    header: (header) => ({ ...header, alg: 'none' }),
    token: (token) => token.replace(/[^.]*$/, ''),
  },
  'hmac-with-public-key': {
    code: 'ERR_APP_CHECK_TOKEN_ALGORITHM_MISMATCH',
    says: 'an HMAC with the public key for a secret, and a header that says so',
    header: (header) => ({ ...header, alg: 'HS256' }),
    hmac: true,
  },
  critical: {
    code: 'ERR_APP_CHECK_TOKEN_CRITICAL_UNSUPPORTED',
    says: 'the token demands an extension',
    header: (header) => ({ ...header, crit: ['exp'], exp: 1 }),
  },
  'other-type': {
    code: 'ERR_APP_CHECK_TOKEN_TYPE_MISMATCH',
    says: 'a token of another type',
    header: (header) => ({ ...header, typ: 'at+jwt' }),
  },
  'no-type': {
    code: 'ERR_APP_CHECK_TOKEN_TYPE_MISMATCH',
    says: 'a token without a type',
    header: (header) => ({ ...header, typ: undefined }),
  },
  'unknown-key': {
    code: 'ERR_APP_CHECK_TOKEN_KEY_UNKNOWN',
    says: 'the token names a key that Firebase has not',
    header: (header) => ({ ...header, kid: 'another' }),
  },
  'signed-by-stranger': {
    code: 'ERR_APP_CHECK_TOKEN_SIGNATURE_INVALID',
    says: 'another key signed the token',
    stranger: true,
  },
  'signature-changed': {
    code: 'ERR_APP_CHECK_TOKEN_SIGNATURE_INVALID',
    says: 'one bit of the signature is changed',
    token: (token) => flipped(token, -1),
  },
  'claims-changed': {
    code: 'ERR_APP_CHECK_TOKEN_SIGNATURE_INVALID',
    says: 'one bit of the claims is changed',
    token: (token) => flipped(token, 1),
  },
  'payload-list': {
    code: 'ERR_APP_CHECK_TOKEN_PAYLOAD_MALFORMED',
    says: 'the payload is a list',
    payloadText: (text) => `[${text}]`,
  },
  'no-expiry': {
    code: 'ERR_APP_CHECK_TOKEN_EXP_MISSING',
    says: 'a token that never expires',
    claims: (claims) => ({ ...claims, exp: undefined }),
  },
  'expiry-as-text': {
    code: 'ERR_APP_CHECK_TOKEN_EXP_INVALID',
    says: 'the expiry is text',
    claims: (claims) => ({ ...claims, exp: String(claims.exp) }),
  },
  expired: {
    code: 'ERR_APP_CHECK_TOKEN_EXPIRED',
    says: 'the token has expired an hour ago',
    claims: (claims) => ({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }),
  },
  'not-before-as-text': {
    code: 'ERR_APP_CHECK_TOKEN_NBF_INVALID',
    says: 'the start of validity is text',
    claims: (claims) => ({ ...claims, nbf: String(claims.iat) }),
  },
  'not-yet-valid': {
    code: 'ERR_APP_CHECK_TOKEN_NOT_YET_VALID',
    says: 'the token is valid in half an hour',
    claims: (claims) => ({ ...claims, nbf: claims.iat + 1800 }),
  },
  'issued-at-as-text': {
    code: 'ERR_APP_CHECK_TOKEN_IAT_INVALID',
    says: 'the time of issue is text',
    claims: (claims) => ({ ...claims, iat: String(claims.iat) }),
  },
  'other-issuer': {
    code: 'ERR_APP_CHECK_TOKEN_ISSUER_MISMATCH',
    says: 'another issuer than App Check',
    claims: (claims) => ({ ...claims, iss: claims.iss.replace('appcheck', 'auth') }),
  },
  'issuer-of-other-project': {
    code: 'ERR_APP_CHECK_TOKEN_ISSUER_MISMATCH',
    says: 'App Check of another project, whose number begins alike',
    claims: (claims) => ({ ...claims, iss: `${claims.iss}0` }),
  },
  'other-audience': {
    code: 'ERR_APP_CHECK_TOKEN_AUDIENCE_MISMATCH',
    says: 'a token for another project',
    claims: (claims) => ({ ...claims, aud: claims.aud.map((each) => `${each}0`) }),
  },
  'audience-as-text': {
    code: 'ERR_APP_CHECK_TOKEN_AUDIENCE_INVALID',
    says: 'the audience is one text',
    claims: (claims) => ({ ...claims, aud: claims.aud[0] }),
  },
  'no-issued-at': {
    code: 'ERR_APP_CHECK_TOKEN_IAT_MISSING',
    says: 'nothing says when the token was issued',
    claims: (claims) => ({ ...claims, iat: undefined }),
  },
  'issued-in-future': {
    code: 'ERR_APP_CHECK_TOKEN_IAT_NOT_YET_VALID',
    says: 'the token was issued in half an hour',
    claims: (claims) => ({ ...claims, iat: claims.iat + 1800 }),
  },
  'lives-too-long': {
    code: 'ERR_APP_CHECK_TOKEN_LIFETIME_INVALID',
    says: 'the token lives for eight days',
    claims: (claims) => ({ ...claims, exp: claims.iat + 8 * DAY }),
  },
  'lives-backwards': {
    code: 'ERR_APP_CHECK_TOKEN_LIFETIME_INVALID',
    says: 'the token expires before it was issued, both within a minute from now',
    claims: (claims) => ({ ...claims, iat: claims.iat + 50, exp: claims.iat + 40 }),
  },
  'no-app': {
    code: 'ERR_APP_CHECK_TOKEN_SUBJECT_INVALID',
    says: 'the token names no app',
    claims: (claims) => ({ ...claims, sub: '' }),
  },
  'app-as-list': {
    code: 'ERR_APP_CHECK_TOKEN_SUBJECT_INVALID',
    says: 'the app is a list',
    claims: (claims) => ({ ...claims, sub: [claims.sub] }),
  },
  'other-app': {
    code: 'ERR_APP_CHECK_TOKEN_APP_MISMATCH',
    says: 'the token is of another app of the project',
    claims: (claims) => ({ ...claims, sub: `${claims.sub}0` }),
  },
  'provider-as-list': {
    code: 'ERR_APP_CHECK_PROVIDER_MALFORMED',
    says: 'the provider is a list',
    claims: (claims) => ({ ...claims, provider: ['debug'] }),
  },
  'debug-provider': {
    code: 'ERR_APP_CHECK_PROVIDER_DENIED',
    says: 'a token of the debug provider',
    claims: (claims) => ({ ...claims, provider: 'debug' }),
  },
} as const satisfies Readonly<Record<string, Defect>>;

/** The name of a defect: `unsigned`, `other-audience`, … */
export type AppCheckDefect = keyof typeof DEFECTS;

/** A defect, and what has to come of it. */
export interface AppCheckDefectFacts {
  /** What is wrong, for people. */
  readonly says: string;
  /** The code that the verifier has to refuse it with. */
  readonly code: ErrorCode;
}

/** Every defect that the virtual App Check can make. */
export const APP_CHECK_DEFECTS = Object.freeze(
  Object.fromEntries(
    Object.entries(DEFECTS).map(([name, { says, code }]) => [name, Object.freeze({ says, code })]),
  ),
) as Readonly<Record<AppCheckDefect, AppCheckDefectFacts>>;

/**
 * The steps that a defect changes.
 *
 * @throws ConfigurationError if there is no such defect
 */
export function appCheckSteps(name: string | undefined): AppCheckSteps {
  if (name === undefined) return {};
  const defects: Readonly<Record<string, Defect>> = DEFECTS;
  const defect = Object.hasOwn(defects, name) ? defects[name] : undefined;
  if (defect !== undefined) return defect;
  throw new ConfigurationError('defect', 'is not known', `Give one of ${Object.keys(defects).join(', ')}.`);
}
