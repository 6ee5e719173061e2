import { createSecretKey } from 'node:crypto';
import { ConfigurationError } from '../kernel/errors.js';
import { ALGORITHMS } from '../kernel/jose/jwa.js';
import { assertKeySource, configuredKeys, jwksSource } from '../kernel/jose/key-source.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { publicKey, readJwks } from '../kernel/jose/public-keys.js';
import { secretDigests } from '../kernel/config/secret-readings.js';
import { assertSafeSecrets, decodeSecret } from '../kernel/config/secrets.js';
import type { Jwk, FixedKeySource, JwsAlgorithm, KeySource, VerificationKey } from '../ports/keys.js';

/**
 * The key an account's tokens are signed with. Several secrets or public keys may be in use at once, while one
 * replaces the other.
 */
export type ApproovKeyOptions =
  | {
      /** The account secret in base64: `approov secret -get base64`. At least 32 bytes. */
      readonly secretBase64: string | readonly string[] | undefined;
      /** Default `HS256`. */
      readonly algorithm?: 'HS256' | 'HS384' | 'HS512';
      /** Allows the published example secrets outside of `NODE_ENV=development` and `test`. Default false. */
      readonly allowPublishedSecret?: boolean;
    }
  | {
      /** The account secret in base64url: `approov secret -get base64url`. At least 32 bytes. */
      readonly secretBase64url: string | readonly string[] | undefined;
      /** Default `HS256`. */
      readonly algorithm?: 'HS256' | 'HS384' | 'HS512';
      /** Allows the published example secrets outside of `NODE_ENV=development` and `test`. Default false. */
      readonly allowPublishedSecret?: boolean;
    }
  | {
      /** The public key of a key set, as PEM (`approov keyset -getPEM`) or JWK. */
      readonly publicKey: string | Jwk | readonly (string | Jwk)[];
      readonly algorithm: Exclude<JwsAlgorithm, `HS${string}`>;
    }
  | {
      /** A JWK Set (RFC 7517 §5), parsed. */
      readonly jwks: { readonly keys: readonly Jwk[] };
      readonly algorithm: Exclude<JwsAlgorithm, `HS${string}`>;
    };

const SOURCES: OptionTypes = {
  secretBase64: 'any',
  secretBase64url: 'any',
  publicKey: 'any',
  jwks: 'any',
  keys: 'object',
};

/** The options that say what the keys are. */
export const KEY_OPTIONS: OptionTypes = { ...SOURCES, algorithm: 'string', allowPublishedSecret: 'boolean' };

/**
 * Reads the keys that Approov tokens are verified with.
 *
 * @throws ConfigurationError naming the option: an absent, short, published or malformed secret, a key that does
 *   not fit the algorithm, the same key twice
 * @example
 * const keys = approovKeys({ secretBase64: process.env.APPROOV_BASE64_SECRET });
 */
export function approovKeys(options: ApproovKeyOptions): FixedKeySource {
  assertOptions(options, KEY_OPTIONS, 'approovKeys');
  return readKeys(options);
}

function readKeys(options: ApproovKeyOptions): FixedKeySource {
  assertOneSource(options);
  if ('secretBase64' in options) return secretKeys(options.secretBase64, 'base64', options);
  if ('secretBase64url' in options) return secretKeys(options.secretBase64url, 'base64url', options);
  const { algorithm } = options;
  if (!Object.hasOwn(ALGORITHMS, algorithm ?? '') || ALGORITHMS[algorithm].family === 'hmac') {
    throw new ConfigurationError(
      'algorithm',
      'is not one for public keys',
      'Name the algorithm of the key set: ES256 or RS256, for example.',
    );
  }
  if ('jwks' in options) {
    const keys = readJwks(options.jwks, algorithm);
    if (typeof keys === 'string')
      throw new ConfigurationError(
        'jwks',
        `cannot be used: ${keys}`,
        `Give a set with a key for ${algorithm}.`,
      );
    return jwksSource(algorithm, keys);
  }
  const sources = Array.isArray(options.publicKey) ? options.publicKey : [options.publicKey];
  const keys = sources.map((each: string | Jwk) => publicKey(each, algorithm, 'publicKey'));
  return distinct(algorithm, keys, 'publicKey');
}

/** Keys as configured, or as fetched. Same errors as `approovKeys`. */
export function keySource(options: ApproovKeyOptions | { readonly keys: KeySource }): KeySource {
  if (!('keys' in options)) return readKeys(options);
  assertOneSource(options);
  if ('algorithm' in options) {
    throw new ConfigurationError(
      'algorithm',
      'is set beside keys',
      'Leave it out: the source of keys has its own.',
    );
  }
  const { keys } = options;
  assertKeySource(keys, 'Give what remoteJwks or approovKeys returned.');
  return keys;
}

function assertOneSource(options: object): void {
  const sources = Object.keys(SOURCES);
  if (sources.filter((source) => source in options).length === 1) return;
  const remedy = `Give one of ${sources.join(', ')}.`;
  throw new ConfigurationError('approov', 'needs exactly one source of keys', remedy);
}

function secretKeys(
  configured: string | readonly string[] | undefined,
  encoding: 'base64' | 'base64url',
  { algorithm = 'HS256', allowPublishedSecret }: { algorithm?: JwsAlgorithm; allowPublishedSecret?: boolean },
): FixedKeySource {
  const variable =
    encoding === 'base64'
      ? 'secretBase64 (APPROOV_BASE64_SECRET)'
      : 'secretBase64url (APPROOV_BASE64URL_SECRET)';
  const elsewhere =
    encoding === 'base64'
      ? 'put it in APPROOV_BASE64URL_SECRET (option secretBase64url)'
      : 'put it in APPROOV_BASE64_SECRET (option secretBase64)';
  if (!Object.hasOwn(ALGORITHMS, algorithm) || ALGORITHMS[algorithm].family !== 'hmac') {
    throw new ConfigurationError(
      'algorithm',
      'is not one for a shared secret',
      'Leave it out for HS256, or give publicKey instead of the secret.',
    );
  }
  const texts = Array.isArray(configured) && configured.length > 0 ? configured : [configured];
  const secrets = texts.map((text: unknown) =>
    decodeSecret(text, encoding, variable, ALGORITHMS[algorithm].length as number, elsewhere),
  );
  assertSafeSecrets(secrets, variable, allowPublishedSecret);
  const keys = secrets.map((secret) => ({ algorithm, key: createSecretKey(secret) }));
  return {
    ...configuredKeys(algorithm, keys),
    secretDigests: () => secrets.flatMap((each) => secretDigests(each)),
  };
}

function distinct(
  algorithm: JwsAlgorithm,
  keys: readonly VerificationKey[],
  variable: string,
): FixedKeySource {
  const twice = keys.some((key, at) =>
    keys
      .slice(0, at)
      .some((other) => other.key.equals(key.key) || (key.kid !== undefined && other.kid === key.kid)),
  );
  if (twice) throw new ConfigurationError(variable, 'has the same key or `kid` twice', 'Remove one of them.');
  if (keys.length === 0) throw new ConfigurationError(variable, 'is an empty list', 'Give at least one key.');
  return configuredKeys(algorithm, keys);
}
