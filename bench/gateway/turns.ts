import type { ServerProcess } from '../http/server-process.js';
import type { Load, RequestOf } from './load.js';

/** What is measured beside others. */
export interface Subject {
  readonly name: string;
  /** All that work on its requests, without the API behind. */
  readonly servers: readonly ServerProcess[];
  readonly load: Load;
  /** Makes the bytes of a turn, outside of the measured time. */
  readonly prepare: (amount: number) => RequestOf | Promise<RequestOf>;
  /** Whether its process can say what `guard.check` alone takes. */
  readonly checks?: boolean;
}

/** What one subject took, in microseconds for each request, by round. */
export interface Measured {
  readonly name: string;
  readonly cpu: readonly number[];
  readonly wall: readonly number[];
  /** Of it, `guard.check`; zeros where nothing is checked. */
  readonly check: readonly number[];
}

export interface Effort {
  readonly rounds: number;
  /** Turns of each subject within a round. */
  readonly turns: number;
  /** Requests of a turn. */
  readonly amount: number;
}

/** Rounds before the measured ones: a server is compiled while it serves its first thousands of requests. */
const WARM_UP = 6;

/** Measures subjects side by side: in each round all take their turns one after another, in changing order. */
export async function takeTurns(
  subjects: readonly Subject[],
  { rounds, turns, amount }: Effort,
  progress: (text: string) => void,
): Promise<Measured[]> {
  const measured = subjects.map(({ name }) => ({
    name,
    cpu: [] as number[],
    wall: [] as number[],
    check: [] as number[],
  }));
  for (let round = 1 - WARM_UP; round <= rounds; round += 1) {
    progress(`round ${round} of ${rounds}${round > 0 ? '' : ' (to warm up)'}`);
    const sums = subjects.map(() => ({ cpu: 0, wall: 0 }));
    for (let at = 0; at < turns; at += 1) {
      const order = [...subjects.keys()];
      for (const index of (round + at) % 2 === 0 ? order : order.toReversed()) {
        const sum = sums[index] as (typeof sums)[number];
        const { cpu, wall } = await turn(subjects[index] as Subject, amount);
        sum.cpu += cpu / amount / turns;
        sum.wall += wall / amount / turns;
      }
    }
    for (const [index, { servers, checks = false }] of subjects.entries()) {
      const check = checks ? await (servers[0] as ServerProcess).ask('check') : 0;
      if (round <= 0) continue;
      measured[index]?.cpu.push(sums[index]?.cpu ?? 0);
      measured[index]?.wall.push(sums[index]?.wall ?? 0);
      measured[index]?.check.push(check);
    }
  }
  return measured;
}

async function turn(
  { servers, load, prepare }: Subject,
  amount: number,
): Promise<{ cpu: number; wall: number }> {
  const requestOf = await prepare(amount);
  const before = await cpuOf(servers);
  const began = performance.now();
  await load.send(amount, requestOf);
  const wall = (performance.now() - began) * 1000;
  return { cpu: (await cpuOf(servers)) - before, wall };
}

async function cpuOf(servers: readonly ServerProcess[]): Promise<number> {
  const all = await Promise.all(servers.map((server) => server.cpu()));
  return all.reduce((sum, each) => sum + each, 0);
}
