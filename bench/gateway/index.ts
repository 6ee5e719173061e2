import type { Target } from '../targets.js';
import { costSuite, costTarget, type GatewaySuite } from './costs.js';
import { ANSWER, DISPATCH, OURS, PEERS, questionContenders, proxyContenders } from './contenders.js';
import { startApi } from './api.js';
import { benchInstances } from './instances.js';
import { openLoad, type RequestOf } from './load.js';
import { appLines, questions, requests } from './requests.js';
import { takeTurns, type Effort, type Measured, type Subject } from './turns.js';
import type { ServerProcess } from '../http/server-process.js';

export interface GatewayReport {
  readonly suites: readonly GatewaySuite[];
  readonly targets: readonly Target[];
}

/** Measures what the gateway adds to the least that does the same, by the CPU time of its process. */
export async function benchGateway(effort: Effort, progress: (text: string) => void): Promise<GatewayReport> {
  const suites: GatewaySuite[] = [];
  const targets: Target[] = [];
  const apps = appLines();
  for (const convention of ['forward-auth', 'auth-request'] as const) {
    const contenders = questionContenders(apps);
    const measured = await measure(contenders, questions(convention, apps), effort, (text) =>
      progress(`gateway: ${convention}, ${text}`),
    );
    suites.push(costSuite(`a question, ${convention}`, measured));
    targets.push(costTarget(convention, measured, OURS, ANSWER, 1 / 1.25));
  }
  const api = await startApi();
  try {
    const measured = await measure(proxyContenders(apps, api.url), requests(apps), effort, (text) =>
      progress(`gateway: proxy, ${text}`),
    );
    suites.push(costSuite('a request, sent on', measured));
    targets.push(costTarget('proxy', measured, OURS, DISPATCH, 1 / 1.2));
    for (const peer of PEERS) targets.push(costTarget('proxy', measured, OURS, peer, 1));
    const instances = await benchInstances(effort, api.url, progress);
    suites.push(...instances.suites);
    targets.push(...instances.targets);
  } finally {
    api.close();
  }
  return { suites, targets };
}

/** Starts all, and gives each the same bytes. */
async function measure(
  contenders: Readonly<Record<string, () => Promise<ServerProcess>>>,
  requestOf: RequestOf,
  effort: Effort,
  progress: (text: string) => void,
): Promise<Measured[]> {
  const subjects: Subject[] = [];
  try {
    for (const [name, start] of Object.entries(contenders)) {
      const server = await start();
      const load = await openLoad([server.url]);
      subjects.push({
        name,
        servers: [server],
        load,
        prepare: () => requestOf,
        checks: name.startsWith(OURS),
      });
    }
    return await takeTurns(subjects, effort, progress);
  } finally {
    for (const { load, servers } of subjects) {
      load.close();
      for (const server of servers) server.stop();
    }
  }
}
