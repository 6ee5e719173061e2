import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { ALGORITHMS } from '../kernel/jose/jwa.js';
import { selectFromJwks, unambiguousKeys } from '../kernel/jose/key-source.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { readJwks } from '../kernel/jose/public-keys.js';
import type { JwsAlgorithm, KeySource, VerificationKey } from '../ports/keys.js';
import { NET_CHECKS } from './checks.js';
import { endpoint } from './endpoint.js';
import { FetchFailure } from './fetch-body.js';
import { SingleFlight } from './single-flight.js';
import { fetchJson } from './fetch-json.js';
import { Watchers } from './watchers.js';
import { within } from '../kernel/config/whole-number.js';

/** How a JWK Set is fetched and kept. */
export interface RemoteJwksOptions {
  /** The one algorithm of the tokens. Keys for others are passed over, whatever a token says (RFC 8725 §3.1). */
  readonly algorithm: Exclude<JwsAlgorithm, `HS${string}`>;
  /** Milliseconds for one fetch, its body included: 1 to 60000. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Seconds; older keys are still served while they are fetched again: 1 to 86400. Default 600. */
  readonly maxAgeSeconds?: number | undefined;
  /** Seconds; older keys are not used at all: `maxAgeSeconds` to 86400. Default 86400. */
  readonly maxStaleSeconds?: number | undefined;
  /**
   * Seconds without another fetch after one that failed, and, whatever the last one brought, without one because
   * of an unknown `kid`: 1 to 3600. Default 30.
   */
  readonly cooldownSeconds?: number | undefined;
  /** Used instead of the global `fetch`: for a proxy, a private CA or a test. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const OPTIONS: OptionTypes = {
  algorithm: 'any',
  timeoutMs: 'any',
  maxAgeSeconds: 'any',
  maxStaleSeconds: 'any',
  cooldownSeconds: 'any',
  fetch: 'function',
  now: 'function',
};

/** RemoteJwksOptions with the defaults filled in, times in milliseconds. */
interface Settings {
  readonly url: string;
  readonly algorithm: JwsAlgorithm;
  readonly timeoutMs: number;
  readonly maxAge: number;
  readonly maxStale: number;
  readonly cooldown: number;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly now: () => number;
}

/**
 * Keys from a JWK Set (RFC 7517 §5) at a URL that the operator configured, never at one that a token names
 * (`jku`, `x5u`: RFC 8725 §3.10).
 *
 * Nothing is fetched before the first token needs it, and no timer runs: keys are fetched again when a token
 * needs them and they are older than `maxAgeSeconds`, or when it names a `kid` that is not among them. An answer
 * that cannot be used (a redirect, another status than 200, over 1 MiB, no JSON, a private or symmetric key, no key
 * for the algorithm) never replaces keys that can. A key that is listed twice counts once; different keys with one `kid`
 * are not used, and all other keys are. `Cache-Control`, `Expires`
 * and `Retry-After` are ignored: the options alone say how long keys are kept.
 *
 * `candidates` throws AttestationError with the code `ERR_JWKS_UNAVAILABLE` and the stage `unavailable`, or rejects
 * with it, when there are no keys that may be used; `retryAfter` is in seconds, and `cause` says what went wrong.
 *
 * @param url https; http only for a loopback host and if `NODE_ENV` is `development` or `test`
 * @throws ConfigurationError naming the option: a URL with credentials or a fragment, that of Sign in with Apple,
 *   an algorithm for shared secrets, a time out of its range, an unknown option
 * @example
 * const keys = remoteJwks('https://api.example.com/device/jwks.json', { algorithm: 'ES256' });
 */
export function remoteJwks(url: string, options: RemoteJwksOptions): KeySource {
  const keys = new RemoteKeys(settings(url, options));
  return {
    algorithms: [options.algorithm],
    candidates: (kid) => keys.candidates(kid),
    includes: (key) => keys.includes(key),
    watch: keys.watchers.watch,
  };
}

class RemoteKeys {
  readonly watchers = new Watchers();
  readonly #settings: Settings;
  /** The last usable answer. */
  #keys: readonly VerificationKey[] = [];
  /** Those of its keys that a token can name. */
  #named: ReadonlySet<VerificationKey> = new Set();
  #fetchedAt = -Infinity;
  readonly #flight: SingleFlight;

  constructor(options: Settings) {
    this.#settings = options;
    this.#flight = new SingleFlight(options.cooldown, options.now, (at) => {
      // Due now; and the last hours of what came after `at` count from here.
      this.#fetchedAt = Math.min(this.#fetchedAt, at - options.maxAge - 1);
    });
  }

  candidates(kid: string | undefined): readonly VerificationKey[] | Promise<readonly VerificationKey[]> {
    const keys = this.#usable();
    if (keys === undefined) {
      if (this.#flight.mustPause()) throw this.#unavailable();
      return this.#afterFetch(kid);
    }
    const selected = selectFromJwks(keys, kid);
    if (selected.length > 0 || kid === undefined) return selected;
    return !this.#flight.isUnderWay && this.#flight.cooldownLeft() > 0 ? selected : this.#afterFetch(kid);
  }

  includes(key: VerificationKey): boolean {
    return this.#usable() !== undefined && this.#named.has(key);
  }

  /** The keys, unless they are too old; has them fetched again when they are due. */
  #usable(): readonly VerificationKey[] | undefined {
    const { maxAge, maxStale } = this.#settings;
    const age = this.#flight.time() - this.#fetchedAt;
    if (!(age <= maxStale)) return undefined;
    if (age > maxAge && !this.#flight.mustPause()) void this.#fetch();
    return this.#keys;
  }

  async #afterFetch(kid: string | undefined): Promise<readonly VerificationKey[]> {
    await this.#fetch();
    const keys = this.#usable();
    if (keys === undefined) throw this.#unavailable();
    return selectFromJwks(keys, kid);
  }

  #fetch(): Promise<void> {
    const { url, algorithm, fetch = globalThis.fetch, timeoutMs, now } = this.#settings;
    return this.#flight.run(async () => {
      const keys = readJwks(await fetchJson(url, { fetch, timeoutMs, watchers: this.watchers }), algorithm);
      if (typeof keys === 'string') throw new FetchFailure(`the answer cannot be used: ${keys}`);
      this.#keys = keys.map((key) => this.#keys.find((old) => isSameKey(old, key)) ?? key);
      this.#named = new Set(unambiguousKeys(this.#keys));
      this.#fetchedAt = now();
    });
  }

  #unavailable(): AttestationError {
    const { failure: cause } = this.#flight;
    return new AttestationError(NET_CHECKS.jwksAvailable, { cause, retryAfter: this.#flight.retryAfter() });
  }
}

/** The key that a new answer brings again stays the same object, so that results which it verified stay known. */
function isSameKey(old: VerificationKey, key: VerificationKey): boolean {
  return old.kid === key.kid && old.key.equals(key.key);
}

function settings(url: string, options: RemoteJwksOptions): Settings {
  assertOptions(options, OPTIONS, 'remoteJwks');
  const { algorithm, timeoutMs = 5000, maxAgeSeconds = 600 } = options;
  const { maxStaleSeconds = 86_400, cooldownSeconds = 30 } = options;
  if (!Object.hasOwn(ALGORITHMS, algorithm ?? '') || ALGORITHMS[algorithm].family === 'hmac') {
    const remedy = 'Name the algorithm of the key set: ES256 or RS256, for example.';
    throw new ConfigurationError('algorithm', 'is not one for public keys', remedy);
  }
  const maxAge = 1000 * within('maxAgeSeconds', maxAgeSeconds, 1, 86_400);
  return {
    url: endpoint(url),
    algorithm,
    timeoutMs: within('timeoutMs', timeoutMs, 1, 60_000),
    maxAge,
    maxStale: 1000 * within('maxStaleSeconds', maxStaleSeconds, maxAgeSeconds, 86_400),
    cooldown: 1000 * within('cooldownSeconds', cooldownSeconds, 1, 3600),
    fetch: options.fetch,
    now: options.now ?? Date.now,
  };
}
