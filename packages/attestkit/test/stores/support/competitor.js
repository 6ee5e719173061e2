// One of several processes on one store. It is plain JavaScript on the built library, as Node 20 runs no TypeScript.
// The parent says over IPC what to do; the answer is how often the store said yes, or what it granted.
import { writeSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { postgresStore } from '../../../dist/stores/postgres/index.js';
import { fromIoredis, fromNodeRedis, redisStore } from '../../../dist/stores/redis/index.js';
import { sqliteStore } from '../../../dist/stores/sqlite/index.js';

const [kind = '', where = '', own = ''] = process.argv.slice(2);
const options = { maxInFlight: 2000, timeoutMs: 30_000 };

const open = {
  sqlite: () => sqliteStore(new DatabaseSync(where), options),
  ioredis: () =>
    redisStore(fromIoredis(new Redis(where)), { ...options, prefix: own, persistence: 'accept-loss' }),
  async 'node-redis'() {
    const client = createClient({ url: where });
    await client.connect();
    return redisStore(fromNodeRedis(client), { ...options, prefix: own, persistence: 'accept-loss' });
  },
  postgres: () => postgresStore(new Pool({ connectionString: where, max: 5 }), { ...options, schema: own }),
};

const store = await open[kind]();

async function countYes(count, begin) {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => begin(index)));
  return answers.filter(Boolean).length;
}

const tasks = {
  claim: ({ key, count }) => countYes(count, () => store.claim(key, 3_600_000)),
  advance: ({ key, count, value, window }) => countYes(count, () => store.advance(key, value, { window })),
  create: ({ key, count }) =>
    countYes(count, (index) => store.put(key, `${process.pid}/${index}`, undefined)),
  replace: ({ key, count, version }) =>
    countYes(count, (index) => store.put(key, `${process.pid}/${index}`, version)),
  delete: ({ key, count, version }) => countYes(count, () => store.delete(key, version)),
  /** Those of the values from 1 on that were granted, in the order of this process: forwards or backwards. */
  async late({ key, to, backwards }) {
    const values = Array.from({ length: to }, (_, index) => (backwards ? to - index : index + 1));
    const answers = await Promise.all(values.map((value) => store.advance(key, value, { window: 64 })));
    return values.filter((_, index) => answers[index]);
  },
  /** The values that were granted, in the order in which they were. */
  async rise({ key, from, to, step }) {
    const granted = [];
    for (let value = from; value <= to; value += step)
      if (await store.advance(key, value)) granted.push(value);
    return granted;
  },
  /** Adds one as often as `count`, each time until nobody came between. */
  async add({ key, count }) {
    for (let added = 0; added < count;) {
      const { value, version } = await store.get(key);
      if (await store.put(key, String(Number(value) + 1), version)) added += 1;
    }
    return count;
  },
  /** Writes for ever, and says of each write that it was acknowledged: at once, not when this process finds time. */
  async write({ own: writer }) {
    for (let index = 0; ; index += 1) {
      const key = `${writer}/${index}`;
      if (await store.claim(key, 3_600_000)) writeSync(1, `claim ${key}\n`);
      if (await store.put(key, key, undefined)) writeSync(1, `put ${key}\n`);
      if (await store.advance(writer, index + 1)) writeSync(1, `advance ${index + 1}\n`);
    }
  },
};

process.on('message', async ({ task, ...input }) => {
  process.send({ answer: await tasks[task](input) });
});
process.send({ ready: true });
