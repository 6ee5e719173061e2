import { randomBytes } from 'node:crypto';
import type { ServerProcess } from '../http/server-process.js';
import type { Target } from '../targets.js';
import { costSuite, costTarget, type GatewaySuite } from './costs.js';
import { SETTINGS, startGateway } from './gateway-process.js';
import { CONNECTIONS, openLoad, type Load, type RequestOf } from './load.js';
import { enroll, PHONE_SETTINGS } from './phones.js';
import { startRedis } from './redis.js';
import { takeTurns, type Effort, type Subject } from './turns.js';

const ONE = 'one instance';
const TWO = 'two instances';

/** Measures what a second instance costs: the same requests to one, and in turn to two that share a Redis. */
export async function benchInstances(
  effort: Effort,
  api: string,
  progress: (text: string) => void,
): Promise<{ readonly suites: readonly GatewaySuite[]; readonly targets: readonly Target[] }> {
  const redis = await startRedis();
  if (redis === undefined) {
    progress('gateway: NOT MEASURED: two instances on one Redis, which needs redis-server');
    return { suites: [], targets: [] };
  }
  const servers: ServerProcess[] = [];
  const loads: Load[] = [];
  try {
    const settings = {
      ...PHONE_SETTINGS,
      default: {},
      log: SETTINGS.log,
      traffic: { listen: '127.0.0.1:${HTTP_PORT}' },
      upstreams: { api },
      store: redis.url,
    };
    const variables = { JWT_SECRET: randomBytes(48).toString('base64') };
    for (let at = 0; at < 2; at += 1) servers.push(await startGateway(settings, variables));
    const [first] = servers as [ServerProcess];
    for (const some of [[first], servers]) loads.push(await openLoad(some.map(({ url }) => url)));
    const phones = await Promise.all(Array.from({ length: CONNECTIONS }, () => enroll(first.url)));
    const subjects = (prepare: (amount: number) => Promise<RequestOf>): Subject[] => [
      { name: ONE, servers: [first], load: loads[0] as Load, prepare },
      { name: TWO, servers, load: loads[1] as Load, prepare },
    ];
    const sessions = await takeTurns(
      subjects(async () => {
        const heads = await Promise.all(phones.map((phone) => phone.plain()));
        return (connection) => heads[connection] as Buffer;
      }),
      effort,
      (text) => progress(`gateway: sessions, one instance and two, ${text}`),
    );
    const signed = await takeTurns(
      subjects(async (amount) => {
        const all = await Promise.all(
          phones.map(async (phone) => {
            const own: Buffer[] = [];
            for (let at = 0; at < amount / CONNECTIONS; at += 1) own.push(await phone.signed());
            return own;
          }),
        );
        return (connection, at) => all[connection]?.[at] as Buffer;
      }),
      { ...effort, amount: effort.amount / 4 },
      (text) => progress(`gateway: signed requests, one instance and two, ${text}`),
    );
    return {
      suites: [
        costSuite('a request with a session, state in Redis', sessions),
        costSuite('a signed request, state in Redis', signed),
      ],
      targets: [costTarget('sessions, state in Redis', sessions, TWO, ONE, 1 / 1.1)],
    };
  } finally {
    for (const load of loads) load.close();
    for (const server of servers) server.stop();
    redis.stop();
  }
}
