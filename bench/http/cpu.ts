import { CONNECTIONS, newTokens, send, seenTokens, type Supply } from './load.js';
import { median, timesAsFast } from '../measure.js';
import { startExample, startExpressJwt, startExpressRoute, type ServerProcess } from './server-process.js';
import { target, type Target } from '../targets.js';

/** CPU time that a server takes for one request. */
interface CpuRow {
  readonly name: string;
  /** The unprotected route's cost by this one's: what is left of the throughput of one core. */
  readonly ofUnprotected: number;
  /** Medians over the rounds, in microseconds. */
  readonly micros: number;
  readonly addedMicros: number;
}

export interface CpuReport {
  readonly rows: readonly CpuRow[];
  readonly targets: readonly Target[];
}

interface Subject {
  readonly name: string;
  readonly server: ServerProcess;
  readonly tokens: Supply;
  readonly micros: number[];
}

/** Rounds before the measured ones: a server is compiled while it serves its first thousands of requests. */
const WARM_UP = 10;

const UNPROTECTED = 'express, unprotected';
/** What devices do, which send a token until it expires; the row of new tokens shows the other end. */
const SEEN = 'protected route, tokens seen before';

/** Measures what protection costs a request on Express, in the server's own CPU time. */
export async function benchCpu(
  effort: { readonly rounds: number; readonly turns: number; readonly amount: number },
  progress: (text: string) => void,
): Promise<CpuReport> {
  const servers: ServerProcess[] = [];
  const started = async (server: Promise<ServerProcess>): Promise<ServerProcess> => {
    servers.push(await server);
    return server;
  };
  try {
    const unprotected = await started(startExample('express', 'unprotected'));
    const route = await started(startExpressRoute());
    const token = await started(startExample('express', 'token-check'));
    const binding = await started(startExample('express', 'token-binding-check'));
    const peer = await started(startExpressJwt());
    const [unseen, seen] = [newTokens(effort.amount / CONNECTIONS), seenTokens()];
    const subjects = [
      subject(UNPROTECTED, unprotected, unseen),
      subject(SEEN, route, seen),
      subject('protected route, every token new', route, unseen),
      subject('token-check, every token new', token, unseen),
      subject('token-check, tokens seen before', token, seen),
      subject('token-binding-check, every token new', binding, unseen),
      subject('token-binding-check, tokens seen before', binding, seen),
      subject('express-jwt, secret as Buffer', peer, unseen),
    ];
    for (let round = 1 - WARM_UP; round <= effort.rounds; round += 1) {
      progress(`cpu: round ${round} of ${effort.rounds}${round > 0 ? '' : ' (to warm up)'}`);
      for (const each of subjects) each.micros.push(0);
      for (let at = 0; at < effort.turns; at += 1) {
        for (const each of at % 2 === 0 ? subjects : subjects.toReversed()) {
          const before = await each.server.cpu();
          await send(each.server, each.tokens, effort.amount);
          const took = (await each.server.cpu()) - before;
          each.micros.push((each.micros.pop() as number) + took / effort.amount / effort.turns);
        }
      }
      if (round <= 0) for (const each of subjects) each.micros.pop();
    }
    return report(subjects);
  } finally {
    for (const server of servers) server.stop();
  }
}

function subject(name: string, server: ServerProcess, tokens: Supply): Subject {
  return { name, server, tokens, micros: [] };
}

function report(subjects: readonly Subject[]): CpuReport {
  const base = (subjects.find(({ name }) => name === UNPROTECTED) as Subject).micros;
  const rows = subjects.map(({ name, micros }) => ({
    name,
    ofUnprotected: timesAsFast(micros, base),
    micros: median(micros),
    addedMicros: median(micros.map((value, round) => value - (base[round] as number))),
  }));
  const measured = (rows.find(({ name }) => name === SEEN) as CpuRow).ofUnprotected;
  return { rows, targets: [target(`CPU of Express: unprotected / ${SEEN}`, 0.92, measured)] };
}
