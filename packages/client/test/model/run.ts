import { ClientError, type ClientEvent } from 'attestkit-client';
import { LADDER } from '../../src/ladder/table.js';
import { clock } from '../support/server.js';
import { ALL_PAIRS, Armed, FaultCounts, type FaultName } from './faults.js';
import { randomOf, type Random } from './random.js';
import type { Surroundings } from './surroundings.js';
import { World } from './world.js';

/** What a run of the model saw. */
export interface ModelReport {
  readonly episodes: number;
  readonly worlds: number;
  readonly faults: FaultCounts;
  /** Cells of the table, `keyed attest conflict`, by how often they were reached. */
  readonly cells: ReadonlyMap<string, number>;
  /** How calls ended: `200`, or the type of the error. */
  readonly endings: ReadonlyMap<string, number>;
}

/** The cells that an episode can reach: not those that no server and no phone gives. */
export function cellsOfTable(): readonly string[] {
  return Object.entries(LADDER).flatMap(([keyed, rows]) =>
    Object.entries(rows as Record<string, Record<string, string>>).flatMap(([rung, row]) =>
      Object.keys(row).map((answer) => `${keyed} ${rung} ${answer}`),
    ),
  );
}

/** A rule that does not hold, with what replays it. */
class ModelFailure extends Error {
  constructor(seed: number, rule: string, world: World) {
    const steps = world.events
      .slice(-12)
      .map((event) => JSON.stringify(event))
      .join('\n');
    super(`seed ${seed}, ${world.kind}: ${rule}\n${steps}\n${world.refusals().slice(-8).join('\n')}`);
  }
}

const EPISODES_IN_WORLD = 12;

/** Runs worlds until there were enough episodes. @throws ModelFailure */
export async function runModel(
  first: number,
  episodes: number,
  surroundings?: Surroundings,
): Promise<ModelReport> {
  const faults = new FaultCounts();
  const cells = new Map<string, number>();
  const endings = new Map<string, number>();
  let ran = 0;
  let seed = first;
  for (; ran < episodes; seed += 1) {
    const random = randomOf(seed);
    const armed = new Armed(random, faults, ALL_PAIRS[seed % ALL_PAIRS.length] ?? [], 14);
    const world = new World(random, armed, surroundings);
    const fail = (rule: string): never => {
      throw new ModelFailure(seed, rule, world);
    };
    for (let episode = 0; episode < EPISODES_IN_WORLD; episode += 1) {
      await world.happen();
      const { label } = world;
      for (const ending of await callsOf(world, random, fail)) count(endings, ending);
      if (label !== undefined && world.label !== label && !mayLose(world, armed)) fail('the label is lost');
      ran += 1;
    }
    await assertHeals(world, fail);
    assertWorld(world, fail);
    countCells(world.events, cells);
    faults.endWorld();
  }
  return { episodes: ran, worlds: seed - first, faults, cells, endings };
}

type Fail = (rule: string) => never;

/** What takes an installation away: everything else must not. */
const TAKES: readonly FaultName[] = [
  'key lost',
  'all keys lost',
  'value lost',
  'value garbled',
  'reinstalled',
  'read fails',
  'store lost',
  'other user',
  'refused by a proxy',
  'long pause',
  // Without a lock two processes overwrite each other's value.
  'second process',
];

/** Without a key the refresh token is the only credential: it can be lost with an answer, or with a secret. */
const TAKES_KEYLESS: readonly FaultName[] = [
  ...TAKES,
  'answer lost',
  'delivered twice',
  'page of a hotel',
  'gateway 502',
  'overloaded 503',
  'slow',
  'write fails',
  'killed before',
  'killed after',
  'old secret dropped',
  'secret rotated',
  'wall clock forward',
  'wall clock back',
];

function mayLose(world: World, armed: Armed): boolean {
  if (world.forgets > 0) return true;
  const harmless = new Set<FaultName>();
  if (world.hasLock) harmless.add('second process');
  if (world.hasAccounts) harmless.add('other user');
  const takes = world.kind === 'Play' ? TAKES_KEYLESS : TAKES;
  return takes.some((fault) => armed.fired.has(fault) && !harmless.has(fault));
}

/** One call of the app, or several at once. Each has to end. */
async function callsOf(world: World, random: Random, fail: Fail): Promise<string[]> {
  const before = world.requests.length;
  const eventsBefore = world.events.length;
  const { keysMade: keysBefore, forgets: forgetsBefore } = world;
  const parallel = random.chance(0.2) ? 2 + random.below(3) : 1;
  const calls = Array.from({ length: parallel }, () => callOf(world, random));
  const endings = await Promise.all(calls.map((call) => ended(call, world)));
  if (world.isDead) world.restart();
  for (const ending of endings) if (ending.startsWith('!')) fail(ending);
  const keys = world.keysMade - keysBefore;
  const forgets = world.forgets - forgetsBefore;
  assertBounds(world.events.slice(eventsBefore), world.requests.slice(before), keys, forgets, fail);
  if (
    parallel === 1 &&
    forgets > 0 &&
    endings[0] === '200' &&
    world.hasOneProcess &&
    world.label !== undefined
  )
    fail('what was forgotten is still stored');
  return endings;
}

let calls = 0;

function callOf(world: World, random: Random): Promise<Response> {
  const { client } = world;
  if (random.chance(0.08)) return world.ready(random.chance(0.5));
  if (random.chance(0.03)) return world.forget();
  if (random.chance(0.05)) return client.state().then((state) => Response.json(state));
  if (random.chance(0.1)) return client.fetch('https://elsewhere.example/picture');
  const options = random.chance(0.06) ? { signal: abortedAfter(random.below(30)) } : {};
  if (world.kind === 'Play' || random.chance(0.4)) return client.fetch('/balance', options);
  calls += 1;
  const signed = random.chance(0.2) ? ('challenge' as const) : true;
  return client.fetch('/transfers', {
    ...options,
    method: 'POST',
    body: `transfer ${calls}`,
    ...(world.surroundings.signs && { signed }),
  });
}

/** The app's own signal, some turns of the loop later. */
function abortedAfter(turns: number): AbortSignal {
  const controller = new AbortController();
  const turn = (left: number): unknown => (left === 0 ? controller.abort() : setImmediate(turn, left - 1));
  turn(turns);
  return controller.signal;
}

/** The status, the type of the error, `killed`; with `!` what must not be. */
async function ended(call: Promise<Response>, world: World): Promise<string> {
  let ending: string | undefined;
  call.then(
    (response) => (ending = String(response.status)),
    (error: unknown) =>
      (ending =
        error instanceof ClientError
          ? error.type
          : (error as Error | undefined)?.name === 'AbortError'
            ? 'aborted'
            : `!rejects with ${String((error as Error)?.stack ?? error)}`),
  );
  const { isFar } = world.surroundings;
  // Nothing in a world waits for a timer: a call that has not ended after many turns of the loop hangs.
  for (let turn = 0; turn < 4000; turn += 1) {
    await new Promise((resolve) =>
      isFar ? setTimeout(resolve, turn < 3000 ? 0 : 20) : setImmediate(resolve),
    );
    if (ending !== undefined) return ending;
    if (world.isDead && turn > 20 && world.way.underway === 0) return 'killed';
  }
  return '!the call never ends';
}

/** The numbers of the contract, not those of the code. */
function assertBounds(
  events: readonly ClientEvent[],
  requests: readonly string[],
  keys: number,
  forgets: number,
  fail: Fail,
): void {
  // One may have been cut off by the end of its process.
  const episodes = events.filter(({ type }) => type === 'episode').length + 1;
  const counted = (...paths: readonly string[]): number =>
    requests.filter((path) => paths.includes(path)).length;
  const attestations = counted('/device/attest');
  if (attestations > 3 * episodes) fail(`${attestations} attestations in ${episodes} episodes`);
  if (keys > 4 * episodes) fail(`${keys} keys in ${episodes} episodes`);
  const refreshes = counted('/device/refresh');
  if (refreshes > 2 * episodes) fail(`${refreshes} refreshes in ${episodes} episodes`);
  const others = counted('/device/attest', '/device/refresh', '/device/assert', '/device/revoke') - forgets;
  if (others > 12 * episodes) fail(`${others} requests in ${episodes} episodes`);
}

/** Once nothing goes wrong any more, a genuine phone is accepted again. */
async function assertHeals(world: World, fail: Fail): Promise<void> {
  await world.heal();
  const tries: string[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const signed = world.kind !== 'Play';
    calls += 1;
    const call = world.client.fetch(
      signed ? '/transfers' : '/balance',
      signed ? { method: 'POST', body: `last ${calls}`, ...(world.surroundings.signs && { signed }) } : {},
    );
    const ending = await ended(call, world);
    if (ending === '200') return;
    if (ending.startsWith('!')) fail(ending);
    tries.push(ending);
    clock.now += 400_000;
  }
  fail(`locked out: ${tries.join(', ')}`);
}

function assertWorld(world: World, fail: Fail): void {
  // A session alone may be used again.
  if (world.surroundings.signs)
    for (const [id, times] of world.done) if (times > 1) fail(`${id} was done ${times} times`);
  for (const rule of world.watch.broken) fail(rule);
  if (world.leaked.length > 0) fail(`leaked ${world.leaked.join(', ')}`);
}

function countCells(events: readonly ClientEvent[], cells: Map<string, number>): void {
  for (const event of events)
    if (event.type === 'step')
      count(cells, `${event.keyed ? 'keyed' : 'keyless'} ${event.rung} ${event.answer}`);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
