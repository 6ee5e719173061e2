import { Actor } from './actors.js';
import { explore, type Explored, type Order } from './explore.js';
import { check, type LawName } from './invariants.js';
import { repeatableRandomness } from './randomness.js';
import type { Make, Request } from './requests.js';
import type { Server } from './subject.js';
import { traceOf } from './trace.js';
import type { Open, World } from './worlds.js';

/** Requests that reach servers at once, in a world. */
export interface Case {
  readonly open: Open;
  readonly world: (open: Open) => Promise<World>;
  readonly requests: readonly Make[];
  /** At most so many switches; default: no bound. */
  readonly switches?: number;
  readonly stops?: boolean;
  readonly limit?: number;
  /** Operations change places also where they commute. */
  readonly permute?: boolean;
  /** Default: all. */
  readonly laws?: readonly LawName[];
  /** Sees each order, before it is checked. */
  readonly onOrder?: (order: Order) => void;
}

/** Streams of random bytes that no actor uses. */
const WORLD = 100;
const PROBES = 101;

/** The most switches that the shortest example of a fault is looked for with. */
const FEW = 3;

/** How a case went. */
export interface Ran extends Explored {
  /** Different states, with different answers, that the orders led to: each was checked. */
  readonly endings: number;
}

/**
 * Explores the orders of a case and checks each ending.
 *
 * @throws Error with the fault and the order that led to it, with as few switches as it takes
 */
export async function runCase(of: Case): Promise<Ran> {
  const randomness = repeatableRandomness();
  try {
    const found = await runOnce(of, randomness);
    if (typeof found !== 'string') return found;
    for (let switches = 0; switches < Math.min(FEW, of.switches ?? FEW); switches += 1) {
      const shorter = await runOnce({ ...of, switches }, randomness);
      if (typeof shorter === 'string') throw new Error(shorter);
    }
    throw new Error(found);
  } finally {
    randomness.restore();
  }
}

/** What ends an exploration early. */
class Fault extends Error {}

async function runOnce(of: Case, randomness: ReturnType<typeof repeatableRandomness>): Promise<Ran | string> {
  randomness.begin();
  randomness.use(WORLD);
  const world = await of.world(of.open);
  const requests = named(of.requests.map((make) => make(world)));
  const actors = requests.map(({ name, send }, number) => {
    let server: Server | undefined;
    return new Actor(name, number, (store) => send((server ??= of.open(store, world.probe.clock))));
  });
  const endings = new Set<string>();
  const visit = async (order: Order): Promise<void> => {
    of.onOrder?.(order);
    const ending = [JSON.stringify(order.answers), order.lost, order.disk.print()].join('\n');
    if (endings.has(ending)) return;
    endings.add(ending);
    randomness.use(PROBES);
    const fault = await check(world, requests, order, of.laws);
    if (fault !== undefined)
      throw new Fault(
        `${fault}\n${traceOf(
          order,
          requests.map(({ name }) => name),
        )}`,
      );
  };
  const { begin: onBegin, use: onTurn } = randomness;
  try {
    const explored = await explore({ actors, disk: world.disk }, { ...of, onBegin, onTurn }, visit);
    return { ...explored, endings: endings.size };
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** Two of one name are told apart. */
function named(requests: readonly Request[]): readonly Request[] {
  return requests.map((request, at) => {
    const isTwice = requests.some(({ name }, other) => other !== at && name === request.name);
    return isTwice ? { ...request, name: `${request.name} (${at + 1})` } : request;
  });
}
