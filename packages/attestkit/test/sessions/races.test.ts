import { randomUUID } from 'node:crypto';
import { DatabaseSync } from '@photostructure/sqlite';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.js';
import { migratePostgres, postgresStore } from '../../src/stores/postgres.js';
import { fromIoredis, redisStore } from '../../src/stores/redis.js';
import { sqliteStore } from '../../src/stores/sqlite.js';
import { databaseFile } from '../stores/opened.js';
import { POSTGRES_URL, present, REDIS_URL } from '../stores/servers.js';
import { apple, APP_ID, AUDIENCE, Backend, bearer, Clock, tally } from './backend.js';
import { Race, type Use } from './race.js';

const PROCESSES = 4;
const TIMES = 250;

/** A store that several processes can open. */
interface Shared {
  readonly store: Store;
  readonly where: string;
  readonly name: string;
  close(): Promise<void>;
}

const OPEN: Readonly<Record<string, () => Promise<Shared>>> = {
  async sqlite() {
    const file = databaseFile();
    const database = new DatabaseSync(file.path);
    const close = async (): Promise<void> => {
      database.close();
      file.remove();
    };
    return { store: sqliteStore(database), where: file.path, name: '', close };
  },
  async redis() {
    const client = new Redis(REDIS_URL, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    client.on('error', () => undefined);
    await client.connect();
    const name = `test:${randomUUID()}:`;
    const close = async (): Promise<void> => {
      for (const key of await client.keys(`${name}*`)) await client.del(key);
      client.disconnect();
    };
    return {
      store: redisStore(fromIoredis(client), { prefix: name, persistence: 'accept-loss' }),
      where: REDIS_URL,
      name,
      close,
    };
  },
  async postgres() {
    const pool = new Pool({ connectionString: POSTGRES_URL });
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await migratePostgres(pool, { schema: name });
    const close = async (): Promise<void> => {
      await pool.query(`DROP SCHEMA ${name} CASCADE`);
      await pool.end();
    };
    return { store: postgresStore(pool, { schema: name }), where: POSTGRES_URL, name, close };
  },
};

/** The processes judge by the system's clock. */
class SystemClock extends Clock {
  override readonly now = Date.now;
}

const phone = apple.createIPhone({ appId: APP_ID, now: Date.now });

for (const [kind, open] of Object.entries(OPEN)) {
  let shared: Shared | undefined;
  let race: Race | undefined;
  const there = await present(`server for the store ${kind}`, async () => {
    shared = await open();
    race = await Race.start(PROCESSES, { kind, where: shared.where, name: shared.name });
  });

  describe.skipIf(!there)(`1,000 uses at once from ${PROCESSES} processes on ${kind}`, () => {
    const { store, close } = (shared ?? { close: async () => undefined }) as Shared;
    const run = (use: Use): Promise<readonly string[]> => (race as Race).run(use, TIMES);
    const backend = there ? new Backend({ store, clock: new SystemClock() }) : undefined;
    const server = (): Backend => backend as Backend;

    afterAll(async () => {
      race?.stop();
      await close();
    });

    it('of one refresh token: one rotation, and one live successor', async () => {
      const { refresh } = await server().enrolled(phone.generateKey(), 'r');
      const ended = await run({ verb: 'refresh', body: { refresh_token: refresh } });
      const kinds = tally(ended.map((each) => each.split(' ', 1)[0]));
      expect(kinds).toEqual({ accepted: 1, again: PROCESSES * TIMES - 1 });
      const successors = [...new Set(ended.map((each) => each.split(' ')[1] as string))];
      expect(successors).toHaveLength(1);
      expect((await server().refresh(successors[0] as string)).status).toBe(200);
      expect((await server().refresh(refresh)).code).toBe('ERR_REFRESH_REUSED');
    }, 60_000);

    it('of one challenge: one device', async () => {
      const body = await server().evidence(phone.generateKey(), 'c');
      const ended = await run({ verb: 'enrol', body });
      const kinds = tally(ended.map((each) => each.split(' ', 1)[0]));
      expect(kinds).toEqual({ accepted: 1, ERR_CHALLENGE_USED: PROCESSES * TIMES - 1 });
      expect((await server().guard.sessions?.findDevice('c'))?.enrolments).toHaveLength(1);
    }, 60_000);

    it('of one signed request: one is accepted', async () => {
      const key = phone.generateKey();
      const { session } = await server().enrolled(key, 's');
      const request = { method: 'POST', target: '/pay?a=1' };
      const { xAppAttest } = key.signRequest({ audience: AUDIENCE, ...request, body: '{}' });
      const fields = { ...(bearer(session) as Record<string, string>), 'x-app-attest': xAppAttest };
      const ended = await run({ verb: 'check', ...request, payload: '{}', fields });
      expect(tally(ended)).toEqual({ accepted: 1, ERR_ASSERTION_COUNTER: PROCESSES * TIMES - 1 });
    }, 60_000);

    it('of one proof for a session: one session', async () => {
      const key = phone.generateKey();
      await server().enrolled(key, 'a');
      const body = await server().exchange(key, 'a');
      const ended = await run({ verb: 'assert', body });
      const kinds = tally(ended.map((each) => each.split(' ', 1)[0]));
      expect(kinds).toEqual({ accepted: 1, ERR_CHALLENGE_USED: PROCESSES * TIMES - 1 });
    }, 60_000);
  });
}
