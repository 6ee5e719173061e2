import { ConfigurationError } from '../../kernel/errors.js';
import { LostConnection } from '../failure.js';

/**
 * The four things that are asked of Redis; `fromIoredis` and `fromNodeRedis` make them of a client. Write your own for
 * another client, or if the server does not tell how it is set up. Each goes to the primary that holds the key, and is
 * never sent a second time after it may have run: a claim would be refused to the caller who was granted it.
 */
export interface RedisCommands {
  /** `SET key 1 NX PX ttlMs`. @returns the reply: `OK`, or null */
  claim(key: string, ttlMs: number): Promise<unknown>;
  /**
   * `GETEX key` without an option. Not `GET`, which a replica answers with what may be old; GETEX counts as a write there.
   *
   * @returns the reply: text, or null
   */
  read(key: string): Promise<unknown>;
  /**
   * `EVALSHA` of a script with one key, and `EVAL` if the server does not know it yet.
   *
   * @returns the reply: an integer, as a number or text
   */
  evaluate(
    script: {
      readonly source: string;
      /** Hexadecimal. */
      readonly sha1: string;
    },
    key: string,
    args: readonly string[],
  ): Promise<unknown>;
  /** `INFO` of the section; of a cluster, of each primary. */
  info(section: 'memory' | 'persistence'): Promise<readonly string[]>;
}

/** What is used of a client of the package `ioredis`: `Redis`, or `Cluster`. */
export interface IoredisClient {
  set(key: string, value: string, px: 'PX', ttlMs: number, nx: 'NX'): Promise<unknown>;
  getex(key: string): Promise<unknown>;
  evalsha(sha1: string, keyCount: number, key: string, ...args: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, key: string, ...args: string[]): Promise<unknown>;
  info(section: string): Promise<string>;
  /** Only a `Cluster` has it. */
  nodes?(role: 'master'): readonly { info(section: string): Promise<string> }[];
  on?(event: 'error' | 'ready', listener: (error: unknown) => void): unknown;
}

/** What is used of a client of the package `redis`: `createClient`, `createClientPool`, `createSentinel`. */
export interface NodeRedisClient {
  set(
    key: string,
    value: string,
    options: { condition: 'NX'; expiration: { type: 'PX'; value: number } },
  ): Promise<unknown>;
  getEx(key: string, options: { type: never }): Promise<unknown>;
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  info(section: string): Promise<unknown>;
}

/**
 * Commands on a client of `ioredis`, 5 or later. Create it with
 * `{ enableOfflineQueue: false, maxRetriesPerRequest: 1, autoResendUnfulfilledCommands: false }`, so that it fails
 * at once while there is no connection and sends nothing twice.
 *
 * It listens to the client's event `error`, since that alone says why there is no connection.
 *
 * @throws ConfigurationError if it is not such a client
 * @example
 * const client = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
 * const store = redisStore(fromIoredis(client));
 */
export function fromIoredis(client: IoredisClient): RedisCommands {
  assertClient(client, ['getex', 'evalsha'], 'ioredis', 'fromNodeRedis(client)', 'redis');
  const sent = withReason(client);
  return {
    claim: (key, ttlMs) => sent(client.set(key, '1', 'PX', ttlMs, 'NX')),
    read: (key) => sent(client.getex(key)),
    evaluate: ({ source, sha1 }, key, args) =>
      sent(
        unlessUnknown(
          () => client.evalsha(sha1, 1, key, ...args),
          () => client.eval(source, 1, key, ...args),
        ),
      ),
    async info(section) {
      // Asked first, as it makes a lazy cluster connect.
      const one = await sent(client.info(section));
      const primaries = client.nodes?.('master') ?? [];
      return primaries.length === 0 ? [one] : Promise.all(primaries.map((node) => node.info(section)));
    },
  };
}

/**
 * Commands on a client of `redis`, 5 or later. Create it with `{ disableOfflineQueue: true }`, so that it fails at
 * once while there is no connection, and connect it.
 *
 * @throws ConfigurationError if it is not such a client
 * @example
 * import { createClient } from 'redis';
 * const client = await createClient({ url, disableOfflineQueue: true }).connect();
 * const store = redisStore(fromNodeRedis(client));
 */
export function fromNodeRedis(
  client:
    | NodeRedisClient
    | (Omit<NodeRedisClient, 'info'> & {
        /** Of `createCluster`. */
        readonly masters: readonly unknown[];
        nodeClient(node: never): Pick<NodeRedisClient, 'info'> | Promise<Pick<NodeRedisClient, 'info'>>;
      }),
): RedisCommands {
  assertClient(client, ['getEx', 'evalSha'], 'redis', 'fromIoredis(client)', 'ioredis');
  // A type that the client does not know is GETEX without an option; its options cannot express that. `check` proves it.
  const bare = { type: '' as never };
  return {
    claim: (key, ttlMs) =>
      client.set(key, '1', { condition: 'NX', expiration: { type: 'PX', value: ttlMs } }),
    read: (key) => client.getEx(key, bare),
    evaluate: ({ source, sha1 }, key, args) => {
      const options = (): { keys: string[]; arguments: string[] } => ({ keys: [key], arguments: [...args] });
      return unlessUnknown(
        () => client.evalSha(sha1, options()),
        () => client.eval(source, options()),
      );
    },
    async info(section) {
      if (!('masters' in client)) return [String(await client.info(section))];
      const primaries = await Promise.all(client.masters.map((node) => client.nodeClient(node as never)));
      return Promise.all(primaries.map(async (node) => String(await node.info(section))));
    },
  };
}

/** The two packages spell their methods differently, so that neither passes for the other. */
function assertClient(
  client: unknown,
  methods: readonly string[],
  name: string,
  otherwise: string,
  other: string,
): void {
  const has = client as Readonly<Record<string, unknown>> | null | undefined;
  if (methods.every((method) => typeof has?.[method] === 'function')) return;
  const remedy = `Give a client of the package ${name}, in a version that has ${methods.join(' and ')}; for one of the package ${other} write ${otherwise}.`;
  throw new ConfigurationError('client', `is not a client of the package ${name}`, remedy);
}

/** A server that does not know a script says so before it runs anything. */
async function unlessUnknown(
  bySha1: () => Promise<unknown>,
  byText: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await bySha1();
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
  }
  return byText();
}

/** Commands that ioredis gives up do not say why there is no connection; its event `error` did. */
function withReason(client: IoredisClient): <T>(sent: Promise<T>) => Promise<T> {
  let reason: unknown;
  client.on?.('error', (error) => {
    reason = error;
  });
  client.on?.('ready', () => {
    reason = undefined;
  });
  return async (sent) => {
    try {
      return await sent;
    } catch (error) {
      const replied = error instanceof Error && error.name === 'ReplyError';
      if (replied || reason === undefined) throw error;
      throw new LostConnection(error, reason);
    }
  };
}
