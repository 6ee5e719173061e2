import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { fromIoredis, fromNodeRedis, redisStore } from '../../src/stores/redis/index.js';
import { STORE_CONTRACT } from 'attestkit-testing/store-contract';
import { findRedis, redisSays, startRedis } from './support/own-servers.js';
import { present, until } from './support/servers.js';

const there = await present('redis-server to be started', findRedis);

/** Three nodes that share the slots: a script with two keys, or with none, would fail here. */
async function startCluster(): Promise<readonly number[]> {
  const ports: number[] = [];
  for (const [first, last] of [
    [0, 5000],
    [5001, 11_000],
    [11_001, 16_383],
  ]) {
    const { port } = await startRedis('--cluster-enabled', 'yes');
    redisSays(port, 'CLUSTER', 'ADDSLOTSRANGE', `${first}`, `${last}`);
    ports.push(port);
  }
  const [one = 0, ...others] = ports;
  for (const port of others) redisSays(one, 'CLUSTER', 'MEET', '127.0.0.1', `${port}`);
  await until(() => ports.every((port) => redisSays(port, 'CLUSTER', 'INFO').includes('cluster_state:ok')));
  await until(() =>
    ports.every((port) => redisSays(port, 'CLUSTER', 'INFO').includes('cluster_known_nodes:3')),
  );
  return ports;
}

describe.skipIf(!there)('a real cluster', { timeout: 90_000 }, () => {
  it('keeps the contract with both clients, and is asked for the policy of every node', async () => {
    const [port = 0, second = 0] = await startCluster();
    const ofIoredis = new Cluster([{ host: '127.0.0.1', port }], { scaleReads: 'slave', lazyConnect: true });
    const ofRedis = createCluster({
      rootNodes: [{ socket: { host: '127.0.0.1', port } }],
      useReplicas: true,
    });
    await ofRedis.connect();
    onTestFinished(() => {
      ofIoredis.disconnect();
      ofRedis.destroy();
    });
    for (const commands of [fromIoredis(ofIoredis), fromNodeRedis(ofRedis)]) {
      const store = redisStore(commands);
      await store.check();
      expect(await commands.info('memory')).toHaveLength(3);
      for (const { run } of STORE_CONTRACT) await run({ store });
    }
    redisSays(second, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    for (const commands of [fromIoredis(ofIoredis), fromNodeRedis(ofRedis)])
      await expect(redisStore(commands).check()).rejects.toThrow(ConfigurationError);
  });
});
