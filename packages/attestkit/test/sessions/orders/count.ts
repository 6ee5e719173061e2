import { conflict, placeOf, type Operation } from './disk.js';
import type { Taken } from './explore.js';

/** How many ways there are to choose k of n. */
function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let ways = 1;
  for (let at = 1; at <= k; at += 1) ways = (ways * (n - k + at)) / at;
  return ways;
}

/** Orders of two actors with n and m operations, one after the other. */
export const interleavings = (n: number, m: number): number => choose(n + m, n);

/**
 * The same where the actor that has the turn gives way at most `switches` times before it has ended. An order of r runs
 * has r - 2 of them: the last run begins where the other actor has ended.
 */
export function boundedInterleavings(n: number, m: number, switches: number): number {
  if (n === 0 || m === 0) return 1;
  let orders = 0;
  for (let runs = 2; runs <= switches + 2; runs += 1) {
    const more = Math.ceil(runs / 2) - 1;
    const fewer = Math.floor(runs / 2) - 1;
    orders += choose(n - 1, more) * choose(m - 1, fewer) + choose(m - 1, more) * choose(n - 1, fewer);
  }
  return orders;
}

/**
 * With stops: nobody stops; or one of the two does after its first k operations, for each k from none to all, where
 * after all of them its answer is lost.
 */
export function withStops(n: number, m: number, orders: (n: number, m: number) => number): number {
  let all = orders(n, m);
  for (let k = 0; k <= n; k += 1) all += orders(k, m);
  for (let k = 0; k <= m; k += 1) all += orders(n, k);
  return all;
}

/**
 * Classes of orders of two actors whose operations come one after the other, where only operations that conflict keep
 * their places. Each class has one order in which no operation of the second stands right before one of the first that
 * commutes with it (Anisimov and Knuth 1979): those are counted, by what came last.
 */
export function classes(first: readonly Operation[], second: readonly Operation[]): number {
  // afterFirst[j]: orders of first[0..i) and second[0..j) that end with an operation of the first.
  let afterFirst: number[] = [];
  let afterSecond: number[] = [];
  for (let i = 0; i <= first.length; i += 1) {
    const nextFirst: number[] = [];
    const nextSecond: number[] = [];
    for (let j = 0; j <= second.length; j += 1) {
      const one = first[i - 1];
      const other = second[j - 1];
      const isConflict = one !== undefined && other !== undefined && conflict(one, other);
      nextFirst[j] =
        one === undefined ? Number(j === 0) : (afterFirst[j] ?? 0) + (isConflict ? (afterSecond[j] ?? 0) : 0);
      nextSecond[j] = j === 0 ? 0 : (nextFirst[j - 1] ?? 0) + (nextSecond[j - 1] ?? 0);
    }
    afterFirst = nextFirst;
    afterSecond = nextSecond;
  }
  return (afterFirst[second.length] ?? 0) + (afterSecond[second.length] ?? 0);
}

/** `withStops` of `classes`. */
export function classesWithStops(first: readonly Operation[], second: readonly Operation[]): number {
  return withStops(first.length, second.length, (n, m) => classes(first.slice(0, n), second.slice(0, m)));
}

/**
 * The class of an order, as text: at each place the operations in their order, where reads between two writes have none;
 * and who stopped. Orders have the same one exactly where they differ by operations that commute.
 */
export function classOf(steps: readonly Taken[], lost: number | undefined): string {
  const places = new Map<string, string[][]>();
  const wasRead = new Set<string>();
  for (const step of steps) {
    if (step.kind === 'stop') continue;
    const place = placeOf(step);
    const groups = places.get(place) ?? [];
    places.set(place, groups);
    const isRead = step.method === 'get';
    if (isRead && wasRead.has(place)) groups.at(-1)?.push(step.id);
    else groups.push([step.id]);
    if (isRead) wasRead.add(place);
    else wasRead.delete(place);
  }
  const lines = [...places].map(
    ([place, groups]) => `${place}: ${groups.map((ids) => ids.toSorted().join('+')).join(' ')}`,
  );
  return [...lines.toSorted(), `lost: ${lost}`].join('\n');
}
