import { Redis } from 'ioredis';
import { createClientPool } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { fromIoredis, fromNodeRedis, redisStore } from '../../src/stores/redis/index.js';
import { findRedis, redisSays, startRedis } from './support/own-servers.js';
import { present, until } from './support/servers.js';

const there = await present('redis-server to be started', findRedis);

function ioredis(port: number): Redis {
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

describe.skipIf(!there)('a real server', { timeout: 30_000 }, () => {
  it('that evicts is refused at start-up', async () => {
    const { port } = await startRedis('--maxmemory-policy', 'allkeys-lru');
    await expect(redisStore(fromIoredis(ioredis(port))).check()).rejects.toThrow(ConfigurationError);
  });

  it('that may not be asked is refused at start-up', async () => {
    const { port } = await startRedis();
    redisSays(port, 'ACL', 'SETUSER', 'default', '-info');
    const client = new Redis({ port, enableReadyCheck: false });
    onTestFinished(() => client.disconnect());
    await expect(redisStore(fromIoredis(client)).check()).rejects.toMatchObject({
      constructor: ConfigurationError,
      variable: 'maxmemory-policy',
      problem: 'of Redis cannot be read',
      cause: { message: 'the store failed (NOPERM)' },
    });
  });

  it('that is full rejects, and keeps every claim', async () => {
    const { port } = await startRedis('--maxmemory', '3mb');
    const store = redisStore(fromIoredis(ioredis(port)));
    const granted: string[] = [];
    let rejected: unknown;
    for (let index = 0; rejected === undefined; index += 1) {
      try {
        await store.put(`record${index}`, 'x'.repeat(10_000), undefined);
        if (await store.claim(`claim${index}`, 3_600_000)) granted.push(`claim${index}`);
      } catch (error) {
        rejected = error;
      }
    }
    expect(rejected).toMatchObject({ code: 'ERR_STORE_FULL', stage: 'unavailable' });
    expect(granted.length).toBeGreaterThan(10);
    expect(redisSays(port, 'EXISTS', ...granted.map((key) => `attestkit:c:${key}`)).trim()).toBe(
      `${granted.length}`,
    );
    await expect(store.claim('claim0', 1)).rejects.toMatchObject({ code: 'ERR_STORE_FULL' });
  });

  it('that is a replica reads and writes nothing, not even what it need not write for', async () => {
    const primary = await startRedis();
    const replica = await startRedis('--replicaof', '127.0.0.1', `${primary.port}`);
    const before = redisStore(fromIoredis(ioredis(primary.port)));
    await before.put('a', 'one', undefined);
    await before.claim('a', 3_600_000);
    await before.advance('a', 7);
    await until(() => redisSays(replica.port, 'EXISTS', 'attestkit:n:a').trim() === '1');
    const store = redisStore(fromIoredis(ioredis(replica.port)));
    for (const operation of [
      store.get('a'),
      store.get('absent'),
      store.claim('a', 1),
      store.claim('absent', 1),
      store.advance('a', 7),
      store.advance('a', 8),
      store.put('a', '', undefined),
      store.put('a', '', 'another'),
      store.delete('a', 'v'),
      store.delete('absent', 'v'),
    ])
      await expect(operation).rejects.toMatchObject({ cause: { message: 'the store failed (READONLY)' } });
  });

  it('in which somebody else has used the key rejects', async () => {
    const { port } = await startRedis();
    redisSays(port, 'SET', 'attestkit:r:a', 'text');
    redisSays(port, 'SET', 'attestkit:n:a', 'text');
    const store = redisStore(fromIoredis(ioredis(port)));
    await expect(store.get('a')).rejects.toMatchObject({ stage: 'unavailable' });
    await expect(store.put('a', 'one', undefined)).rejects.toMatchObject({ stage: 'unavailable' });
    await expect(store.advance('a', 1)).rejects.toMatchObject({ stage: 'unavailable' });
    await expect(store.delete('a', 'v')).rejects.toMatchObject({ stage: 'unavailable' });
  });

  it('is asked under the names that clients with odd settings use', async () => {
    const { port } = await startRedis();
    const client = new Redis({ port, keyPrefix: 'own:', stringNumbers: true });
    const pool = createClientPool({ socket: { port } });
    await pool.connect();
    onTestFinished(() => {
      client.disconnect();
      pool.destroy();
    });
    const one = redisStore(fromIoredis(client));
    const other = redisStore(fromNodeRedis(pool), { prefix: 'own:attestkit:' });
    await Promise.all([one.check(), other.check()]);
    expect(await one.claim('a', 1000)).toBe(true);
    expect(await other.claim('a', 1000)).toBe(false);
    await other.put('a', 'é', undefined);
    expect(await one.get('a')).toEqual(await other.get('a'));
  });
});
