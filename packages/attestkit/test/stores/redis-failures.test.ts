import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DeadlineOptions } from '../../src/stores/deadline.js';
import type { CheckedStore } from '../../src/stores/redis/index.js';
import { fromIoredis, fromNodeRedis, redisStore } from '../../src/stores/redis/index.js';
import { findRedis, freePort, startProxy, startRedis } from './support/own-servers.js';
import { present, until } from './support/servers.js';

const there = await present('redis-server to be started', findRedis);
const UNAVAILABLE = { stage: 'unavailable' };

/** Each client, as it comes and as it should be set up. */
const CLIENTS: Readonly<Record<string, (port: number, options: DeadlineOptions) => CheckedStore>> = {
  'ioredis as it comes': (port, options) => ofIoredis(new Redis({ port, host: '127.0.0.1' }), options),
  'ioredis as it should be': (port, options) =>
    ofIoredis(
      new Redis({
        port,
        host: '127.0.0.1',
        enableOfflineQueue: false,
        maxRetriesPerRequest: 1,
        autoResendUnfulfilledCommands: false,
      }),
      options,
    ),
  'redis as it comes': (port, options) => ofNodeRedis(port, false, options),
  'redis as it should be': (port, options) => ofNodeRedis(port, true, options),
};

function ofIoredis(client: Redis, options: DeadlineOptions): CheckedStore {
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return redisStore(fromIoredis(client), options);
}

function ofNodeRedis(port: number, disableOfflineQueue: boolean, options: DeadlineOptions): CheckedStore {
  const client = createClient({ socket: { port, host: '127.0.0.1' }, disableOfflineQueue });
  client.on('error', () => undefined);
  void client.connect().catch(() => undefined);
  onTestFinished(() => client.destroy());
  return redisStore(fromNodeRedis(client), options);
}

/** Waits until a store serves again. */
function recovered(store: CheckedStore, key: string): Promise<void> {
  return until(() =>
    store.claim(key, 1).then(
      () => true,
      () => false,
    ),
  );
}

describe.skipIf(!there).each(Object.entries(CLIENTS))('%s', { timeout: 60_000 }, (_, open) => {
  it('rejects while nobody listens', async () => {
    const port = await freePort();
    const store = open(port, { timeoutMs: 200 });
    for (let again = 0; again < 3; again += 1)
      await expect(store.claim('a', 1000)).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.get('a')).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.check()).rejects.toMatchObject(UNAVAILABLE);
  });

  it('rejects while the server restarts, bounded, and serves afterwards without anything made anew', async () => {
    const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always');
    const store = open(server.port, { timeoutMs: 500, maxInFlight: 20 });
    await recovered(store, 'first');
    expect(await store.claim('before', 3_600_000)).toBe(true);
    await store.put('before', 'one', undefined);
    await server.kill();
    const attempts = Array.from({ length: 200 }, () => store.claim('during', 3_600_000));
    const outcomes = await Promise.allSettled(attempts);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : ''));
    expect(codes.filter((code) => code === 'ERR_STORE_BUSY').length).toBeGreaterThanOrEqual(180);
    await server.start();
    await recovered(store, 'again');
    expect(await store.claim('before', 1000)).toBe(false);
    expect((await store.get('before'))?.value).toBe('one');
    // One that waited in the client may have been spent meanwhile; it was granted to nobody, and is not granted twice.
    const granted = await Promise.all([store.claim('during', 1000), store.claim('during', 1000)]);
    expect(granted.filter(Boolean).length).toBeLessThanOrEqual(1);
  });

  it('grants no claim that was made while the answer hung, and serves when it comes', async () => {
    const server = await startRedis();
    const proxy = await startProxy(server.port);
    const store = open(proxy.port, { timeoutMs: 300, maxInFlight: 10 });
    await recovered(store, 'first');
    proxy.hold(true);
    await expect(store.claim('a', 3_600_000)).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' });
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => store.get('a')));
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'served'));
    expect(codes.filter((code) => code === 'ERR_STORE_TIMEOUT')).toHaveLength(9);
    expect(codes.filter((code) => code === 'ERR_STORE_BUSY')).toHaveLength(41);
    proxy.hold(false);
    await recovered(store, 'again');
    expect(await store.claim('a', 3_600_000)).toBe(false);
  });
});
