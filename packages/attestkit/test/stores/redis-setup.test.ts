import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster, createSentinel } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import {
  fromIoredis,
  fromNodeRedis,
  redisStore,
  type IoredisClient,
  type NodeRedisClient,
  type RedisCommands,
} from '../../src/stores/redis/index.js';
import { findRedis, freePort, redisSays, startRedis } from './support/own-servers.js';
import { present, until } from './support/servers.js';

const there = await present('redis-server to be started', findRedis);

function ioredis(port: number, settings: object = {}): Redis {
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 1, ...settings });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

async function nodeRedis(port: number) {
  const client = createClient({ socket: { port, host: '127.0.0.1' } });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.destroy());
  return client;
}

/** Both clients of a server. */
async function commandsOf(port: number): Promise<readonly RedisCommands[]> {
  return [fromIoredis(ioredis(port)), fromNodeRedis(await nodeRedis(port))];
}

const NOTHING_KEPT = {
  constructor: ConfigurationError,
  variable: 'appendonly',
  problem: expect.stringContaining('used challenges can be used again') as string,
  remedy: expect.stringContaining("persistence: 'accept-loss'") as string,
};

describe.skipIf(!there)('a server that', { timeout: 30_000 }, () => {
  it('keeps an append-only file is used', async () => {
    const { port } = await startRedis();
    for (const commands of await commandsOf(port)) await redisStore(commands).check();
  });

  it.each<[string, string[]]>([
    ['keeps snapshots', ['--appendonly', 'no', '--save', '60', '1']],
    ['keeps nothing', ['--appendonly', 'no', '--save', '']],
  ])('%s alone is refused, unless that is accepted', async (_, settings) => {
    const { port } = await startRedis(...settings);
    for (const commands of await commandsOf(port)) {
      const store = redisStore(commands);
      await expect(store.check()).rejects.toMatchObject(NOTHING_KEPT);
      await expect(store.claim('a', 1000)).rejects.toMatchObject({
        code: 'ERR_STORE_UNAVAILABLE',
        cause: NOTHING_KEPT,
      });
      await redisStore(commands, { persistence: 'accept-loss' }).check();
    }
    expect(redisSays(port, 'EXISTS', 'attestkit:c:a').trim()).toBe('0');
  });

  it('accepts loss and evicts is refused all the same', async () => {
    const { port } = await startRedis('--appendonly', 'no', '--maxmemory-policy', 'volatile-lru');
    for (const commands of await commandsOf(port))
      await expect(redisStore(commands, { persistence: 'accept-loss' }).check()).rejects.toMatchObject({
        variable: 'maxmemory-policy',
      });
  });

  it('keeps everything in a file, forgets nothing when it is killed', async () => {
    const server = await startRedis('--appendfsync', 'always');
    const store = redisStore(fromIoredis(ioredis(server.port)));
    await store.check();
    await store.claim('a', 3_600_000);
    await store.advance('a', 7, { window: 64 });
    await store.put('a', 'blocked', undefined);
    await server.kill();
    await server.start();
    await until(() => store.get('a').then(Boolean, () => false));
    expect(await store.claim('a', 1000)).toBe(false);
    expect(await store.advance('a', 7, { window: 64 })).toBe(false);
    expect((await store.get('a'))?.value).toBe('blocked');
  });
});

describe.skipIf(!there)('a trial', { timeout: 30_000 }, () => {
  it('leaves nothing behind that stays, and touches no key but its own', async () => {
    const { port } = await startRedis();
    for (const commands of await commandsOf(port)) await redisStore(commands).check();
    const keys = redisSays(port, 'KEYS', '*').trim().split('\n');
    expect(keys).toHaveLength(4);
    for (const key of keys) {
      expect(key).toMatch(/^attestkit:[cn]:check\/[\w-]{16}$/);
      expect(Number(redisSays(port, 'PTTL', key))).toBeGreaterThan(0);
    }
  });

  it('is made once, and again after it failed', async () => {
    const { port } = await startRedis();
    const store = redisStore(fromIoredis(ioredis(port)));
    redisSays(port, 'ACL', 'SETUSER', 'default', '-getex');
    await expect(store.check()).rejects.toThrow(ConfigurationError);
    redisSays(port, 'ACL', 'SETUSER', 'default', '+getex');
    await store.check();
    const keys = redisSays(port, 'DBSIZE');
    await store.check();
    expect(redisSays(port, 'DBSIZE')).toBe(keys);
  });

  it.each(['set', 'getex', 'eval', 'evalsha', 'del', 'pexpire'])(
    'of a user who may not %s is refused, and told what it needs',
    async (command) => {
      const { port } = await startRedis();
      redisSays(port, 'ACL', 'SETUSER', 'default', `-${command}`);
      for (const commands of await commandsOf(port))
        await expect(redisStore(commands).check()).rejects.toMatchObject({
          constructor: ConfigurationError,
          variable: 'commands',
          remedy: expect.stringContaining(command.toUpperCase()) as string,
        });
    },
  );

  it('is refused where reading ends the time to live', async () => {
    const { port } = await startRedis();
    const client = ioredis(port);
    const commands = { ...fromIoredis(client), read: (key: string) => client.getex(key, 'PERSIST') };
    await expect(redisStore(commands).check()).rejects.toMatchObject({
      constructor: ConfigurationError,
      problem: expect.stringContaining('get did not do') as string,
    });
  });

  it.each<[string, Partial<RedisCommands>]>([
    ['claims everything', { claim: async () => 'OK' }],
    ['claims nothing', { claim: async () => null }],
    ['reads nothing', { read: async () => null }],
    ['says yes', { evaluate: async () => 1 }],
    ['says no', { evaluate: async () => 0 }],
    ['says what is no answer', { evaluate: async () => 'QUEUED' }],
    ['throws TypeErrors', { evaluate: () => Promise.reject(new TypeError('not a function')) }],
  ])('of commands that are right but for one that %s is refused', async (_, fault) => {
    const { port } = await startRedis();
    const commands = { ...fromIoredis(ioredis(port)), ...fault };
    await expect(redisStore(commands).check()).rejects.toMatchObject({
      constructor: ConfigurationError,
      variable: 'commands',
      remedy: expect.stringMatching(/fromIoredis.*fromNodeRedis/) as string,
    });
  });

  it('of a server that is gone is an outage, and no mistake in the set-up', async () => {
    const store = redisStore(fromIoredis(ioredis(await freePort(), { enableOfflineQueue: false })));
    await expect(store.check()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
  });
});

describe('a client in the wrong wrapper is refused', () => {
  const never = { lazyConnect: true, retryStrategy: () => null };

  it.each<[string, () => unknown]>([
    ['a client of redis', () => createClient()],
    ['a cluster of redis', () => createCluster({ rootNodes: [{}] })],
    ['nothing', () => undefined],
    ['options', () => ({ host: '127.0.0.1' })],
    ['a URL', () => 'redis://127.0.0.1'],
  ])('by fromIoredis: %s', (_, client) => {
    expect(() => fromIoredis(client() as IoredisClient)).toThrow(
      expect.objectContaining({
        constructor: ConfigurationError,
        variable: 'client',
        remedy: expect.stringContaining('fromNodeRedis(client)') as string,
      }) as Error,
    );
  });

  it.each<[string, () => unknown]>([
    ['a client of ioredis', () => new Redis(never)],
    ['a cluster of ioredis', () => new Cluster([{ host: '127.0.0.1', port: 1 }], never)],
    ['nothing', () => null],
    ['options', () => ({ url: 'redis://127.0.0.1' })],
  ])('by fromNodeRedis: %s', (_, client) => {
    expect(() => fromNodeRedis(client() as NodeRedisClient)).toThrow(
      expect.objectContaining({
        constructor: ConfigurationError,
        variable: 'client',
        remedy: expect.stringContaining('fromIoredis(client)') as string,
      }) as Error,
    );
  });

  it('and not what either is for', () => {
    expect(() => fromIoredis(new Redis(never))).not.toThrow();
    expect(() => fromNodeRedis(createClient())).not.toThrow();
    const sentinel = createSentinel({ name: 'primary', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] });
    expect(() => fromNodeRedis(sentinel as never)).not.toThrow();
  });
});

describe('a refused connection', { timeout: 30_000 }, () => {
  it.each<[string, object]>([
    ['as it should be', { enableOfflineQueue: false, autoResendUnfulfilledCommands: false }],
    ['that queues', { retryStrategy: () => 20 }],
  ])('is named in the cause, also by a client of ioredis %s', async (_, settings) => {
    const store = redisStore(fromIoredis(ioredis(await freePort(), settings)), { timeoutMs: 5000 });
    const cause = { message: 'the store failed (ECONNREFUSED)' };
    // The first may come before the client has tried to connect.
    await store.claim('a', 1000).catch(() => undefined);
    await until(() =>
      store.get('a').then(Boolean, (error: unknown) => String((error as Error).cause).includes('ECONN')),
    );
    await expect(store.claim('a', 1000)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', cause });
    await expect(store.check()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', cause });
  });

  it('is told by a cluster of ioredis as it knows it: none of its nodes answers', async () => {
    const port = await freePort();
    const client = new Cluster([{ host: '127.0.0.1', port }], {
      lazyConnect: true,
      clusterRetryStrategy: () => null,
      enableOfflineQueue: false,
    });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    const store = redisStore(fromIoredis(client));
    await client.connect().catch(() => undefined);
    await expect(store.claim('a', 1000)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause: { message: 'the store failed (ClusterAllFailedError)' },
    });
  });
});

describe.skipIf(!there)('a server that restarts', { timeout: 30_000 }, () => {
  it('and has forgotten its scripts is given them again, and replies keep their own codes', async () => {
    const server = await startRedis('--appendfsync', 'always');
    for (const commands of await commandsOf(server.port)) {
      const store = redisStore(commands);
      expect(await store.advance('a', 1)).toBe(true);
      redisSays(server.port, 'SCRIPT', 'FLUSH');
      expect(await store.advance('a', 1)).toBe(false);
      expect(await store.advance('a', 2)).toBe(true);
      redisSays(server.port, 'DEL', 'attestkit:n:a');
    }
    const client = ioredis(server.port);
    const store = redisStore(fromIoredis(client), { timeoutMs: 1000 });
    await store.check();
    await server.kill();
    await until(() => client.status === 'reconnecting');
    await server.start();
    await until(() =>
      store.get('a').then(
        () => true,
        () => false,
      ),
    );
    redisSays(server.port, 'ACL', 'SETUSER', 'default', '-evalsha');
    await expect(store.advance('a', 9)).rejects.toMatchObject({
      cause: { message: 'the store failed (NOPERM)' },
    });
  });
});
