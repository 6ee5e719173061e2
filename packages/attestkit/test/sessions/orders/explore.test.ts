import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.js';
import { Actor } from './actors.js';
import {
  boundedInterleavings,
  classes,
  classesWithStops,
  classOf,
  interleavings,
  withStops,
} from './count.js';
import { Disk, type Operation } from './disk.js';
import { explore, type ExploreOptions, type Order, type Subject } from './explore.js';
import { traceOf } from './trace.js';

const TTL = 60_000;

const put = (key: string): Operation => ({ method: 'put', key, rest: ['v', undefined] });
const get = (key: string): Operation => ({ method: 'get', key, rest: [] });

const perform = (store: Store, { method, key }: Operation): Promise<unknown> =>
  method === 'get' ? store.get(key) : store.put(key, 'v', undefined);

const subjectOf = (...acts: readonly ((store: Store) => Promise<unknown>)[]): Subject => ({
  actors: acts.map((act, number) => new Actor(`actor ${number}`, number, act)),
  disk: new Disk({ ms: 0 }),
});

/** Operations one after the other, whatever they give. */
const line = (operations: readonly Operation[]) => async (store: Store) => {
  for (const operation of operations) await perform(store, operation);
  return 'done';
};

/** Operations that go out together. */
const batch = (operations: readonly Operation[]) => async (store: Store) => {
  await Promise.all(operations.map((operation) => perform(store, operation)));
  return 'done';
};

/** What was explored, with the class of each order. */
async function run(subject: Subject, options: ExploreOptions) {
  const seen: string[] = [];
  const orders: string[] = [];
  const states = new Set<string>();
  const explored = await explore(subject, options, ({ steps, lost, disk }) => {
    seen.push(classOf(steps, lost));
    orders.push([...steps.filter(({ kind }) => kind === 'operation').map(({ id }) => id), lost].join(' '));
    states.add(disk.print());
  });
  expect(new Set(orders).size).toBe(explored.orders);
  return { ...explored, seen, classes: new Set(seen), states };
}

const puts = (count: number, name: string): readonly Operation[] =>
  Array.from({ length: count }, (_, at) => put(`${name}${at}`));

/** The same sequence of numbers below `limit` each time. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % limit;
  };
}

describe('the number of orders explored', () => {
  it.each([
    [1, 1],
    [2, 3],
    [4, 4],
    [3, 6],
    [6, 6],
  ])('of two actors with %i and %i operations is C(n + m, n)', async (n, m) => {
    const subject = subjectOf(line(puts(n, 'a')), line(puts(m, 'b')));
    const { orders } = await run(subject, { permute: true, stops: false });
    expect(orders).toBe(interleavings(n, m));
  });

  it.each([
    [1, 1],
    [2, 3],
    [4, 4],
  ])('of %i and %i operations with stops is C(n + m, n) + C(n + m + 2, n + 1)', async (n, m) => {
    const subject = subjectOf(line(puts(n, 'a')), line(puts(m, 'b')));
    const { orders } = await run(subject, { permute: true });
    expect(orders).toBe(withStops(n, m, interleavings));
    expect(orders).toBe(interleavings(n, m) + interleavings(n + 1, m + 1));
  });

  it.each([
    [3, 3, 0],
    [3, 4, 1],
    [5, 5, 2],
    [19, 19, 2],
    [5, 4, 9],
  ])('of %i and %i operations with at most %i switches is the formula', async (n, m, switches) => {
    const subject = subjectOf(line(puts(n, 'a')), line(puts(m, 'b')));
    const { orders } = await run(subject, { switches, stops: false });
    expect(orders).toBe(boundedInterleavings(n, m, switches));
  });

  it('with a bound and stops is the formula', async () => {
    const subject = subjectOf(line(puts(5, 'a')), line(puts(4, 'b')));
    const { orders } = await run(subject, { switches: 2 });
    expect(orders).toBe(withStops(5, 4, (n, m) => boundedInterleavings(n, m, 2)));
  });

  it('with a bound that is never reached is the number without one', () => {
    expect(boundedInterleavings(5, 4, 9)).toBe(interleavings(5, 4));
  });

  it('is one where nothing is at one place, and all where everything is', async () => {
    const apart = subjectOf(line(puts(5, 'a')), line(puts(5, 'b')));
    const same = Array.from({ length: 5 }, () => put('a'));
    const together = subjectOf(line(same), line(same));
    expect((await run(apart, { stops: false })).orders).toBe(1);
    expect((await run(together, { stops: false })).orders).toBe(interleavings(5, 5));
  });

  it('of reads of one key is one', async () => {
    const reads = Array.from({ length: 4 }, () => get('a'));
    const { orders } = await run(subjectOf(line(reads), line(reads)), { stops: false });
    expect(orders).toBe(1);
  });

  it('of operations that go out together is n!, and one where they commute', async () => {
    const subject = subjectOf(batch(puts(4, 'a')));
    expect((await run(subject, { permute: true, stops: false })).orders).toBe(24);
    expect((await run(subject, { stops: false })).orders).toBe(1);
  });

  it('of random actors is the number of classes, once each, with and without stops', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const roll = dice(seed);
      const some = (): Operation[] =>
        Array.from({ length: 1 + roll(5) }, () => (roll(2) === 0 ? get : put)(`k${roll(3)}`));
      const [first, second] = [some(), some()];
      const subject = subjectOf(line(first), line(second));
      for (const stops of [false, true]) {
        const reduced = await run(subject, { stops });
        const all = await run(subject, { stops, permute: true });
        const formula = (stops ? classesWithStops : classes)(first, second);
        expect(reduced.orders, `seed ${seed}`).toBe(formula);
        // The naive count, which knows nothing of the formula: all orders, and the classes that they are of.
        expect(reduced.classes).toStrictEqual(all.classes);
        expect(reduced.orders).toBe(all.classes.size);
        expect(reduced.states).toStrictEqual(all.states);
      }
    }
  });

  it('of three actors is the number of classes', async () => {
    const [a, b] = [put('a'), put('b')];
    const subject = subjectOf(line([a, b]), line([b, get('a')]), batch([get('a'), get('b'), put('c')]));
    const reduced = await run(subject, {});
    const all = await run(subject, { permute: true });
    expect(reduced.classes).toStrictEqual(all.classes);
    expect(reduced.orders).toBe(all.classes.size);
    expect(all.orders).toBeGreaterThan(reduced.orders);
  });
});

describe('what an actor may do', () => {
  it('stops before each of its operations, and after the last', async () => {
    const lengths: string[] = [];
    await explore(subjectOf(line(puts(3, 'a'))), {}, ({ steps, lost, answers }) => {
      lengths.push(`${steps.filter(({ kind }) => kind === 'operation').length} ${lost} ${answers[0]}`);
    });
    expect(lengths.toSorted()).toStrictEqual([
      '0 0 undefined',
      '1 0 undefined',
      '2 0 undefined',
      '3 0 undefined',
      '3 undefined done',
    ]);
  });

  it('computes elsewhere between two operations', async () => {
    const slow = async (store: Store): Promise<string> => {
      await store.put('a', 'v', undefined);
      await new Promise((resolve) => setTimeout(resolve, 2));
      await store.put('b', 'v', undefined);
      return 'done';
    };
    const { orders } = await run(subjectOf(slow, line(puts(2, 'c'))), { permute: true, stops: false });
    expect(orders).toBe(interleavings(2, 2));
  });

  it('may not wait for something that never comes', async () => {
    const subject = subjectOf(() => new Promise(() => undefined));
    await expect(run(subject, {})).rejects.toThrow('actor 0 waits for something else than the store');
  });

  it('may not throw', async () => {
    const throws = async (store: Store): Promise<never> => {
      await store.get('a');
      throw new TypeError('a bug');
    };
    await expect(run(subjectOf(throws), {})).rejects.toThrow('a bug');
  });

  it('may not take more runs than the limit', async () => {
    const subject = subjectOf(line(puts(5, 'a')), line(puts(5, 'b')));
    const running = run(subject, { permute: true, stops: false, limit: 251 });
    await expect(running).rejects.toThrow('more than 251 runs: give it a bound');
    await expect(run(subject, { permute: true, stops: false, limit: 252 })).resolves.toBeDefined();
  });

  it('may not do something else when it is run again', async () => {
    let runs = 0;
    const fickle = async (store: Store): Promise<void> => {
      runs += 1;
      await store.get('a');
      await store.get(`a${runs}`);
    };
    await expect(run(subjectOf(fickle, line([put('a')])), {})).rejects.toThrow('runs differ after');
  });
});

describe('a seat that one of two may have', () => {
  /** Looks, and acts later on what it saw. */
  const careless =
    (name: string) =>
    async (store: Store): Promise<boolean> => {
      if ((await store.get('seat')) !== undefined) return false;
      const now = await store.get('seat');
      return store.put('seat', name, now?.version, TTL);
    };
  /** What it saw is the version that it replaces. */
  const careful =
    (name: string) =>
    async (store: Store): Promise<boolean> => {
      const seen = await store.get('seat');
      return seen === undefined && store.put('seat', name, undefined, TTL);
    };
  const onlyOne = (order: Order): void => {
    if (order.answers.filter((answer) => answer === true).length > 1)
      throw new Error(`two have the seat:\n${traceOf(order, ['ann', 'ben'])}`);
  };

  it('is given twice by one that looks and acts later', async () => {
    const exploring = explore(subjectOf(careless('ann'), careless('ben')), {}, onlyOne);
    await expect(exploring).rejects.toThrow(
      [
        'two have the seat:',
        '1. ann  get      seat  -> nothing',
        '2. ann  get      seat  -> nothing',
        '3. ben  get      seat  -> nothing',
        '4. ann  put      seat  -> true',
        '5. ben  get      seat  -> version w1',
        '6. ben  put      seat  -> true',
        '   ann  is told true',
        '   ben  is told true',
      ].join('\n'),
    );
  });

  it('is given twice within one switch, and not without any', async () => {
    const subject = subjectOf(careless('ann'), careless('ben'));
    await expect(explore(subject, { switches: 1 }, onlyOne)).rejects.toThrow('two have the seat');
    await expect(explore(subject, { switches: 0 }, onlyOne)).resolves.toBeDefined();
  });

  it('is given once by one that acts on what it saw, in every order', async () => {
    const subject = subjectOf(careful('ann'), careful('ben'));
    const { orders } = await explore(subject, { stops: false }, onlyOne);
    // Who is too late to see it free does not write: 2 orders; else the reads come first, and either writes first.
    expect(orders).toBe(2 + 2);
    const all = await run(subject, { permute: true });
    expect((await explore(subject, {}, onlyOne)).orders).toBe(all.classes.size);
  });
});
