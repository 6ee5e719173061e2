// @ts-check
// One of several processes that use the same token, challenge or assertion at the same time on the same store. It runs
// what was built, with a connection of its own, and says how each use ended.
import { DatabaseSync } from '@photostructure/sqlite';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { appAttest } from '../../dist/app-attest/index.js';
import { createGuard } from '../../dist/index.js';
import { assertion, session } from '../../dist/sessions/index.js';
import { createSessions } from '../../dist/sessions/sessions.js';
import { postgresStore } from '../../dist/stores/postgres.js';
import { fromIoredis, redisStore } from '../../dist/stores/redis.js';
import { sqliteStore } from '../../dist/stores/sqlite.js';

const LIMITS = { timeoutMs: 60_000, maxInFlight: 4096 };

/** @type {Record<string, (where: string, name: string) => import('../../dist/index.js').Store>} */
const OPEN = {
  sqlite: (path) => sqliteStore(new DatabaseSync(path), LIMITS),
  redis: (url, prefix) =>
    redisStore(fromIoredis(new Redis(url)), { ...LIMITS, prefix, persistence: 'accept-loss' }),
  postgres: (url, schema) =>
    postgresStore(new Pool({ connectionString: url, max: 4 }), { ...LIMITS, schema }),
};

/** @param {import('./race.js').Order} order */
function prepare({ kind, where, name, secret, appId, roots, audience }) {
  const open = OPEN[kind];
  if (open === undefined) throw new Error(`no store ${kind}`);
  const store = open(where, name);
  const enrolment = [appAttest({ appIds: [appId], roots: roots.map((each) => Buffer.from(each, 'base64')) })];
  const options = { audience };
  const guard = createGuard({
    evidence: [session(), assertion()],
    accept: ['session'],
    secret,
    store,
    enrolment,
    sessions: options,
  });
  return { guard, sessions: createSessions({ secret, store, enrolment, options, now: Date.now }) };
}

/** @param {ReturnType<typeof prepare>} made @param {import('./race.js').Use} use @returns {Promise<string>} */
async function run({ guard, sessions }, { verb, body, fields, method, target, payload }) {
  const request = {
    method: method ?? 'POST',
    target: target ?? '/',
    fields: (/** @type {string} */ field) => (fields?.[field] === undefined ? [] : [fields[field]]),
    ip: '203.0.113.7',
    body: async () => Buffer.from(payload ?? ''),
  };
  if (verb === 'check') {
    const decision = await guard.check(request, guard.route({ assertion: true }));
    return decision.outcome === 'accept' ? 'accepted' : decision.error.code;
  }
  try {
    const { refreshToken, retried } = await sessions[verb](body ?? {}, request);
    return `${retried ? 'again' : 'accepted'} ${refreshToken}`;
  } catch (error) {
    return /** @type {{ code?: string }} */ (error).code ?? String(error);
  }
}

/** @type {ReturnType<typeof prepare> | undefined} */
let made;
process.on('message', async (/** @type {import('./race.js').Message} */ message) => {
  if (message.order !== undefined) {
    made = prepare(message.order);
    // Connections and code are warm before it counts.
    await made.sessions.control.findDevice('nobody');
    process.send?.('ready');
  }
  if (message.use !== undefined && made !== undefined) {
    const ready = made;
    const { use, times } = message;
    const ended = await Promise.all(Array.from({ length: times }, () => run(ready, use)));
    process.send?.(ended);
  }
});
