import { createHash, createSecretKey } from 'node:crypto';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { decodeAnySecret } from '../kernel/config/secrets.js';
import { ConfigurationError } from '../kernel/errors.js';
import { ALGORITHMS } from '../kernel/jose/jwa.js';
import { signJws } from '../kernel/jose/sign-jws.js';
import type { JsonObject } from '../ports/json.js';

/** How an Approov token is signed for development. */
export interface SignApproovTokenOptions {
  /** The account secret in base64, at least as long as the algorithm's hash: 32 bytes for HS256. */
  readonly secretBase64: string | undefined;
  /** Default `HS256`. */
  readonly algorithm?: 'HS256' | 'HS384' | 'HS512' | undefined;
  /** Seconds from `now` to the claim `exp`; below 0 the token has expired. Default 300. */
  readonly expiresInSeconds?: number | undefined;
  /**
   * The value that the token is bound to, by the claim `pay`: the value of a header as text, each character one byte
   * (latin-1) as HTTP libraries have it, or the bytes. Default: not bound.
   */
  readonly bind?: string | Uint8Array | undefined;
  /** Members of the header beside `alg` and `typ`, or instead of them: `{ kid: '1' }`. */
  readonly header?: JsonObject | undefined;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: number | undefined;
}

const OPTIONS: OptionTypes = {
  secretBase64: 'any',
  algorithm: 'any',
  expiresInSeconds: 'number',
  bind: 'any',
  header: 'object',
  now: 'number',
};

/**
 * Signs an Approov token for development and tests. In production Approov signs them, for apps that it has attested:
 * a server that signs its own protects nothing. So this takes published and weak secrets too, and any claims.
 *
 * @param claims beside `exp` and `pay`; an `exp` here replaces the one of `expiresInSeconds`
 * @returns a compact JWS
 * @throws ConfigurationError naming the option: a secret that is absent, too short or not base64, an algorithm for key
 *   pairs, a value that no header field can carry
 *
 * @example
 * const token = signApproovToken({ did: 'a-device' }, { secretBase64, expiresInSeconds: 60 });
 * const bound = signApproovToken({}, { secretBase64, bind: 'Bearer example' });
 */
export function signApproovToken(claims: JsonObject, options: SignApproovTokenOptions): string {
  assertOptions(options, OPTIONS, 'signApproovToken');
  const { algorithm = 'HS256', bind, expiresInSeconds = 300, header, now = Date.now() } = options;
  if (!['HS256', 'HS384', 'HS512'].includes(algorithm)) {
    const remedy = 'Give HS256, HS384 or HS512. Tokens of a key pair: mintApproovToken of attestkit-testing.';
    throw new ConfigurationError('algorithm', 'is not one for a secret', remedy);
  }
  const { length = 0 } = ALGORITHMS[algorithm];
  const key = createSecretKey(decodeAnySecret(options.secretBase64, 'base64', 'secretBase64', length));
  const exp = Math.floor(now / 1000) + expiresInSeconds;
  if (!Number.isFinite(exp))
    throw new ConfigurationError('expiresInSeconds', 'is not a finite number', 'Leave it out for 300.');
  const pay = bind === undefined ? undefined : { pay: digest(bind) };
  return signJws({ algorithm, key }, { typ: 'JWT', ...header }, { exp, ...claims, ...pay });
}

function digest(bound: string | Uint8Array): string {
  if (typeof bound === 'string' && /[^\0-\xff]/.test(bound)) {
    throw new ConfigurationError(
      'bind',
      'has a character that no header field can carry',
      'Give its bytes, in the encoding in which they are sent.',
    );
  }
  const bytes = typeof bound === 'string' ? Buffer.from(bound, 'latin1') : bound;
  return createHash('sha256').update(bytes).digest('base64');
}
