import { settle, type Actor, type Held } from './actors.js';
import { conflict, placeOf, type Disk, type Operation } from './disk.js';

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
  /** Runs that are too many: then the exploration ends with an error. Default 100,000. */
  readonly limit?: number;
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

/** What holds for all runs of one exploration. */
interface Terms extends ExploreOptions {
  /** The actor that stops or whose answer is lost; undefined where nobody's is. */
  readonly lost: number | undefined;
  readonly meeting: MeetingPlaces;
}

/**
 * Runs the actors in every order of their operations, each time from the same state, depth first. Sleep sets and
 * persistent sets (Godefroid 1996) leave out what differs only by operations that commute, so that each class of orders
 * is run to its end once.
 *
 * @param visit what is checked after each order; what it throws ends the exploration. An order may be visited again
 *   where it is only found late that its actors meet at some place; `orders` counts it once
 * @throws Error where two runs of the same steps do not meet the same operations
 */
export async function explore(
  subject: Subject,
  options: ExploreOptions,
  visit: (order: Order) => unknown,
): Promise<Explored> {
  const meeting = new MeetingPlaces();
  const stopping = options.stops === false ? [] : subject.actors.map(({ number }) => number);
  let orders = 0;
  let abandoned = 0;
  for (const lost of [undefined, ...stopping]) {
    let explored: Explored | undefined;
    while (explored === undefined) explored = await exploreOne(subject, { ...options, lost, meeting }, visit);
    orders += explored.orders;
    abandoned += explored.abandoned;
  }
  return { orders, abandoned };
}

/** @returns undefined where actors met at a place that was taken for one that is an actor's own: it has to begin anew */
async function exploreOne(
  { actors, disk: initial }: Subject,
  terms: Terms,
  visit: (order: Order) => unknown,
): Promise<Explored | undefined> {
  const { lost, meeting, limit = 100_000, onBegin, onTurn } = terms;
  const path: Node[] = [];
  let orders = 0;
  let abandoned = 0;
  for (;;) {
    if (orders + abandoned >= limit) throw new Error(`more than ${limit} runs: give it a bound`);
    // Ticks starve timers, and with them the time-out of a test.
    if ((orders + abandoned) % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    const disk = initial.copy();
    const steps: Taken[] = [];
    onBegin?.();
    for (const actor of actors) {
      onTurn?.(actor.number);
      actor.begin();
      await settle([actor]);
    }
    for (let depth = 0; ; depth += 1) {
      const enabled = enabledOf(actors, lost);
      const node = path[depth] ?? nodeAfter(path[depth - 1], enabled, terms);
      assertSame(node?.enabled ?? enabled, enabled, steps);
      if (node === undefined) {
        if (enabled.length > 0) abandoned += 1;
        else orders += 1;
        if (enabled.length === 0) await visit({ steps, answers: answersOf(actors, lost), lost, disk });
        break;
      }
      path[depth] = node;
      if (meeting.isNew(node.chosen)) return undefined;
      onTurn?.(node.chosen.actor);
      steps.push(await take(actors, node.chosen, disk));
    }
    if (!backtrack(path, terms)) return { orders, abandoned };
  }
}

function answersOf(actors: readonly Actor[], lost: number | undefined): readonly unknown[] {
  return actors.map(({ outcome, number }) =>
    outcome.state === 'answered' && number !== lost ? outcome.answer : undefined,
  );
}

function enabledOf(actors: readonly Actor[], lost: number | undefined): readonly Step[] {
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
    number === lost && held.length > 0
      ? [{ kind: 'stop' as const, id: `${number}:stop`, actor: number }]
      : [],
  );
  return [...operations, ...ends];
}

function nodeAfter(before: Node | undefined, enabled: readonly Step[], terms: Terms): Node | undefined {
  const { chosen } = before ?? {};
  const sleep =
    before === undefined || chosen === undefined
      ? []
      : [...before.sleep, ...before.tried].filter((each) => commute(each, chosen, terms));
  const switched = before === undefined ? 0 : before.switched + (switches(before, before.chosen) ? 1 : 0);
  const last = chosen?.kind === 'operation' ? chosen.actor : before?.last;
  const node = { enabled, sleep, tried: [], last, switched };
  const next = candidate(node, terms);
  return next && { ...node, chosen: next };
}

/** Whether a step takes the turn from an actor that could go on. */
function switches({ last, enabled }: Pick<Node, 'last' | 'enabled'>, step: Step): boolean {
  if (step.kind === 'stop' || last === undefined || step.actor === last) return false;
  return enabled.some(({ actor }) => actor === last);
}

/** What to try next at a node; undefined where the rest is explored elsewhere. */
function candidate(node: Omit<Node, 'chosen'>, terms: Terms): Step | undefined {
  const { enabled, sleep, tried, switched, last } = node;
  const { switches: bound = Infinity } = terms;
  const free = enoughOf(enabled, terms).filter(
    (step) =>
      ![...sleep, ...tried].some(({ id }) => id === step.id) &&
      switched + (switches(node, step) ? 1 : 0) <= bound,
  );
  // Who has the turn goes on, so that orders read well; and stops come before others, so that less is begun in vain.
  const rank = ({ kind, actor }: Step): number => (kind === 'stop' ? 1 : actor === (last ?? 0) ? 0 : 2);
  return free.toSorted((one, other) => rank(one) - rank(other))[0];
}

/**
 * Steps that are enough to try: where an actor has an operation at a place of its own, no step of another actor changes what
 * that does, and it may as well come first. Of an actor that may stop all operations have to be of that kind, or the orders
 * would be missed in which it has done some of them and not this one.
 */
function enoughOf(enabled: readonly Step[], { permute = false, switches: bound, lost, meeting }: Terms) {
  if (permute) return enabled;
  const isOwn = (step: Step): boolean => step.kind === 'stop' || !meeting.has(step);
  const goesFirst = (step: Step): boolean =>
    step.kind === 'operation' &&
    isOwn(step) &&
    (step.actor !== lost || enabled.every((each) => each.actor !== lost || isOwn(each)));
  const firstOf = (steps: readonly Step[]): readonly Step[] => {
    const first = steps.find(goesFirst);
    return first === undefined
      ? steps
      : steps.filter((each) => each === first || (first.actor === lost && each.actor === lost));
  };
  // With a bound it matters which actor goes on.
  return bound === undefined
    ? firstOf(enabled)
    : enabled.filter((step) => firstOf(enabled.filter(({ actor }) => actor === step.actor)).includes(step));
}

/** Places where what one actor does can matter to another: found out by running into them. */
class MeetingPlaces {
  readonly #found = new Set<string>();
  readonly #seen = new Map<string, Map<string, Operation & { readonly actor: number }>>();

  has(operation: Operation): boolean {
    return this.#found.has(placeOf(operation));
  }

  /** Notes a step; whether a place turns out to be one only now. */
  isNew(step: Step): boolean {
    if (step.kind === 'stop' || this.has(step)) return false;
    const place = placeOf(step);
    const seen = this.#seen.get(place) ?? new Map<string, Operation & { readonly actor: number }>();
    this.#seen.set(place, seen.set(`${step.actor} ${step.method}`, step));
    const isMet = [...seen.values()].some((each) => each.actor !== step.actor && conflict(each, step));
    if (isMet) this.#found.add(place);
    return isMet;
  }
}

/** @returns whether something is left to explore */
function backtrack(path: Node[], terms: Terms): boolean {
  for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
    node.tried.push(node.chosen);
    const next = candidate(node, terms);
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

/** Whether steps may change places without a difference to anybody. */
function commute(one: Step, other: Step, { permute = false, switches: bound }: Terms): boolean {
  if (one.kind === 'stop' || other.kind === 'stop') return one.actor !== other.actor;
  if (permute || (one.actor !== other.actor && bound !== undefined)) return false;
  return !conflict(one, other);
}

function assertSame(expected: readonly Step[], met: readonly Step[], steps: readonly Taken[]): void {
  if (expected.length === met.length && expected.every(({ id }, at) => id === met[at]?.id)) return;
  const ids = (list: readonly Step[]): string => list.map(({ id }) => id).join(', ');
  const after = steps.map(({ id }) => id).join(', ');
  throw new Error(`runs differ after ${after}: ${ids(expected)} before, ${ids(met)} now`);
}
