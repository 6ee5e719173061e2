import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { importSpki } from '../../kernel/asn1/spki.js';
import { BoundedCache } from '../../kernel/bounded-cache.js';
import { decodeBase64, decodeEither } from '../../kernel/bytes/base64.js';
import { assertOneOf } from '../../kernel/config/options.js';
import { secretDigests } from '../../kernel/config/secret-readings.js';
import { assertSafeSecrets, decodeSecret } from '../../kernel/config/secrets.js';
import type { ApproovResult } from '../result.js';

/** The keys that requests are signed with, and their one algorithm. */
export interface SigningKeys {
  readonly algorithm: 'ecdsa-p256-sha256' | 'hmac-sha256';
  /** The key that a token's requests are signed with; undefined if the token does not have it, or it cannot be used. */
  readonly keyOf: (token: ApproovResult) => KeyObject | undefined;
  /** SHA-256, base64url, of the account's key in its readings. */
  readonly secretDigests: readonly string[];
}

/** Installations whose keys are kept imported: to import one costs as much as to verify with it. */
const KEYS = 1000;

/** Keys of installations, which tokens name in their claim `ipk`. */
export function installationKeys(): SigningKeys {
  const known = new BoundedCache<KeyObject>(KEYS);
  return {
    algorithm: 'ecdsa-p256-sha256',
    secretDigests: [],
    keyOf: ({ installationKey: text }) => {
      if (text === undefined) return undefined;
      const remembered = known.get(text);
      if (remembered !== undefined) return remembered;
      const spki = decodeEither(text);
      const key = spki && importSpki(spki);
      if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
      known.set(text, key);
      return key;
    },
  };
}

/** Bytes of the key: the length of its hash. */
const MINIMUM = 32;

/**
 * The account's key, or those that are derived from it for each token.
 *
 * @throws ConfigurationError naming the option
 */
export function accountKeys(
  options: { readonly accountKeyBase64?: string | undefined; readonly accountKey?: string },
  allowPublished: boolean | undefined,
): SigningKeys {
  const variable = 'messageSigning.accountKeyBase64';
  const { accountKey = 'direct' } = options;
  assertOneOf('messageSigning.accountKey', accountKey, ['direct', 'per-token']);
  const secret = decodeSecret(options.accountKeyBase64, 'base64', variable, MINIMUM);
  assertSafeSecrets([secret], variable, allowPublished);
  const key = createSecretKey(secret);
  return {
    algorithm: 'hmac-sha256',
    secretDigests: secretDigests(secret),
    keyOf: accountKey === 'direct' ? () => key : (token) => derived(key, token),
  };
}

/** HMAC-SHA256 over the 16 bytes of `did` and `exp` as 64 bits, big-endian. */
function derived(key: KeyObject, { deviceId, claims }: ApproovResult): KeyObject | undefined {
  const device = decodeBase64(deviceId ?? '!');
  const { exp } = claims;
  if (device === undefined || !Number.isSafeInteger(exp)) return undefined;
  const expiry = Buffer.alloc(8);
  expiry.writeBigInt64BE(BigInt(exp as number));
  return createSecretKey(createHmac('sha256', key).update(device).update(expiry).digest());
}
