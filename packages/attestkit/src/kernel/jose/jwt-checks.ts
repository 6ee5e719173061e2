import type { CheckDef, Stage } from '../../ports/checks.js';
import { freezeJson } from '../bytes/json.js';

/**
 * The checks that every kind of signed token shares, in the order of verification. `*` in a sentence stands for
 * the token's name.
 */
const CHECKS = {
  size: ['token size', 'TOO_LARGE', '* is longer than any genuine one', 'attestkit, input caps'],
  encrypted: [
    'not encrypted',
    'ENCRYPTION_UNSUPPORTED',
    '* is encrypted (JWE), which is not supported: have it signed only',
    'RFC 7516 §9',
  ],
  compact: [
    'compact serialization',
    'MALFORMED',
    '* does not have the three parts of a signed token',
    'RFC 7515 §7.1',
  ],
  encoding: [
    'base64url parts',
    'ENCODING_MALFORMED',
    '* has a part that is not canonical base64url without padding',
    'RFC 7515 §2, RFC 4648 §3.5',
  ],
  header: [
    'header is a JSON object',
    'HEADER_MALFORMED',
    'the header of * is not a JSON object, or its `kid` is not a string',
    'RFC 7515 §4',
  ],
  algorithm: [
    'pinned algorithm',
    'ALGORITHM_MISMATCH',
    '* is not signed with the configured algorithm',
    'RFC 8725 §3.1',
  ],
  critical: [
    'no critical extensions',
    'CRITICAL_UNSUPPORTED',
    '* demands an extension that is not understood',
    'RFC 7515 §4.1.11',
  ],
  type: ['token type', 'TYPE_MISMATCH', '* is a token of another type', 'RFC 8725 §3.11, RFC 7515 §4.1.9'],
  key: ['known key', 'KEY_UNKNOWN', '* names no configured key', 'RFC 7515 §4.1.4'],
  signature: [
    'signature',
    'SIGNATURE_INVALID',
    'the signature of * is not by a configured key',
    'RFC 7515 §5.2',
  ],
  payload: [
    'payload is a JSON object',
    'PAYLOAD_MALFORMED',
    'the payload of * is not a JSON object',
    'RFC 7519 §7.2',
  ],
  expiryPresent: [
    'exp is present',
    'EXP_MISSING',
    '* has no expiry (`exp`)',
    'RFC 7519 §4.1.4; attestkit requires it',
  ],
  expiryNumber: [
    'exp is a number',
    'EXP_INVALID',
    'the expiry (`exp`) of * is not a finite number',
    'RFC 7519 §2, §4.1.4',
  ],
  expired: ['not expired', 'EXPIRED', '* has expired', 'RFC 7519 §4.1.4'],
  notBeforeNumber: [
    'nbf is a number',
    'NBF_INVALID',
    'the start of validity (`nbf`) of * is not a finite number',
    'RFC 7519 §2, §4.1.5',
  ],
  notBefore: ['already valid', 'NOT_YET_VALID', '* is not valid yet', 'RFC 7519 §4.1.5'],
  issuedAtNumber: [
    'iat is a number',
    'IAT_INVALID',
    'the time of issue (`iat`) of * is not a finite number',
    'RFC 7519 §2, §4.1.6',
  ],
  issuer: [
    'issuer',
    'ISSUER_MISMATCH',
    '* is not from a configured issuer',
    'RFC 7519 §4.1.1, RFC 8725 §3.8',
  ],
  audience: [
    'audience',
    'AUDIENCE_MISMATCH',
    '* is not meant for a configured audience',
    'RFC 7519 §4.1.3, RFC 8725 §3.9',
  ],
} as const;

type Name = keyof typeof CHECKS;

/** One catalog's share of the checks above: `JwtChecks<'APPROOV_TOKEN'>['expired']['code']` is `ERR_APPROOV_TOKEN_EXPIRED`. */
export type JwtChecks<Prefix extends string> = {
  readonly [N in Name]: CheckDef<`ERR_${Prefix}_${(typeof CHECKS)[N][1]}`>;
};

/** Names the shared checks for one kind of token: `jwtChecks('APPROOV_TOKEN', 'the Approov token', 'untrusted')`. */
export function jwtChecks<const Prefix extends string>(
  prefix: Prefix,
  subject: string,
  stage: Stage,
): JwtChecks<Prefix> {
  const named = Object.entries(CHECKS).map(([key, [name, suffix, says, spec]]) => {
    return [key, { name, code: `ERR_${prefix}_${suffix}`, stage, says: says.replace('*', subject), spec }];
  });
  return freezeJson(Object.fromEntries(named)) as JwtChecks<Prefix>;
}
