import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/options.js';
import type { AdvanceOptions, Store, Versioned } from '../ports/store.js';
import { STORE_CHECKS as CHECKS } from './checks.js';
import { DEADLINE_OPTIONS, type DeadlineOptions } from './deadline.js';
import { randomVersion } from './random-version.js';
import type { RedisCommands } from './redis-clients.js';
import { ADVANCE, CLAIM, DELETE, GET, PUT } from './redis-scripts.js';
import { remoteStore, type CheckedStore } from './remote-store.js';

export type { DeadlineOptions } from './deadline.js';
export { fromIoredis, fromNodeRedis } from './redis-clients.js';
export type { IoredisClient, NodeRedisClient, NodeRedisCluster, RedisCommands } from './redis-clients.js';
export type { CheckedStore } from './remote-store.js';

/** Where the keys are, and how long Redis is waited for. */
export interface RedisStoreOptions extends DeadlineOptions {
  /** What every key begins with: at most 64 characters of printable ASCII without spaces. Default `attestkit:`. */
  readonly prefix?: string | undefined;
}

const OPTIONS: OptionTypes = { ...DEADLINE_OPTIONS, prefix: 'string' };

/**
 * A store in Redis 6.2 or later, or what speaks as it does, with the client of your choice; each operation is one
 * script with one key, so a cluster will do. Reads are answered by the primary only.
 *
 * `maxmemory-policy` has to be `noeviction`, for a claim that is evicted can be made a second time: `check` and the
 * first operation hold the server to it. Whoever cannot be asked is not trusted.
 *
 * What is acknowledged is as durable as Redis is set up to be. A primary that fails loses what it had not written to
 * disk (`appendfsync everysec`: up to about two seconds; `always`: nothing) or not sent to the replica that takes over.
 * Within that span a challenge or a request that was used can be used again, and a record is the one before.
 * `min-replicas-to-write 1` ends reads and writes on a primary that was cut off. Where even that is too much, use
 * PostgreSQL.
 *
 * @throws ConfigurationError naming the option
 */
export function redisStore(commands: RedisCommands, options: RedisStoreOptions = {}): CheckedStore {
  assertOptions(options, OPTIONS, 'redisStore');
  if (typeof commands?.evaluate !== 'function') {
    const remedy = 'Give it as fromIoredis(client) or fromNodeRedis(client).';
    throw new ConfigurationError('commands', 'are not those of a Redis client', remedy);
  }
  const { prefix = 'attestkit:' } = options;
  if (!/^[!-~]{0,64}$/.test(prefix)) {
    const remedy = 'Give at most 64 characters of printable ASCII without spaces: myapp:';
    throw new ConfigurationError('prefix', 'cannot begin a key', remedy);
  }
  return remoteStore(new RedisStore(commands, prefix), () => checkEviction(commands), options);
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
    return readYesOrNo(await this.#evaluate(CLAIM, `c:${key}`, [String(ttlMs)]));
  }

  async advance(key: string, value: number, { ttlMs }: AdvanceOptions = {}): Promise<boolean> {
    return readYesOrNo(await this.#evaluate(ADVANCE, `n:${key}`, [String(value), optional(ttlMs)]));
  }

  async get(key: string): Promise<Versioned | undefined> {
    const reply = await this.#evaluate(GET, `r:${key}`, []);
    if (!Array.isArray(reply) || reply.length !== 2) throw new AttestationError(CHECKS.available);
    const [value, version] = reply as unknown[];
    if (value === null && version === null) return undefined;
    // A client may be set up to return Buffers.
    return { value: String(value), version: String(version) };
  }

  async put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean> {
    const args = [value, randomVersion(), expected ?? '', optional(ttlMs)];
    return readYesOrNo(await this.#evaluate(PUT, `r:${key}`, args));
  }

  async delete(key: string, expected: string): Promise<boolean> {
    return readYesOrNo(await this.#evaluate(DELETE, `r:${key}`, [expected]));
  }

  #evaluate(script: string, key: string, args: readonly string[]): Promise<unknown> {
    return this.#commands.evaluate(script, this.#prefix + key, args);
  }
}

function optional(ttlMs: number | undefined): string {
  return ttlMs === undefined ? '' : String(ttlMs);
}

/** Anything else than the script's own replies is no answer: a mistaken set-up must not pass for a yes. */
function readYesOrNo(reply: unknown): boolean {
  const text = String(reply);
  if (text !== '1' && text !== '0') throw new AttestationError(CHECKS.available);
  return text === '1';
}

async function checkEviction(commands: RedisCommands): Promise<void> {
  const policies = (await commands.memoryInfo()).map((info) => /^maxmemory_policy:([\w-]+)/m.exec(info)?.[1]);
  if (policies.length === 0 || policies.includes(undefined)) {
    const remedy =
      'Allow the command INFO, or give commands of your own that answer maxmemory_policy:noeviction.';
    throw new ConfigurationError('maxmemory-policy', 'of Redis cannot be read', remedy);
  }
  if (policies.every((policy) => policy === 'noeviction')) return;
  const remedy = 'Set it to noeviction on every node: an evicted challenge could be used again.';
  throw new ConfigurationError('maxmemory-policy', 'of Redis is not noeviction', remedy);
}
