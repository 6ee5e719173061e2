import { createHash, createSecretKey } from 'node:crypto';
import type { ErrorCode } from 'attestkit/catalog';
import type { JsonObject, JwsAlgorithm } from 'attestkit';
import { ConfigurationError } from 'attestkit/errors';
import { publicPem, signature, type SigningKey } from '../encode/signature.js';
import { otherKey } from './signing-key.js';

/** What a defect changes while a token is made; a step that it leaves out is done as for a valid token. */
export interface Defect {
  /** The code that the verifier has to refuse the token with. */
  readonly code: ErrorCode;
  readonly header?: (header: JsonObject, key: SigningKey) => unknown;
  /** `seconds` is the time of minting since the epoch. */
  readonly claims?: (claims: JsonObject, seconds: number) => unknown;
  /** Encodes the payload instead of canonical base64url. */
  readonly encode?: (payload: Buffer) => string;
  readonly sign?: (key: SigningKey, signingInput: string) => Buffer;
  /** The finished token, its three parts given. */
  readonly assemble?: (header: string, payload: string, signed: string) => string;
}

const HOUR = 3600;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Each defect of a token, in the order in which the verifier finds them. */
export const DEFECTS = {
  oversized: {
    code: 'ERR_APPROOV_TOKEN_TOO_LARGE',
    claims: (claims) => ({ ...claims, fill: '.'.repeat(8192) }),
  },
  'encrypted-shape': {
    code: 'ERR_APPROOV_TOKEN_ENCRYPTION_UNSUPPORTED',
    // RFC 7516 §7.1: header, encrypted key (none with `dir`), initialization vector, ciphertext, tag.
    assemble: (_, payload, signed) =>
      `${part({ alg: 'dir', enc: 'A256GCM' })}..${'A'.repeat(16)}.${payload}.${signed}`,
  },
  'two-parts': { code: 'ERR_APPROOV_TOKEN_MALFORMED', assemble: (header, payload) => `${header}.${payload}` },
  'four-parts': {
    code: 'ERR_APPROOV_TOKEN_MALFORMED',
    assemble: (...parts) => [...parts, 'AAAA'].join('.'),
  },
  padded: {
    code: 'ERR_APPROOV_TOKEN_ENCODING_MALFORMED',
    encode: (payload) => {
      const text = uneven(payload).toString('base64url');
      return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
    },
  },
  'standard-base64': {
    code: 'ERR_APPROOV_TOKEN_ENCODING_MALFORMED',
    // Wherever it stands, a run of five has three that encode to `fn5+`, so that the two alphabets differ.
    claims: (claims) => ({ ...claims, fill: '~~~~~' }),
    encode: (payload) => payload.toString('base64').replace(/=+$/, ''),
  },
  'non-canonical': {
    code: 'ERR_APPROOV_TOKEN_ENCODING_MALFORMED',
    encode: (payload) => {
      const text = uneven(payload).toString('base64url');
      return text.slice(0, -1) + ALPHABET[ALPHABET.indexOf(text.slice(-1)) + 1];
    },
  },
  'header-not-object': { code: 'ERR_APPROOV_TOKEN_HEADER_MALFORMED', header: (header) => [header] },
  'kid-not-a-string': {
    code: 'ERR_APPROOV_TOKEN_HEADER_MALFORMED',
    header: (header) => ({ ...header, kid: 1 }),
  },
  'algorithm-none': {
    code: 'ERR_APPROOV_TOKEN_ALGORITHM_MISMATCH',
    header: (header) => ({ ...header, alg: 'none' }),
    sign: () => Buffer.alloc(0),
  },
  'other-algorithm': {
    code: 'ERR_APPROOV_TOKEN_ALGORITHM_MISMATCH',
    header: (header, { algorithm }) => ({ ...header, alg: OTHER_ALGORITHM[algorithm] }),
    sign: ({ algorithm, key }, signingInput) =>
      signature(
        { algorithm: algorithm === 'EdDSA' ? algorithm : OTHER_ALGORITHM[algorithm], key },
        signingInput,
      ),
  },
  'public-key-as-secret': {
    code: 'ERR_APPROOV_TOKEN_ALGORITHM_MISMATCH',
    header: (header) => ({ ...header, alg: 'HS256' }),
    sign: ({ key }, signingInput) => {
      if (key.type === 'secret')
        throw new ConfigurationError('defect', 'needs a key pair', 'Give privateKey and its algorithm.');
      return signature({ algorithm: 'HS256', key: createSecretKey(publicPem(key), 'utf8') }, signingInput);
    },
  },
  'critical-extension': {
    code: 'ERR_APPROOV_TOKEN_CRITICAL_UNSUPPORTED',
    header: (header) => ({ ...header, crit: ['extension'], extension: true }),
  },
  'other-type': {
    code: 'ERR_APPROOV_TOKEN_TYPE_MISMATCH',
    header: (header) => ({ ...header, typ: 'at+jwt' }),
  },
  'invalid-signature': {
    code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    sign: (key, signingInput) => {
      const signed = signature(key, signingInput);
      signed.writeUInt8(signed.readUInt8(signed.length - 1) ^ 1, signed.length - 1);
      return signed;
    },
  },
  'other-key': {
    code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    sign: (key, signingInput) => signature(otherKey(key), signingInput),
  },
  'changed-claims': {
    code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    assemble: (header, payload, signed) => {
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JsonObject;
      return [header, part({ ...claims, did: 'changed' }), signed].join('.');
    },
  },
  truncated: {
    code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    // Whole groups of four, so that what is left is canonical.
    assemble: (header, payload, signed) => [header, payload, signed.slice(0, 24)].join('.'),
  },
  'no-signature': { code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID', sign: () => Buffer.alloc(0) },
  'payload-not-object': { code: 'ERR_APPROOV_TOKEN_PAYLOAD_MALFORMED', claims: (claims) => [claims] },
  'payload-null': { code: 'ERR_APPROOV_TOKEN_PAYLOAD_MALFORMED', claims: () => null },
  'no-expiry': { code: 'ERR_APPROOV_TOKEN_EXP_MISSING', claims: (claims) => ({ ...claims, exp: undefined }) },
  'expiry-not-a-number': {
    code: 'ERR_APPROOV_TOKEN_EXP_INVALID',
    claims: (claims) => ({ ...claims, exp: String(claims['exp']) }),
  },
  expired: {
    code: 'ERR_APPROOV_TOKEN_EXPIRED',
    claims: (claims, seconds) => ({ ...claims, exp: seconds - HOUR }),
  },
  'not-before-not-a-number': {
    code: 'ERR_APPROOV_TOKEN_NBF_INVALID',
    claims: (claims, seconds) => ({ ...claims, nbf: String(seconds) }),
  },
  'not-yet-valid': {
    code: 'ERR_APPROOV_TOKEN_NOT_YET_VALID',
    claims: (claims, seconds) => ({ ...claims, nbf: seconds + HOUR }),
  },
  'issued-at-not-a-number': {
    code: 'ERR_APPROOV_TOKEN_IAT_INVALID',
    claims: (claims, seconds) => ({ ...claims, iat: String(seconds) }),
  },
  'binding-missing': {
    code: 'ERR_APPROOV_BINDING_CLAIM_MISSING',
    claims: (claims) => ({ ...claims, pay: undefined }),
  },
  'binding-empty': {
    code: 'ERR_APPROOV_BINDING_CLAIM_INVALID',
    claims: (claims) => ({ ...claims, pay: '' }),
  },
  'binding-not-a-digest': {
    code: 'ERR_APPROOV_BINDING_CLAIM_INVALID',
    claims: (claims) => ({ ...claims, pay: 'not a digest' }),
  },
  'binding-base64url': {
    code: 'ERR_APPROOV_BINDING_CLAIM_INVALID',
    claims: (claims) => ({
      ...claims,
      pay: Buffer.from(String(claims['pay']), 'base64').toString('base64url'),
    }),
  },
  'binding-mismatch': {
    code: 'ERR_APPROOV_BINDING_MISMATCH',
    claims: (claims) => ({ ...claims, pay: createHash('sha256').update('another value').digest('base64') }),
  },
} as const satisfies Record<string, Defect>;

/** The name of a defect: `expired`, `invalid-signature`, … */
export type ApproovDefect = keyof typeof DEFECTS;

/**
 * Every defect, with the error code that a token which has it must be refused with. Those whose code begins with
 * `ERR_APPROOV_BINDING_` are genuine tokens, refused only if a binding is asked for.
 */
export const APPROOV_DEFECTS = Object.freeze(
  Object.fromEntries(Object.entries(DEFECTS).map(([name, { code }]) => [name, code])),
) as Readonly<Record<ApproovDefect, ErrorCode>>;

/** An algorithm that the same key can sign with; for EdDSA there is none, and the header alone names it. */
const OTHER_ALGORITHM: Readonly<Record<JwsAlgorithm, JwsAlgorithm>> = {
  HS256: 'HS384',
  HS384: 'HS512',
  HS512: 'HS256',
  RS256: 'PS256',
  RS384: 'PS384',
  RS512: 'PS512',
  PS256: 'RS256',
  PS384: 'RS384',
  PS512: 'RS512',
  ES256: 'ES384',
  ES384: 'ES512',
  ES512: 'ES256',
  EdDSA: 'ES256',
};

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The same JSON, of a length that leaves unused bits and padding in base64: a space after it means nothing. */
function uneven(payload: Buffer): Buffer {
  return payload.length % 3 === 0 ? Buffer.concat([payload, Buffer.from(' ')]) : payload;
}
