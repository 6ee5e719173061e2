import { settle, type Actor, type Held } from './actors.js';
import { conflict, type Disk, type Operation } from './disk.js';

/** What can happen next: the store does an operation, or a process dies. */
export type Step =
  | (Operation & { readonly kind: 'operation'; readonly id: string; readonly actor: number })
  | { readonly kind: 'stop'; readonly id: string; readonly actor: number };

/** A step that happened, with what the store answered. */
export type Taken = Step & { readonly result?: unknown };

/** One order, from the first operation to the last. */
export interface Order {
  readonly steps: readonly Taken[];
  /** By actor; undefined where none came: it stopped, or its answer was lost. */
  readonly answers: readonly unknown[];
  /** The actor whose answer never came. */
  readonly lost: number | undefined;
  /** The state that it left; to be copied before it is used. */
  readonly disk: Disk;
}

export interface ExploreOptions {
  /** Each order also with each actor stopped before or after any of its operations, one at a time. Default true. */
  readonly stops?: boolean;
  /** Whether operations that commute change places. Default false: one order of each class that they make. */
  readonly permute?: boolean;
  /**
   * How often an actor that could go on gives way to another, at most. Default: no bound. With one, operations of
   * different actors change places also where they commute: a bound and the reduction do not go together.
   */
  readonly switches?: number;
  /** Called before each run, and before an actor goes on. */
  readonly onBegin?: () => void;
  readonly onTurn?: (actor: number) => void;
}

/** What was explored. */
export interface Explored {
  readonly orders: number;
  /** Runs that only repeated the beginning of an order that commutes with one before. */
  readonly abandoned: number;
}

export interface Subject {
  readonly actors: readonly Actor[];
  /** The state that each order begins from. */
  readonly disk: Disk;
}

interface Node {
  readonly enabled: readonly Step[];
  /** Explored elsewhere: what commutes with all that has happened since. */
  readonly sleep: readonly Step[];
  readonly tried: Step[];
  readonly last: number | undefined;
  readonly switched: number;
  chosen: Step;
}

/**
 * Runs the actors in every order of their operations, each time from the same state, depth first. Sleep sets (Godefroid
 * 1996) leave out what differs only by operations that commute, so that each class of orders is run to its end once.
 *
 * @param visit what is checked after each order; what it throws ends the exploration
 * @throws Error where two runs of the same steps do not meet the same operations
 */
export async function explore(
  { actors, disk: initial }: Subject,
  options: ExploreOptions,
  visit: (order: Order) => unknown,
): Promise<Explored> {
  const { stops = true, onBegin, onTurn } = options;
  const commute = commuting(options);
  const path: Node[] = [];
  let orders = 0;
  let abandoned = 0;
  for (;;) {
    const disk = initial.copy();
    const steps: Taken[] = [];
    onBegin?.();
    for (const actor of actors) {
      onTurn?.(actor.number);
      actor.begin();
      await settle([actor]);
    }
    for (let depth = 0; ; depth += 1) {
      const enabled = enabledOf(actors, stops && !steps.some(({ kind }) => kind === 'stop'));
      const before = path[depth - 1];
      const node = path[depth] ?? nodeAfter(before, enabled, options, commute);
      assertSame(node?.enabled ?? enabled, enabled, steps);
      if (node === undefined) {
        if (enabled.length > 0) abandoned += 1;
        else orders += await visitAll(actors, steps, disk, stops, visit);
        break;
      }
      path[depth] = node;
      onTurn?.(node.chosen.actor);
      steps.push(await take(actors, node.chosen, disk));
    }
    if (!backtrack(path, options)) return { orders, abandoned };
  }
}

/** Each order as it is, and, where nobody stopped, also with the answer of each actor lost. */
async function visitAll(
  actors: readonly Actor[],
  steps: readonly Taken[],
  disk: Disk,
  stops: boolean,
  visit: (order: Order) => unknown,
): Promise<number> {
  const outcomes = actors.map(({ outcome }) => outcome);
  const stopped = outcomes.findIndex(({ state }) => state === 'stopped');
  const answers = outcomes.map((outcome) => (outcome.state === 'answered' ? outcome.answer : undefined));
  const died = steps.find(({ kind }) => kind === 'stop');
  if (stopped >= 0 || died !== undefined || !stops) {
    await visit({ steps, answers, lost: stopped < 0 ? undefined : stopped, disk });
    return 1;
  }
  for (const lost of [undefined, ...actors.keys()]) {
    const heard = answers.map((answer, actor) => (actor === lost ? undefined : answer));
    await visit({ steps, answers: heard, lost, disk });
  }
  return 1 + actors.length;
}

function enabledOf(actors: readonly Actor[], stops: boolean): readonly Step[] {
  const operations = actors.flatMap(({ held }) =>
    held.map(({ id, actor, method, key, rest }) => ({
      kind: 'operation' as const,
      id,
      actor,
      method,
      key,
      rest,
    })),
  );
  const ends = actors.flatMap(({ held, number }) =>
    stops && held.length > 0 ? [{ kind: 'stop' as const, id: `${number}:stop`, actor: number }] : [],
  );
  return [...operations, ...ends];
}

function nodeAfter(
  before: Node | undefined,
  enabled: readonly Step[],
  options: ExploreOptions,
  commute: (one: Step, other: Step) => boolean,
): Node | undefined {
  const { chosen } = before ?? {};
  const sleep =
    before === undefined || chosen === undefined
      ? []
      : [...before.sleep, ...before.tried].filter((each) => commute(each, chosen));
  const switched = before === undefined ? 0 : before.switched + (switches(before, before.chosen) ? 1 : 0);
  const last = chosen?.kind === 'operation' ? chosen.actor : before?.last;
  const node = { enabled, sleep, tried: [], last, switched };
  const next = candidate(node, options);
  return next && { ...node, chosen: next };
}

/** Whether a step takes the turn from an actor that could go on. */
function switches({ last, enabled }: Pick<Node, 'last' | 'enabled'>, step: Step): boolean {
  if (step.kind === 'stop' || last === undefined || step.actor === last) return false;
  return enabled.some(({ actor }) => actor === last);
}

function candidate(node: Omit<Node, 'chosen'>, { switches: bound = Infinity }: ExploreOptions) {
  const { enabled, sleep, tried, switched, last } = node;
  const free = enabled.filter(
    (step) =>
      ![...sleep, ...tried].some(({ id }) => id === step.id) &&
      switched + (switches(node, step) ? 1 : 0) <= bound,
  );
  // Who has the turn goes on, so that orders read well; and stops come before others, so that less is begun in vain.
  const rank = ({ kind, actor }: Step): number => (kind === 'stop' ? 1 : actor === (last ?? 0) ? 0 : 2);
  return free.toSorted((one, other) => rank(one) - rank(other))[0];
}

/** @returns whether something is left to explore */
function backtrack(path: Node[], options: ExploreOptions): boolean {
  for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
    node.tried.push(node.chosen);
    const next = candidate(node, options);
    if (next !== undefined) {
      node.chosen = next;
      return true;
    }
    path.pop();
  }
  return false;
}

async function take(actors: readonly Actor[], step: Step, disk: Disk): Promise<Taken> {
  const actor = actors[step.actor] as Actor;
  if (step.kind === 'stop') {
    actor.stop();
    return step;
  }
  const held = actor.held.find(({ id }) => id === step.id) as Held;
  actor.release(held);
  const result = disk.perform(held);
  held.answer(result);
  await settle([actor]);
  return { ...step, result };
}

/** Which steps may change places without a difference to anybody. */
function commuting({ permute = false, switches: bound }: ExploreOptions) {
  const ofOthers = !permute && bound === undefined;
  return (one: Step, other: Step): boolean => {
    if (one.kind === 'stop' || other.kind === 'stop')
      return one.kind !== other.kind && one.actor !== other.actor;
    if (permute || (one.actor !== other.actor && !ofOthers)) return false;
    return !conflict(one, other);
  };
}

function assertSame(expected: readonly Step[], met: readonly Step[], steps: readonly Taken[]): void {
  if (expected.length === met.length && expected.every(({ id }, at) => id === met[at]?.id)) return;
  const ids = (list: readonly Step[]): string => list.map(({ id }) => id).join(', ');
  const after = steps.map(({ id }) => id).join(', ');
  throw new Error(`runs differ after ${after}: ${ids(expected)} before, ${ids(met)} now`);
}
