import { Redis } from 'ioredis';
import { createClientPool } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import { fromIoredis, fromNodeRedis, redisStore, type RedisCommands } from '../../src/stores/redis.js';
import { findRedis, redisSays, startRedis } from './own-servers.js';
import { present, until } from './servers.js';

const POLICY = '# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n';

interface Call {
  readonly script: string;
  readonly key: string;
  readonly args: readonly string[];
}

/** Commands that answer what the test says. */
function fake(reply: unknown, infos: readonly string[] = [POLICY]) {
  const calls: Call[] = [];
  const asked = { infos: 0 };
  const commands: RedisCommands = {
    async evaluate(script, key, args) {
      calls.push({ script, key, args });
      return reply;
    },
    async memoryInfo() {
      asked.infos += 1;
      return infos;
    },
  };
  return { commands, calls, asked };
}

async function all(store: Store): Promise<void> {
  await store.claim('a', 1000);
  await store.advance('a', 1);
  await store.put('a', 'one', undefined);
  await store.delete('a', 'v');
}

describe('an operation', () => {
  it('is one script with one key, of the family, behind the prefix', async () => {
    const { commands, calls } = fake(1);
    await all(redisStore(commands, { prefix: 'p:' }));
    expect(calls.map(({ key }) => key)).toEqual(['p:c:a', 'p:n:a', 'p:r:a', 'p:r:a']);
    for (const { script } of calls) {
      expect(script).toContain('KEYS[1]');
      expect(script).not.toMatch(/KEYS\[[^1]/);
      expect(script).not.toMatch(/\.call\('\w+', (?!KEYS\[1\])/);
    }
  });

  it('reads by a script that only a primary runs', async () => {
    const { commands, calls } = fake([null, null]);
    expect(await redisStore(commands).get('a')).toBeUndefined();
    expect(calls).toEqual([expect.objectContaining({ key: 'attestkit:r:a', args: [] })]);
    expect(calls[0]?.script).toContain("'hdel'");
  });

  it.each([1, '1', Buffer.from('1'), 1n])('understands the reply %s as yes', async (reply) => {
    expect(await redisStore(fake(reply).commands).claim('a', 1)).toBe(true);
  });

  it.each([0, '0', Buffer.from('0')])('understands the reply %s as no', async (reply) => {
    expect(await redisStore(fake(reply).commands).claim('a', 1)).toBe(false);
  });

  it.each([null, undefined, 'OK', 'QUEUED', true, 2, -1, '', [], [1, 2], {}])(
    'takes the reply %j for no answer',
    async (reply) => {
      const store = redisStore(fake(reply).commands);
      for (const operation of [
        store.claim('a', 1),
        store.advance('a', 1),
        store.put('a', '', undefined),
        store.delete('a', 'v'),
      ])
        await expect(operation).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    },
  );

  it.each([null, 'QUEUED', [], ['one'], 1])(
    'takes the reply %j for no record, and not for none',
    async (reply) => {
      await expect(redisStore(fake(reply).commands).get('a')).rejects.toMatchObject({ stage: 'unavailable' });
    },
  );

  it('reads records of clients that return Buffers', async () => {
    const { commands } = fake([Buffer.from('é'), Buffer.from('v')]);
    expect(await redisStore(commands).get('a')).toEqual({ value: 'é', version: 'v' });
  });
});

describe('the eviction policy', () => {
  it('is asked for once, before the first operation', async () => {
    const { commands, asked } = fake(1);
    const store = redisStore(commands);
    expect(asked.infos).toBe(0);
    await store.check();
    await Promise.all([all(store), all(store)]);
    expect(asked.infos).toBe(1);
  });

  it.each<[string, string[]]>([
    ['evicts', [POLICY.replace('noeviction', 'allkeys-lru')]],
    ['evicts only what has a time to live', [POLICY.replace('noeviction', 'volatile-ttl')]],
    ['of one node evicts', [POLICY, POLICY.replace('noeviction', 'volatile-lru')]],
    ['is not told', ['# Memory\r\nmaxmemory:0\r\n']],
    ['is not told by one node', [POLICY, '']],
    ['is told by nobody', []],
    ['only begins like the right one', [POLICY.replace('noeviction', 'noeviction-not')]],
  ])('that %s keeps the store from serving', async (_, infos) => {
    const { commands, calls } = fake(1, infos);
    const store = redisStore(commands);
    await expect(store.check()).rejects.toMatchObject({
      constructor: ConfigurationError,
      variable: 'maxmemory-policy',
    });
    await expect(store.claim('a', 1)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause: { variable: 'maxmemory-policy' },
    });
    expect(calls).toEqual([]);
  });

  it('is asked for again until it is right', async () => {
    const infos = [''];
    const store = redisStore(fake(1, infos).commands);
    await expect(store.claim('a', 1)).rejects.toThrow('the store');
    infos[0] = POLICY;
    expect(await store.claim('a', 1)).toBe(true);
  });

  it('cannot be asked for where there is no server, which is no wrong set-up', async () => {
    const commands: RedisCommands = {
      ...fake(1).commands,
      memoryInfo: () => Promise.reject(new Error('gone')),
    };
    await expect(redisStore(commands).check()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
  });
});

describe('options', () => {
  it.each<[unknown, object, string]>([
    [fake(1).commands, { prefix: 'a b' }, 'prefix'],
    [fake(1).commands, { prefix: 'é' }, 'prefix'],
    [fake(1).commands, { prefix: 'a'.repeat(65) }, 'prefix'],
    [fake(1).commands, { prefix: 5 }, 'prefix'],
    [fake(1).commands, { ttl: 5 }, 'ttl'],
    [fake(1).commands, { timeoutMs: 0 }, 'timeoutMs'],
    [{}, {}, 'commands'],
    [undefined, {}, 'commands'],
  ])('%# are refused', (commands, options, variable) => {
    expect(() => redisStore(commands as RedisCommands, options)).toThrow(
      expect.objectContaining({ constructor: ConfigurationError, variable }) as Error,
    );
  });
});

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
      code: 'ERR_STORE_UNAVAILABLE',
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
    expect(await one.claim('a', 1000)).toBe(true);
    expect(await other.claim('a', 1000)).toBe(false);
    await other.put('a', 'é', undefined);
    expect(await one.get('a')).toEqual(await other.get('a'));
  });
});
