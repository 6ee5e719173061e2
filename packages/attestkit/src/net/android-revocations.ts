import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { isJsonObject } from '../kernel/bytes/json.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { readRevocationJson, readRevocationList } from '../kernel/revocation-list.js';
import { isDevelopment } from '../kernel/config/secrets.js';
import { within } from '../kernel/config/whole-number.js';
import type { RevocationList, RevocationSource } from '../ports/revocations.js';
import { NET_CHECKS } from './checks.js';
import { endpoint } from './endpoint.js';
import { fetchBody, FetchFailure } from './fetch-body.js';
import { Watchers } from './watchers.js';
import { SingleFlight } from './single-flight.js';
import { readFreshness } from './freshness.js';

/** Where Google publishes the status of attestation certificates. */
const STATUS_URL = 'https://android.googleapis.com/attestation/status';

/**
 * The largest list that is read, after decompression: nearly 50,000 certificates as Google writes them, whose list has
 * some hundred KiB. While one is read the process does nothing else: some 150 ms at this size.
 */
const MAX_BYTES = 4_194_304;

/**
 * Seconds for which a list is used without asking again: as its `Cache-Control` says, but within these, and for half of
 * what `maxStaleSeconds` leaves at most.
 */
const LEAST_LIFETIME = 300;
const MOST_LIFETIME = 86_400;
const USUAL_LIFETIME = 3600;

const WEEK = 604_800;

/** Milliseconds by which the clock that wrote down when a list was fetched may be ahead. */
const SKEW = 300_000;

/** How the revocation list is fetched and kept. */
export interface RemoteRevocationsOptions {
  /** Milliseconds for one fetch, its body included: 1 to 60000. Default 10000. */
  readonly timeoutMs?: number | undefined;
  /** Seconds since the list left Google; an older one is not used at all: 300 to 604800. Default 172800, two days. */
  readonly maxStaleSeconds?: number | undefined;
  /** Seconds without another fetch after one that failed: 1 to 3600. Default 30. */
  readonly cooldownSeconds?: number | undefined;
  /** Used instead of the global `fetch`: for a proxy, a private CA or a test. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** How a list that was stored is used. */
export interface StoredRevocationsOptions {
  /** When it was fetched. */
  readonly fetchedAt: Date;
  /** Seconds since then; an older one is not used at all: 300 to 2592000. Default 604800, a week. */
  readonly maxStaleSeconds?: number | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const REMOTE_OPTIONS: OptionTypes = {
  timeoutMs: 'any',
  maxStaleSeconds: 'any',
  cooldownSeconds: 'any',
  fetch: 'function',
  now: 'function',
};
const STORED_OPTIONS: OptionTypes = { fetchedAt: 'any', maxStaleSeconds: 'any', now: 'function' };

/**
 * Google's list of revoked and suspended attestation certificates.
 *
 * Nothing is fetched before the first chain needs it, and no timer runs. A list is used for as long as its
 * `Cache-Control` says, less its `Age`, but for 5 minutes at least and a day at most, and no longer than half of what
 * `maxStaleSeconds` leaves; then it is still used while a newer one is fetched. An answer that cannot be used (a redirect,
 * another status than 200, over 4 MiB, no such list, as old as `maxStaleSeconds`) never replaces one that can. Nor does a
 * list that names no certificate, as Google's names thousands; where `NODE_ENV` is `development` or `test` it may be the
 * first. A list older than `maxStaleSeconds` refuses everything, since entries may be missing.
 *
 * `current` throws AttestationError with the code `ERR_REVOCATIONS_UNAVAILABLE` and the stage `unavailable`, or rejects
 * with it, when there is no list that may be used; `retryAfter` is in seconds, and `cause` says what went wrong.
 *
 * @param url default: Google's. https; http only for a loopback host and if `NODE_ENV` is `development` or `test`
 * @throws ConfigurationError naming the option
 * @example
 * const evidence = [keyAttestation({ apps, revocations: remoteRevocations() })];
 */
export function remoteRevocations(
  url: string = STATUS_URL,
  options: RemoteRevocationsOptions = {},
): RevocationSource {
  const given: unknown = url;
  if (isJsonObject(given) && !(given instanceof URL)) {
    const remedy = 'Give options as the second argument, after undefined for the URL of Google’s list.';
    throw new ConfigurationError('url', 'is an object', remedy);
  }
  assertOptions(options, REMOTE_OPTIONS, 'remoteRevocations');
  const { timeoutMs = 10_000, maxStaleSeconds = 172_800, cooldownSeconds = 30 } = options;
  const list = new RemoteList({
    url: endpoint(url),
    timeoutMs: within('timeoutMs', timeoutMs, 1, 60_000),
    maxStale: 1000 * within('maxStaleSeconds', maxStaleSeconds, LEAST_LIFETIME, WEEK),
    cooldown: 1000 * within('cooldownSeconds', cooldownSeconds, 1, 3600),
    fetch: options.fetch,
    now: options.now ?? Date.now,
  });
  return { current: () => list.current(), latest: () => list.latest(), watch: list.watchers.watch };
}

/**
 * A list that was stored, for servers without a way to the network: parsed JSON of Google's answer. Make a new source, and
 * a new guard, of a newer file. A list that names no certificate is used like any other, for tests: see `size`.
 *
 * @throws ConfigurationError naming the option, if the document is not such a list, and if it is too old already or
 *   from the future, more than 5 minutes from now
 * @example
 * const revocations = storedRevocations(JSON.parse(text), { fetchedAt: new Date('2026-06-01') });
 */
export function storedRevocations(document: unknown, options: StoredRevocationsOptions): RevocationSource {
  assertOptions(options, STORED_OPTIONS, 'storedRevocations');
  const { fetchedAt, maxStaleSeconds = WEEK, now = Date.now } = options;
  const list = readRevocationList(document);
  if (list === undefined) {
    const remedy = `Give the parsed JSON of ${STATUS_URL}.`;
    throw new ConfigurationError('document', 'is not a list of revoked certificates', remedy);
  }
  const from = fetchedAt instanceof Date ? fetchedAt.getTime() : Number.NaN;
  if (Number.isNaN(from)) throw new ConfigurationError('fetchedAt', 'is not a date', 'Give a Date.');
  const ends = from + 1000 * within('maxStaleSeconds', maxStaleSeconds, LEAST_LIFETIME, 2_592_000);
  const at = now();
  if (at > ends)
    throw new ConfigurationError('fetchedAt', 'is too long ago', 'Store the list again, or allow for more.');
  // It would not be too old for as long again.
  if (from > at + SKEW) {
    const remedy =
      'Give when the list was fetched, as a Date of milliseconds, and check this machine’s clock.';
    throw new ConfigurationError('fetchedAt', 'is in the future', remedy);
  }
  const latest = (): RevocationList | undefined => (now() <= ends ? list : undefined);
  return { current: () => latest() ?? refuse(), latest };
}

function refuse(): never {
  const cause = new Error('the stored list is older than maxStaleSeconds');
  throw new AttestationError(NET_CHECKS.revocationsAvailable, { cause, retryAfter: 3600 });
}

interface Settings {
  readonly url: string;
  readonly timeoutMs: number;
  /** Milliseconds, like all times here. */
  readonly maxStale: number;
  readonly cooldown: number;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly now: () => number;
}

class RemoteList {
  readonly watchers = new Watchers();
  readonly #settings: Settings;
  /** The last usable answer, when it left Google, and until when it is fresh. */
  #list: RevocationList | undefined;
  #from = -Infinity;
  #freshUntil = -Infinity;
  readonly #flight: SingleFlight;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#flight = new SingleFlight(settings.cooldown, settings.now, (at) => {
      // Due now; and the last hours of what came after `at` count from here.
      this.#from = Math.min(this.#from, at);
      this.#freshUntil = at - 1;
    });
  }

  current(): RevocationList | Promise<RevocationList> {
    const list = this.latest();
    if (list !== undefined) return list;
    if (!this.#flight.isUnderWay && this.#flight.mustPause()) throw this.#unavailable();
    return this.#afterFetch();
  }

  /** The list, unless it is too old; has it fetched again when it is due. */
  latest(): RevocationList | undefined {
    const { maxStale } = this.#settings;
    const at = this.#flight.time();
    if (at > this.#freshUntil && !this.#flight.mustPause()) void this.#fetch();
    return at - this.#from <= maxStale ? this.#list : undefined;
  }

  async #afterFetch(): Promise<RevocationList> {
    await this.#fetch();
    const list = this.latest();
    if (list === undefined) throw this.#unavailable();
    return list;
  }

  #fetch(): Promise<void> {
    const { url, fetch = globalThis.fetch, timeoutMs, maxStale, now } = this.#settings;
    return this.#flight.run(async () => {
      const question = { headers: { accept: 'application/json' } };
      const limits = { fetch, timeoutMs, maxBytes: MAX_BYTES, watchers: this.watchers };
      const { status, headers, body } = await fetchBody(url, question, limits);
      if (status !== 200) throw new FetchFailure(`the answer has the HTTP status ${status}`);
      const { age, lifetime } = readFreshness(headers, USUAL_LIFETIME);
      const left = maxStale - 1000 * age;
      if (left <= 0) throw new FetchFailure('the answer is too old for maxStaleSeconds');
      const list = readRevocationJson(body);
      if (list === undefined) throw new FetchFailure('the answer is not a list of revoked certificates');
      const isPlausible = list.size > 0 || (isDevelopment() && (this.#list?.size ?? 0) === 0);
      if (!isPlausible) throw new FetchFailure('the answer names no certificate');
      const at = now();
      const fresh = 1000 * Math.min(Math.max(lifetime, LEAST_LIFETIME), MOST_LIFETIME);
      this.#list = list;
      this.#from = at - 1000 * age;
      // Half of the time left is for outages: there is no use in a list that is fresh until it may not be used at all.
      this.#freshUntil = at + Math.min(fresh, left / 2);
    });
  }

  #unavailable(): AttestationError {
    const { failure: cause } = this.#flight;
    const retryAfter = this.#flight.retryAfter();
    return new AttestationError(NET_CHECKS.revocationsAvailable, { cause, retryAfter });
  }
}
