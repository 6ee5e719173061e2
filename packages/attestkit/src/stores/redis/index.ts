import { AttestationError, ConfigurationError } from '../../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import type { AdvanceOptions, Store, Versioned } from '../../ports/store.js';
import { STORE_CHECKS as CHECKS } from '../checks.js';
import { DEADLINE_OPTIONS, type DeadlineOptions } from '../boundary.js';
import { randomVersion } from '../random-version.js';
import { checkServer } from './check.js';
import type { RedisCommands } from './clients.js';
import { ADVANCE, DELETE, HAS_AN_END, PUT, VERSION_LENGTH, type RedisScript } from './scripts.js';
import { remoteStore, type CheckedStore, type ServerChecks } from '../remote-store.js';
import { tryOperations, type TrialRemedy } from '../trial.js';

export type { DeadlineOptions } from '../boundary.js';
export { fromIoredis, fromNodeRedis } from './clients.js';
export type { IoredisClient, NodeRedisClient, NodeRedisCluster, RedisCommands } from './clients.js';
export type { CheckedStore } from '../remote-store.js';

/** The prefix of the keys, the deadlines for Redis, and what may be lost. */
export interface RedisStoreOptions extends DeadlineOptions {
  /** What every key begins with: at most 64 characters of printable ASCII without spaces. Default `attestkit:`. */
  readonly prefix?: string | undefined;
  /**
   * `accept-loss` serves although Redis keeps no append-only file, or does not tell. After a restart used challenges can be used
   * again, blocked devices are unblocked, and counters begin anew. Default: such a Redis is refused.
   */
  readonly persistence?: 'accept-loss' | undefined;
}

const OPTIONS: OptionTypes = { ...DEADLINE_OPTIONS, prefix: 'string', persistence: 'string' };

/**
 * A store in Redis 6.2 or later, or a server that speaks its protocol, with the client of your choice; each operation is one
 * command or script with one key, so a cluster will do. Reads are answered by the primary only.
 *
 * `check` and the first operation look at how the server is set up, and refuse one that cannot be asked:
 * `maxmemory-policy` has to be `noeviction`, for a claim that is evicted can be made a second time, and `appendonly` has to
 * be `yes` unless `persistence` says otherwise. `check` also tries each operation.
 *
 * An acknowledged write is as durable as Redis is set up to be. A primary that fails loses what it had not written to
 * disk (`appendfsync everysec`: up to about two seconds; `always`: nothing) or not sent to the replica that takes over.
 * Within that span a challenge or a request that was used can be used again, and a record is the one before.
 * `min-replicas-to-write 1` ends reads and writes on a primary that was cut off. If even that is too much, use
 * PostgreSQL.
 *
 * @throws ConfigurationError naming the option
 * @example
 * const store = redisStore(fromIoredis(client));
 * await store.check();
 */
export function redisStore(commands: RedisCommands, options: RedisStoreOptions = {}): CheckedStore {
  assertOptions(options, OPTIONS, 'redisStore');
  if (typeof commands?.evaluate !== 'function' || typeof commands.read !== 'function') {
    const remedy = 'Give it as fromIoredis(client) or fromNodeRedis(client).';
    throw new ConfigurationError('commands', 'are not those of a Redis client', remedy);
  }
  const { prefix = 'attestkit:', persistence } = options;
  if (!/^[!-~]{0,64}$/.test(prefix)) {
    const remedy = 'Give at most 64 characters of printable ASCII without spaces: myapp:';
    throw new ConfigurationError('prefix', 'cannot begin a key', remedy);
  }
  if (persistence !== undefined && persistence !== 'accept-loss') {
    const remedy = 'Leave it out, or give accept-loss.';
    throw new ConfigurationError('persistence', 'is not a known value', remedy);
  }
  const store = new RedisStore(commands, prefix);
  const check = (): Promise<void> => checkServer(commands, persistence);
  const trial: ServerChecks['trial'] = (tried, bound) =>
    tryOperations(tried, TRIAL, (key) => bound(() => store.readsWithoutAChange(key)));
  return remoteStore(store, { check, trial }, options);
}

/** The letter before a key is its family, so that none meets one of another family. */
class RedisStore implements Store {
  readonly #commands: RedisCommands;
  readonly #prefix: string;

  constructor(commands: RedisCommands, prefix: string) {
    this.#commands = commands;
    this.#prefix = prefix;
  }

  async claim(key: string, ttlMs: number): Promise<boolean> {
    const reply = await this.#commands.claim(`${this.#prefix}c:${key}`, ttlMs);
    if (reply === null) return false;
    // Anything else is not an answer: a mistaken set-up must not pass for a yes.
    if (String(reply) !== 'OK') throw new AttestationError(CHECKS.available);
    return true;
  }

  advance(key: string, value: number, { window = 0, ttlMs }: AdvanceOptions = {}): Promise<boolean> {
    return this.#evaluate(ADVANCE, `n:${key}`, [String(value), String(window), optional(ttlMs)]);
  }

  async get(key: string): Promise<Versioned | undefined> {
    const reply = await this.#commands.read(`${this.#prefix}r:${key}`);
    return reply === null ? undefined : readRecord(reply);
  }

  put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean> {
    const record = `1${randomVersion()}${value}`;
    return this.#evaluate(PUT, `r:${key}`, [record, expected ?? '', optional(ttlMs)]);
  }

  delete(key: string, expected: string): Promise<boolean> {
    return this.#evaluate(DELETE, `r:${key}`, [expected]);
  }

  /** Whether a record that has a time to live still has one, once it was read: some clients' GETEX can end it. */
  async readsWithoutAChange(key: string): Promise<boolean> {
    await this.#commands.read(`${this.#prefix}r:${key}`);
    return this.#evaluate(HAS_AN_END, `r:${key}`, []);
  }

  async #evaluate(script: RedisScript, key: string, args: readonly string[]): Promise<boolean> {
    const reply = String(await this.#commands.evaluate(script, this.#prefix + key, args));
    // Anything else is not an answer, and -1 says that the value is of an unknown format.
    if (reply !== '1' && reply !== '0') throw new AttestationError(CHECKS.available);
    return reply === '1';
  }
}

const RECORD = new RegExp(`^1([\\w-]{${VERSION_LENGTH}})`);

/** An unreadable value is not absent. A client may be set up to return Buffers. */
function readRecord(reply: unknown): Versioned {
  const text = typeof reply === 'string' || Buffer.isBuffer(reply) ? String(reply) : '';
  const version = RECORD.exec(text)?.[1];
  if (version === undefined) throw new AttestationError(CHECKS.available);
  return { value: text.slice(1 + VERSION_LENGTH), version };
}

function optional(ttlMs: number | undefined): string {
  return ttlMs === undefined ? '' : String(ttlMs);
}

const TRIAL: TrialRemedy = {
  variable: 'commands',
  remedy:
    'Give a client of ioredis as fromIoredis(client), one of redis as fromNodeRedis(client). Redis has to be 6.2 or later, and its user needs SET, GETEX, PEXPIRE, PTTL, DEL, EVAL, EVALSHA and INFO.',
};
