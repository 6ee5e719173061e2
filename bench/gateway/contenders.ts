import { start, type ServerProcess } from '../http/server-process.js';
import { SETTINGS, startGateway } from './gateway-process.js';
import { checked, type AppLines } from './requests.js';

export const OURS = 'attestkit-gateway';
export const ANSWER = 'node:http, the floor';
export const DISPATCH = 'undici dispatch, the floor';
const TELLING = `${OURS}, with log and metrics`;
const SERVERS_OF_PEERS = {
  '@fastify/http-proxy': new URL('./servers/fastify-http-proxy.js', import.meta.url),
  'http-proxy-3': new URL('./servers/http-proxy-3.js', import.meta.url),
};
export const PEERS = Object.keys(SERVERS_OF_PEERS);

/** What is measured side by side: names, and how each is started. */
export type Contenders = Readonly<Record<string, () => Promise<ServerProcess>>>;

/** Those that answer a proxy's question. The floor is first. */
export function questionContenders(apps: readonly AppLines[]): Contenders {
  return {
    [ANSWER]: () => start(new URL('./servers/answer.js', import.meta.url)),
    ...gateways({ authorization: { listen: '127.0.0.1:${HTTP_PORT}' } }, apps),
  };
}

/** Those that send a request on. The floor is first. */
export function proxyContenders(apps: readonly AppLines[], api: string): Contenders {
  const variables = { UPSTREAM_URL: api };
  const peers = Object.entries(SERVERS_OF_PEERS).map(([name, server]) => [
    name,
    () => start(server, variables),
  ]);
  return {
    [DISPATCH]: () => start(new URL('./servers/dispatch.js', import.meta.url), variables),
    ...gateways({ traffic: { listen: '127.0.0.1:${HTTP_PORT}' }, upstreams: { api } }, apps),
    ...(Object.fromEntries(peers) as Contenders),
  };
}

function gateways(listener: object, apps: readonly AppLines[]): Contenders {
  const settings = { ...SETTINGS, ...listener };
  const preload = new URL('./servers/check-cost.js', import.meta.url);
  const begin = (all: object): Promise<ServerProcess> =>
    startGateway(all, { BENCH_CHECK: JSON.stringify(checked(apps)) }, [preload]);
  return {
    [OURS]: () => begin(settings),
    // As they are by default; what is logged goes nowhere.
    [TELLING]: () => begin({ ...settings, log: {}, admin: { listen: '127.0.0.1:0', history: 'memory' } }),
  };
}
