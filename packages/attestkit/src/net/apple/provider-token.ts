import { createPrivateKey, KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../kernel/errors.js';
import { signJws } from '../../kernel/jose/sign-jws.js';

/**
 * Milliseconds for which a token is used. Apple's page names no figure; provider tokens of the same form are good
 * for an hour, and making one costs little.
 */
const LIFETIME = 20 * 60_000;

/** The JWT by which Apple knows the team: ES256 (RFC 7518 §3.4), in the form of APNs' provider tokens. */
export class ProviderToken {
  readonly #teamId: string;
  readonly #keyId: string;
  readonly #key: KeyObject;
  readonly #now: () => number;
  #token: string | undefined;
  #issuedAt = 0;

  constructor(teamId: string, keyId: string, key: KeyObject, now: () => number) {
    this.#teamId = teamId;
    this.#keyId = keyId;
    this.#key = key;
    this.#now = now;
  }

  /** A new token, or one that is a little older. */
  current(): string {
    const age = this.#now() - this.#issuedAt;
    // Below 0 the clock was set back, and the token is from the future.
    if (this.#token === undefined || age < 0 || age >= LIFETIME) this.#token = this.#issue();
    return this.#token;
  }

  /** Forgets a token that was refused: the clock may have been wrong when it was made. */
  drop(token: string): void {
    if (this.#token === token) this.#token = undefined;
  }

  #issue(): string {
    this.#issuedAt = this.#now();
    const claims = { iss: this.#teamId, iat: Math.floor(this.#issuedAt / 1000) };
    return signJws({ algorithm: 'ES256', key: this.#key }, { kid: this.#keyId }, claims);
  }
}

/**
 * Reads the operator's signing key.
 *
 * @throws ConfigurationError naming `privateKey`
 */
export function signingKey(source: unknown): KeyObject {
  if (typeof source !== 'string' && !(source instanceof KeyObject))
    return refuse('is neither a PEM nor a KeyObject');
  let key: KeyObject;
  try {
    key = typeof source === 'string' ? createPrivateKey(source) : source;
  } catch (cause) {
    return refuse('is not a private key that can be read', cause);
  }
  if (key.type !== 'private') return refuse('is not a private key');
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : refuse('is not a key on P-256');
}

function refuse(problem: string, cause?: unknown): never {
  const remedy = 'Give the whole text of the .p8 file, from -----BEGIN to -----END, with its line breaks.';
  throw new ConfigurationError('privateKey', problem, remedy, cause === undefined ? undefined : { cause });
}
