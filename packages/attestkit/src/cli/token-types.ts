import type { ErrorCode } from '../catalog.js';
import { randomBytes } from 'node:crypto';
import { signApproovToken, type SignApproovTokenOptions } from '../approov/index.js';

/** The value that `--claim-example` binds a token to. */
export const EXAMPLE_CLAIM = 'Bearer example-user-token';

const HOUR = 3600;

interface TokenType {
  /** The code that the token must be refused with. */
  readonly code: ErrorCode;
  readonly make: (options: SignApproovTokenOptions) => string;
}

/** The values of `--type` beside `valid`: what a request to a server is tried with. A test has more, in attestkit-testing. */
const TYPES: Readonly<Record<string, TokenType>> = {
  'two-parts': {
    code: 'ERR_APPROOV_TOKEN_MALFORMED',
    make: (options) => signApproovToken({}, options).replace(/\.[^.]*$/, ''),
  },
  'algorithm-none': {
    code: 'ERR_APPROOV_TOKEN_ALGORITHM_MISMATCH',
    make: (options) => signApproovToken({}, { ...options, header: { alg: 'none' } }).replace(/[^.]*$/, ''),
  },
  'invalid-signature': {
    code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    make: (options) => {
      const [header, payload, signature = ''] = signApproovToken({}, options).split('.');
      const bytes = Buffer.from(signature, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1);
      return [header, payload, bytes.toString('base64url')].join('.');
    },
  },
  'other-key': {
    code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    make: (options) => signApproovToken({}, { ...options, secretBase64: randomBytes(32).toString('base64') }),
  },
  'changed-claims': {
    code: 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    make: (options) => {
      const [header, , signature] = signApproovToken({}, options).split('.');
      const [, changed] = signApproovToken({ did: 'changed' }, options).split('.');
      return [header, changed, signature].join('.');
    },
  },
  'no-expiry': {
    code: 'ERR_APPROOV_TOKEN_EXP_MISSING',
    make: (options) => signApproovToken({ exp: undefined }, options),
  },
  expired: {
    code: 'ERR_APPROOV_TOKEN_EXPIRED',
    make: (options) => signApproovToken({}, { ...options, expiresInSeconds: -HOUR }),
  },
  'not-yet-valid': {
    code: 'ERR_APPROOV_TOKEN_NOT_YET_VALID',
    make: (options) => signApproovToken({ nbf: Math.floor(Date.now() / 1000) + HOUR }, options),
  },
  'binding-missing': {
    code: 'ERR_APPROOV_BINDING_CLAIM_MISSING',
    make: (options) => signApproovToken({}, { ...options, bind: undefined }),
  },
  'binding-mismatch': {
    code: 'ERR_APPROOV_BINDING_MISMATCH',
    make: (options) => signApproovToken({}, { ...options, bind: 'another value' }),
  },
};

export const TOKEN_TYPES: ReadonlyMap<string, TokenType> = new Map(Object.entries(TYPES));
