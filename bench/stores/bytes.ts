import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Store } from 'attestkit';
import { migratePostgres, postgresStore } from 'attestkit/stores/postgres';
import { fromIoredis, redisStore } from 'attestkit/stores/redis';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { DAY_MS, SAMPLES, type StoreSample } from './samples.js';

const USAGE = `Measures what a record takes: node bench/dist/store-bytes.js -- [options]

  --samples FILE  a JSON array of { name, family, key, value?, ttlDays? } in place of those in store-samples.ts;
                  family is record, counter or claim
  --count N       entries of each, default 20000

ATTESTKIT_REDIS_URL and ATTESTKIT_POSTGRES_URL name the servers. What Redis holds is read from used_memory, so nobody else
may write there meanwhile.`;

const { values } = parseArgs({
  options: {
    samples: { type: 'string' },
    count: { type: 'string', default: '20000' },
    help: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
if (values.help || !Number.isInteger(count) || count < 1) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
const samples =
  values.samples === undefined
    ? SAMPLES
    : (JSON.parse(readFileSync(values.samples, 'utf8')) as readonly StoreSample[]);

const {
  ATTESTKIT_REDIS_URL = 'redis://127.0.0.1:6379',
  ATTESTKIT_POSTGRES_URL = 'postgres://postgres@127.0.0.1:5432/test',
} = process.env;

/** Entries that are written at once. */
const AT_ONCE = 100;

/** How often each of some records is written anew, to see what updates leave behind. */
const UPDATES = 10;
const UPDATED = 1000;

/** Keys of the length of the sample's, none twice. */
function keyOf({ key }: StoreSample, index: number): string {
  return key.slice(0, -8) + index.toString(36).padStart(8, '0');
}

async function each(amount: number, act: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < amount; from += AT_ONCE) {
    const some = Math.min(AT_ONCE, amount - from);
    await Promise.all(Array.from({ length: some }, (_, at) => act(from + at)));
  }
}

async function write(store: Store, sample: StoreSample, index: number): Promise<void> {
  const key = keyOf(sample, index);
  const ttlMs = sample.ttlDays === undefined ? undefined : Math.round(sample.ttlDays * DAY_MS);
  if (sample.family === 'record') await store.put(key, sample.value ?? '', undefined, ttlMs);
  else if (sample.family === 'counter') await store.advance(key, 1 + index, { ttlMs, window: 64 });
  else await store.claim(key, ttlMs ?? 360_000);
}

/** Each use of a counter is above the ones before. */
let uses = 0;

/** A record is put again with a little more time, as a refresh does it. */
async function refresh(store: Store, sample: StoreSample, index: number): Promise<void> {
  const key = keyOf(sample, index);
  const ttlMs = sample.ttlDays === undefined ? undefined : Math.round(sample.ttlDays * DAY_MS);
  if (sample.family === 'counter') await store.advance(key, 2 ** 31 + (uses += 1), { ttlMs });
  else await store.put(key, sample.value ?? '', (await store.get(key))?.version, ttlMs);
}

async function bytesInRedis(sample: StoreSample): Promise<number> {
  const client = new Redis(ATTESTKIT_REDIS_URL, { lazyConnect: true });
  await client.connect();
  const prefix = `bytes:${randomUUID().slice(0, 4)}:`;
  const store = redisStore(fromIoredis(client), { prefix, persistence: 'accept-loss' });
  const used = async (): Promise<number> =>
    Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
  await write(store, { ...sample, key: `${sample.key.slice(0, -1)}~` }, 0);
  const before = await used();
  await each(count, (index) => write(store, sample, index));
  const after = await used();
  let cursor = '0';
  do {
    const [following, keys] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1000);
    if (keys.length > 0) await client.del(...keys);
    cursor = following;
  } while (cursor !== '0');
  client.disconnect();
  return (after - before) / count;
}

interface PostgresBytes {
  readonly bytes: number;
  /** Of the updates, the share that touched no index. */
  readonly hot: number | undefined;
  /** What each update added, before a vacuum. */
  readonly grown: number | undefined;
}

async function bytesInPostgres(sample: StoreSample): Promise<PostgresBytes> {
  const pool = new Pool({ connectionString: ATTESTKIT_POSTGRES_URL });
  const schema = `bytes_${randomUUID().replaceAll('-', '')}`;
  await migratePostgres(pool, { schema });
  const store = postgresStore(pool, { schema });
  const table = `${schema}.${sample.family}s`;
  const only = async (query: string): Promise<Readonly<Record<string, string>>> =>
    (await pool.query<Record<string, string>>(query)).rows[0] ?? {};
  const size = async (): Promise<number> =>
    Number((await only(`SELECT pg_total_relation_size('${table}') AS size`))['size']);
  try {
    const empty = await size();
    await each(count, (index) => write(store, sample, index));
    await pool.query(`VACUUM ${table}`);
    const loaded = await size();
    const bytes = (loaded - empty) / count;
    if (sample.family === 'claim') return { bytes, hot: undefined, grown: undefined };
    const updated = Math.min(UPDATED, count);
    for (let again = 0; again < UPDATES; again += 1)
      await each(updated, (index) => refresh(store, sample, index));
    const grown = ((await size()) - loaded) / (updated * UPDATES);
    // What the connections counted is told when they end.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const { hot, updates } = await only(`SELECT n_tup_hot_upd AS hot, n_tup_upd AS updates
      FROM pg_stat_user_tables WHERE relid = '${table}'::regclass`);
    return { bytes, hot: Number(hot) / Number(updates), grown };
  } finally {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await pool.end();
  }
}

console.log(`${count} entries of each, bytes each\n`);
console.log('| sample | value | Redis | PostgreSQL | HOT updates | growth of an update |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const sample of samples) {
  const redis = await bytesInRedis(sample);
  const { bytes, hot, grown } = await bytesInPostgres(sample);
  const cells = [
    sample.name,
    String(sample.value?.length ?? 0),
    redis.toFixed(0),
    bytes.toFixed(0),
    hot === undefined ? '–' : `${(100 * hot).toFixed(0)} %`,
    grown === undefined ? '–' : grown.toFixed(0),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
