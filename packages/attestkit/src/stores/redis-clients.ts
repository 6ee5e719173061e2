/**
 * The two things that are asked of Redis; `fromIoredis` and `fromNodeRedis` make them of a client. Write your own for
 * another client, or where the server does not tell its `maxmemory-policy`.
 */
export interface RedisCommands {
  /**
   * `EVAL` of a script with one key, on the primary that holds it. Never sent a second time after it may have run:
   * a claim would be refused to the caller who was granted it.
   *
   * @returns the reply: integers as numbers or text, an array of texts, or null
   */
  evaluate(script: string, key: string, args: readonly string[]): Promise<unknown>;
  /** `INFO memory` of the primary; of a cluster, of each of them. */
  memoryInfo(): Promise<readonly string[]>;
}

/** What is used of a client of the package `ioredis`: `Redis`, or `Cluster`. */
export interface IoredisClient {
  eval(script: string, keyCount: number, key: string, ...args: string[]): Promise<unknown>;
  info(section: string): Promise<string>;
  /** Only a `Cluster` has it. */
  nodes?(role: 'master'): readonly { info(section: string): Promise<string> }[];
}

/** What is used of a client of the package `redis`: `createClient`, `createClientPool`, `createSentinel`. */
export interface NodeRedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  info(section: string): Promise<unknown>;
}

/** What is used of `createCluster` of the package `redis`. */
export interface NodeRedisCluster extends NodeRedisClient {
  readonly masters: readonly unknown[];
  nodeClient(node: never): NodeRedisClient | Promise<NodeRedisClient>;
}

/**
 * Commands on a client of `ioredis`, 5 or later. Create it with
 * `{ enableOfflineQueue: false, maxRetriesPerRequest: 1, autoResendUnfulfilledCommands: false }`, so that it fails
 * at once while there is no connection and sends nothing twice.
 */
export function fromIoredis(client: IoredisClient): RedisCommands {
  return {
    evaluate: (script, key, args) => client.eval(script, 1, key, ...args),
    async memoryInfo() {
      // Asked first, as it makes a lazy cluster connect.
      const one = await client.info('memory');
      const primaries = client.nodes?.('master') ?? [];
      return primaries.length === 0 ? [one] : Promise.all(primaries.map((node) => node.info('memory')));
    },
  };
}

/**
 * Commands on a client of `redis`, 5 or later. Create it with `{ disableOfflineQueue: true }`, so that it fails at
 * once while there is no connection, and connect it.
 */
export function fromNodeRedis(client: NodeRedisClient | NodeRedisCluster): RedisCommands {
  return {
    evaluate: (script, key, args) => client.eval(script, { keys: [key], arguments: [...args] }),
    async memoryInfo() {
      if (!('masters' in client)) return [String(await client.info('memory'))];
      const primaries = await Promise.all(client.masters.map((node) => client.nodeClient(node as never)));
      return Promise.all(primaries.map(async (node) => String(await node.info('memory'))));
    },
  };
}
