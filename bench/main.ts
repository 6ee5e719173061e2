import { endWithUsage, noSuch, problemOf } from '@attestkit/command-line';
import { parseArgs } from 'node:util';
import { benchAndroid } from './android/index.js';
import { benchAppAttest } from './app-attest/index.js';
import { benchGateway, type GatewayReport } from './gateway/index.js';
import { benchCpu, type CpuReport } from './http/cpu.js';
import { benchFlood, type FloodReport } from './http/flood.js';
import { benchHttp, type HttpRow } from './http/index.js';
import {
  machineFacts,
  printCpu,
  printFlood,
  printGateway,
  printHttp,
  printMachine,
  printStores,
  printSuites,
  printTargets,
  printTokens,
} from './report.js';
import { benchStart } from './start/index.js';
import { benchMessages } from './tokens/messages.js';
import { benchSessions } from './tokens/sessions.js';
import { benchStores, type StoreRow } from './stores/index.js';
import type { SuiteReport } from './suite.js';
import { benchTokens, type TokenReport } from './tokens/index.js';

const PARTS = {
  tokens: 'Approov tokens, against other JWT libraries',
  'app-attest': 'attestations and assertions of iPhones, against other verifiers',
  android: 'Key Attestation chains and signed requests',
  sessions: 'session and refresh tokens',
  messages: 'requests that Approov’s SDK signed',
  stores: 'memory, SQLite, Redis and PostgreSQL (the last two if they run on this machine)',
  start: 'what the import costs a process that starts',
  cpu: 'CPU time of a request',
  flood: 'genuine requests during a flood of forged ones',
  http: 'requests per second of the example servers',
  gateway: 'CPU time of the gateway, against the least that does the same and other proxies',
};

const USAGE = `Measures attestkit against its peers and the floor: npm run bench -- [options]

  --only PART  one part; without it all of them, which takes about twelve minutes
  --quick      a first impression in less time
  --json       everything, for machines
  --help       shows this

  parts
${Object.entries(PARTS)
  .map(([name, says]) => `    ${name.padEnd(12)} ${says}`)
  .join('\n')}

bench/README.md says how it measures, and what it found.`;

const OPTIONS = {
  only: { type: 'string' },
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const { quick, json, only, help } = readArguments();
if (help) endWithUsage(USAGE);
if (only !== undefined && !Object.hasOwn(PARTS, only))
  endWithUsage(USAGE, noSuch('part', only, Object.keys(PARTS)));

const wanted = (part: string): boolean => only === undefined || only === part;
const progress = (text: string): void => console.error(text);
const print = json ? () => undefined : console.log;

const machine = machineFacts();
let tokens: TokenReport | undefined;
let appAttest: SuiteReport | undefined;
let android: SuiteReport | undefined;
let sessions: SuiteReport | undefined;
let messages: SuiteReport | undefined;
let stores: readonly StoreRow[] | undefined;
let start: SuiteReport | undefined;
let cpu: CpuReport | undefined;
let flood: FloodReport | undefined;
let http: readonly HttpRow[] | undefined;
let gateway: GatewayReport | undefined;

print(printMachine(machine));
const effort = quick ? { rounds: 7, turns: 2 } : { rounds: 15, turns: 8 };
if (wanted('tokens')) {
  tokens = await benchTokens(effort, progress);
  print(printTokens(tokens));
}
if (wanted('app-attest')) {
  appAttest = await benchAppAttest(effort, progress);
  print(printSuites('APP ATTEST', appAttest.suites));
}
if (wanted('android')) {
  android = await benchAndroid(effort, progress);
  print(printSuites('ANDROID', android.suites));
}
if (wanted('sessions')) {
  sessions = await benchSessions(effort, progress);
  print(printSuites('SESSIONS', sessions.suites));
}
if (wanted('messages')) {
  messages = await benchMessages(effort, progress);
  print(printSuites('MESSAGES', messages.suites));
}
if (wanted('stores')) {
  stores = await benchStores({ seconds: quick ? 0.2 : 2 }, progress);
  print(printStores(stores));
}
if (wanted('start')) {
  start = await benchStart(quick ? 7 : 25, progress);
  print(printSuites('START', start.suites));
}
if (wanted('cpu')) {
  cpu = await benchCpu(
    quick ? { rounds: 5, turns: 2, amount: 400 } : { rounds: 7, turns: 5, amount: 400 },
    progress,
  );
  print(printCpu(cpu));
}
if (wanted('flood')) {
  flood = await benchFlood(quick ? { rounds: 2, seconds: 3 } : { rounds: 5, seconds: 6 }, progress);
  print(printFlood(flood));
}
if (wanted('http')) {
  http = await benchHttp(quick ? { rounds: 1, seconds: 1 } : { rounds: 3, seconds: 3 }, progress);
  print(printHttp(http));
}
if (wanted('gateway')) {
  gateway = await benchGateway(
    quick ? { rounds: 3, turns: 2, amount: 1600 } : { rounds: 9, turns: 2, amount: 3200 },
    progress,
  );
  print(printGateway(gateway));
}
const targets = [tokens, appAttest, android, sessions, messages, start, cpu, flood, gateway].flatMap(
  (report) => report?.targets ?? [],
);
if (targets.length > 0) print(printTargets(targets));
if (json) {
  const results = {
    tokens,
    appAttest,
    android,
    sessions,
    messages,
    stores,
    start,
    cpu,
    flood,
    http,
    gateway,
  };
  console.log(JSON.stringify({ machine, quick, targets, ...results }, undefined, 2));
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return endWithUsage(USAGE, problemOf(error, Object.keys(OPTIONS)));
  }
}
