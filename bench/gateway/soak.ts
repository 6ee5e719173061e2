import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, type ServerProcess } from '../http/server-process.js';
import { median } from '../measure.js';
import { machineFacts, printMachine, printTargets } from '../report.js';
import { target } from '../targets.js';
import { startGateway } from './gateway-process.js';
import { ATTACKS, AT_ONCE } from './hostile.js';
import { enroll, PHONE_SETTINGS } from './phones.js';
import { mintToken } from '../tokens/fixtures.js';

const USAGE = `Attacks a gateway for some minutes, and looks at its memory: node bench/dist/gateway/soak.js [options]

  --minutes N  how long, default 10
  --from N     the minute that the end is compared with, default 2
  --json       for machines

It has a log, metrics, questions, devices and a SQLite file, as in production. Genuine requests go on all the time.`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    from: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [minutes, from] = [Number(values.minutes), Number(values.from)];
if (values.help || !(from > 0 && minutes > from)) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

/** Of each kind, and what each rests between two attacks. */
const ATTACKERS = 3;
const REST_MS = 15;
const SAMPLE_MS = 1000;
/** Samples before a minute's end, of which the median counts: the collector of garbage comes when it likes. */
const SAMPLES = 20;

const large = randomBytes(2_000_000);
const api = createServer((request, response) => {
  request.resume();
  response.end(request.url === '/open/large' ? large : '{}');
}).listen(0, '127.0.0.1');
await once(api, 'listening');
const folder = mkdtempSync(join(tmpdir(), 'attestkit-soak-'));
const authorizationPort = await freePort();
const gateway = await startGateway(
  {
    ...PHONE_SETTINGS,
    evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
    routes: [
      ...PHONE_SETTINGS.routes,
      { path: '/open/*', open: true },
      { path: '/v1/*', accept: ['approov'] },
      { path: '/account', accept: ['session'] },
    ],
    accept: ['approov', 'session'],
    default: {},
    traffic: { listen: '127.0.0.1:${HTTP_PORT}' },
    authorization: { listen: `127.0.0.1:${authorizationPort}`, requestIdsByProxy: true },
    admin: { listen: '127.0.0.1:0', history: join(folder, 'history.db') },
    upstreams: { api: `http://127.0.0.1:${(api.address() as AddressInfo).port}` },
    store: `sqlite:${join(folder, 'state.db')}`,
  },
  { JWT_SECRET: randomBytes(48).toString('base64') },
);
const attacked = {
  traffic: new URL(gateway.url),
  authorization: new URL(`http://127.0.0.1:${authorizationPort}/`),
};

const over = new AbortController();
const attacks: Record<string, number> = {};
const genuine = { answered: 0, failed: 0 };
try {
  const running = [
    ...Object.keys(ATTACKS).flatMap((kind) =>
      Array.from({ length: AT_ONCE[kind] ?? ATTACKERS }, () => attack(kind)),
    ),
    useIt(),
  ];
  const samples = await watch(gateway);
  over.abort();
  await Promise.all(running);
  report(samples);
} finally {
  gateway.stop();
  api.close();
  api.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}

async function attack(kind: string): Promise<void> {
  while (!over.signal.aborted) {
    await ATTACKS[kind]?.(attacked);
    attacks[kind] = (attacks[kind] ?? 0) + 1;
    await sleep(REST_MS);
  }
}

/** What a phone and an app do meanwhile, who have to be served. */
async function useIt(): Promise<void> {
  const phone = await enroll(gateway.url);
  const token = mintToken('HS256', 3600 + minutes * 60);
  while (!over.signal.aborted) {
    for (const headers of [{ 'approov-token': token }, await phone.fields('/account')]) {
      const path = 'approov-token' in headers ? '/v1/x' : '/account';
      const { status } = await fetch(new URL(path, gateway.url), { headers });
      if (status === 200) genuine.answered += 1;
      else genuine.failed += 1;
    }
    await sleep(REST_MS);
  }
}

/** Resident memory, every second, in bytes. */
async function watch(server: ServerProcess): Promise<number[]> {
  const samples: number[] = [];
  for (let at = 0; at < (minutes * 60_000) / SAMPLE_MS; at += 1) {
    await sleep(SAMPLE_MS);
    samples.push(await server.ask('memory'));
    if ((at + 1) % 30 === 0)
      console.error(`soak: ${(at + 1) / 60} of ${minutes} minutes, ${megabytes(samples.at(-1) ?? 0)} MB`);
  }
  return samples;
}

function report(samples: readonly number[]): void {
  const atMinute = (minute: number): number => {
    const end = Math.round((minute * 60_000) / SAMPLE_MS);
    return median(samples.slice(Math.max(0, end - SAMPLES), end));
  };
  const goal = target(
    `memory of the gateway: minute ${from} / minute ${minutes}`,
    1 / 1.1,
    atMinute(from) / atMinute(minutes),
  );
  const machine = machineFacts();
  if (values.json) {
    console.log(JSON.stringify({ machine, samples, attacks, genuine, targets: [goal] }, undefined, 2));
    return;
  }
  console.log(printMachine(machine));
  for (const [kind, count] of Object.entries(attacks)) console.log(`${String(count).padStart(8)}  ${kind}`);
  console.log(
    `${String(genuine.answered).padStart(8)}  genuine requests, and ${genuine.failed} without a 200`,
  );
  for (let minute = 1; minute <= minutes; minute += 1)
    console.log(`minute ${String(minute).padStart(2)}: ${megabytes(atMinute(minute))} MB`);
  console.log(printTargets([goal]));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
