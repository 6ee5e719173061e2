// @ts-check
// One of several processes on the same store, with a connection of its own. It runs what was built, says how each call
// ended, and ends itself in the middle of one where it is told to.
import { DatabaseSync } from '@photostructure/sqlite';
import { appAttest } from '../../../dist/app-attest/index.js';
import { statusOf } from '../../../dist/endpoints/status.js';
import { AttestationError, createGuard } from '../../../dist/index.js';
import { devices } from '../../../dist/devices/index.js';
import { createSessions } from '../../../dist/sessions/sessions.js';
import { doubles } from './race-evidence.js';

const LIMITS = { timeoutMs: 60_000, maxInFlight: 4096 };

/** @typedef {import('../../../dist/index.js').Store} Store */

/** @type {Record<string, (where: string, name: string, isLossy: boolean) => Promise<Store>>} */
const OPEN = {
  async sqlite(path) {
    const { sqliteStore } = await import('../../../dist/stores/sqlite/index.js');
    return sqliteStore(new DatabaseSync(path), LIMITS);
  },
  async redis(url, prefix, isLossy) {
    const { Redis } = await import('ioredis');
    const { fromIoredis, redisStore } = await import('../../../dist/stores/redis/index.js');
    const options = { ...LIMITS, prefix, ...(isLossy && { persistence: 'accept-loss' }) };
    return redisStore(fromIoredis(new Redis(url)), options);
  },
  async postgres(url, schema) {
    const { Pool } = await import('pg');
    const { postgresStore } = await import('../../../dist/stores/postgres/index.js');
    return postgresStore(new Pool({ connectionString: url, max: 4 }), { ...LIMITS, schema });
  },
};

/** A store that counts its operations, and kills this process at one of them. @param {Store} store */
function mortal(store) {
  /** @type {{ steps: string[], underWay: number, death: import('./race.js').Death | undefined }} */
  const life = { steps: [], underWay: 0, death: undefined };
  const die = () => {
    process.kill(process.pid, 'SIGKILL');
    // Where the signal takes its time, nothing more is done.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  const idle = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (life.underWay > 0);
  };
  /** @template T @param {string} step @param {() => Promise<T>} perform @returns {Promise<T>} */
  const around = async (step, perform) => {
    life.steps.push(step);
    const when = life.death?.at === life.steps.length ? life.death.when : undefined;
    if (when === 'before') die();
    if (when === 'without') {
      await idle();
      die();
    }
    life.underWay += 1;
    try {
      return await perform();
    } finally {
      life.underWay -= 1;
      if (when === 'after') die();
    }
  };
  /** @param {string} key */
  const family = (key) => key.split('/', 1)[0];
  /** @type {Store} */
  const counted = {
    claim: (key, ttlMs) => around(`claim ${family(key)}`, () => store.claim(key, ttlMs)),
    advance: (key, value, more) => around(`advance ${family(key)}`, () => store.advance(key, value, more)),
    get: (key) => around(`get ${family(key)}`, () => store.get(key)),
    put: (key, value, expected, ttlMs) =>
      around(`put ${family(key)}`, () => store.put(key, value, expected, ttlMs)),
    delete: (key, expected) => around(`delete ${family(key)}`, () => store.delete(key, expected)),
  };
  /** From now on it counts. What requests before have left to be done in the background is done first. @param {import('./race.js').Death} death */
  const order = async (death) => {
    await idle();
    Object.assign(life, { steps: [], death });
  };
  return { store: counted, life, order };
}

/** @param {Store} store @param {import('./race.js').Order} order @param {typeof doubles} enrollment */
function serve(store, { secret, audience }, enrollment) {
  /** @param {{ fields: (name: string) => readonly string[] }} request */
  const subject = (request) => request.fields('x-user')[0];
  const options = { audience, subject, sessions: { revocation: /** @type {const} */ ('immediate') } };
  const guard = createGuard({
    devices: devices({ ...options, evidence: enrollment, secret, store, limiter: () => true }),
  });
  const routes = {
    session: guard.route({}),
    signed: guard.route({ signedRequest: true }),
    alone: guard.route({ signedRequest: { session: 'optional' }, accept: ['signedRequest'] }),
  };
  return { guard, routes, sessions: createSessions({ secret, store, enrollment, options, now: Date.now }) };
}

/** @param {import('./race.js').Order} order */
async function prepare(order) {
  const { kind, where, name, isLossy, appId, roots } = order;
  const open = OPEN[kind];
  if (open === undefined) throw new Error(`no store ${kind}`);
  const { store, life, order: orderDeath } = mortal(await open(where, name, isLossy));
  const genuine = appAttest({ appIds: [appId], roots: roots.map((each) => Buffer.from(each, 'base64')) });
  return { life, orderDeath, real: serve(store, order, [genuine]), doubled: serve(store, order, doubles) };
}

/** @typedef {Awaited<ReturnType<typeof prepare>>} Made @typedef {Record<string, string | undefined>} Fields */

/** @param {Fields} [fields] @param {string} [payload] */
function requestOf(fields, payload = '{"to":"bob"}', method = 'POST', target = '/v1/pay') {
  return {
    method,
    target,
    fields: (/** @type {string} */ field) => (fields?.[field] === undefined ? [] : [fields[field]]),
    ip: '203.0.113.7',
    body: async () => Buffer.from(payload),
  };
}

/** @param {Made} made @param {import('./race.js').Use} use @returns {Promise<string>} */
async function run({ real: { guard, sessions } }, { verb, body, fields, method, target, payload }) {
  const request = requestOf(fields, payload ?? '', method ?? 'POST', target ?? '/');
  if (verb === 'check') {
    const decision = await guard.check(request, guard.route({ signedRequest: true }));
    return decision.outcome === 'accept' ? 'accepted' : decision.error.code;
  }
  try {
    const { refreshToken, retried } = await sessions[verb](body ?? {}, request);
    return `${retried ? 'again' : 'accepted'} ${refreshToken}`;
  } catch (error) {
    return /** @type {{ code?: string }} */ (error).code ?? String(error);
  }
}

const VERBS = { attest: 'enroll', assert: 'assert', refresh: 'refresh' };

/** @param {Made} made @param {import('./calls.js').Call} call @returns {Promise<import('../orders/subject.js').Answer>} */
async function answer({ real, doubled }, call) {
  const { guard, routes, sessions } = call.real === true ? real : doubled;
  if (call.after !== undefined) await new Promise((resolve) => setTimeout(resolve, call.after));
  try {
    switch (call.verb) {
      case 'request': {
        const decision = await guard.check(requestOf(call.fields), routes[call.by]);
        if (decision.outcome === 'refuse') throw decision.error;
        return { status: 200 };
      }
      case 'revoke':
        await sessions.revoke({ token: call.token });
        return { status: 200 };
      case 'block':
      case 'unblock': {
        const { record, key, user } = call.target;
        const target = record ? { recordId: record.id } : key ? { keyId: key.id } : { user };
        return { status: (await sessions.control[call.verb](target)) ? 200 : 404 };
      }
      case 'forget':
        return { status: (await sessions.control.forget(call.record.id)) ? 200 : 404 };
      default: {
        const request = requestOf(call.user === undefined ? {} : { 'x-user': call.user });
        const issued = await sessions[VERBS[call.verb]](call.body, request);
        return { status: 200, session: issued.sessionToken, refresh: issued.refreshToken };
      }
    }
  } catch (error) {
    // A bug is an answer of 500, and no refusal.
    if (!(error instanceof AttestationError) || error.cause instanceof TypeError)
      return { status: 500, code: String(/** @type {Error} */ (error).cause ?? error) };
    const { code, stage } = error;
    const ofRoute = { unavailable: 503, denied: 403 }[stage] ?? 401;
    return { status: call.verb === 'request' ? ofRoute : statusOf(call.verb, error), code };
  }
}

/** @type {Made | undefined} */
let made;

/** @param {any} message @returns {Promise<unknown>} */
async function reply(message) {
  if ('order' in message) {
    made = await prepare(message.order);
    // Connections and code are warm before it counts.
    await made.real.sessions.control.find({ deviceId: 'nobody' });
    return 'ready';
  }
  const ready = /** @type {Made} */ (made);
  if ('use' in message)
    return Promise.all(Array.from({ length: message.times }, () => run(ready, message.use)));
  if ('steps' in message) return ready.life.steps;
  if ('death' in message) await ready.orderDeath(message.death);
  return Promise.all(
    message.calls.map((/** @type {import('./calls.js').Call} */ call) => answer(ready, call)),
  );
}

process.on(
  'message',
  async (/** @type {import('./race.js').Message & { id: number }} */ { id, ...message }) => {
    process.send?.({ id, answer: await reply(message) });
  },
);
process.on('disconnect', () => process.exit());
