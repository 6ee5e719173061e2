import { describe, expect, it } from 'vitest';
import { boundedInterleavings, classOf } from './count.js';
import type { Order } from './explore.js';
import { MEETINGS, meetingOf, pairsOf, requestsOf, twice } from './pairs.js';
import { enroll } from './requests.js';
import { runCase } from './run-case.js';
import { empty, type Open } from './worlds.js';

/** Collects the class of each order. */
function collecting() {
  const seen: string[] = [];
  const onOrder = ({ steps, lost }: Order): void => void seen.push(classOf(steps, lost));
  return { seen, onOrder };
}

/** Every pair of every meeting, without a bound: no class of orders is explored twice, and each ending is checked. */
export function pairsHold(open: Open): void {
  describe.each(MEETINGS)('where $name', (meeting) => {
    const { world } = meeting;

    it.each(pairsOf(meeting))(
      'everything holds for %s and %s, in every order',
      async (...names) => {
        const { seen, onOrder } = collecting();
        const ran = await runCase({ open, world, requests: requestsOf(meeting, names), onOrder });
        expect(new Set(seen).size).toBe(ran.orders);
      },
      240_000,
    );

    it.each(Object.keys(meeting.requests))('everything holds for %s that arrives twice', async (name) => {
      const [make] = requestsOf(meeting, [name]);
      if (make === undefined) throw new Error('there is no such request');
      await runCase({ open, world, requests: twice(make) });
    });
  });
}

/** Pairs that are short enough to be counted one order after the other. */
const COUNTED = [
  ['an iPhone is enrolled', 'refresh', 'refresh'],
  ['an iPhone is enrolled', 'refresh', 'revoke'],
  ['an iPhone is enrolled', 'refresh', 'assert'],
  ['an iPhone is enrolled', 'assert', 'assert'],
  ['an iPhone is enrolled', 'assert', 'block user'],
  ['an iPhone is enrolled', 'sign beside', 'block key'],
  ['an iPhone is enrolled', 'refresh', 'forget'],
  ['a phone without a key is enrolled', 'refresh', 'refresh'],
] as const;

/** The number explored is the number of classes that all orders, one after the other, are of. */
export function countsHold(open: Open): void {
  it.each(COUNTED)('where %s, of %s and %s each class is explored, once', async (where, ...names) => {
    const meeting = meetingOf(where);
    const of = { open, world: meeting.world, requests: requestsOf(meeting, names) };
    const reduced = collecting();
    const all = collecting();
    const explored = await runCase({ ...of, onOrder: reduced.onOrder });
    await runCase({ ...of, permute: true, laws: [], onOrder: all.onOrder });
    expect(explored.orders).toBe(new Set(all.seen).size);
    expect(new Set(reduced.seen)).toStrictEqual(new Set(all.seen));
    expect(all.seen.length).toBeGreaterThan(explored.orders);
  });
}

/** Two phones that have nothing in common, and so many switches. */
const APART = [enroll('alice', 'K'), enroll('bob', 'K2', 'bob-phone')];
const SWITCHES = 2;

/** What two enrollments are explored in, without stops, is what the formulas say of their lengths. */
export function formulasHold(open: Open): void {
  it('two phones that have nothing in common enroll in one class of orders, and in as many orders as the formula', async () => {
    const of = { open, world: (by: Open) => empty(by, 'ios'), requests: APART, stops: false, laws: [] };
    const lengths = new Set<string>();
    const onOrder = ({ steps }: Order): void => {
      const [one = 0, other = 0] = [0, 1].map((actor) => steps.filter((step) => step.actor === actor).length);
      lengths.add(`${one} ${other}`);
    };
    const { orders } = await runCase({ ...of, onOrder });
    expect(orders).toBe(1);
    const [length = ''] = lengths;
    const [n = 0, m = 0] = length.split(' ').map(Number);
    const bounded = await runCase({ ...of, switches: SWITCHES, onOrder });
    expect(bounded.orders).toBe(boundedInterleavings(n, m, SWITCHES));
    expect([...lengths]).toStrictEqual([length]);
  });
}

/** Three at once, in two of them two operators; those with blocks by two names have more orders than can be run. */
const TRIPLES = [
  ['nobody is enrolled', 'enroll K', 'enroll K elsewhere', 'block key'],
  ['nobody is enrolled', 'enroll K', 'enroll another key', 'assert K'],
  ['an iPhone is enrolled', 'replace', 'replace by another', 'assert'],
  ['an iPhone is enrolled', 'replace', 'block key', 'refresh'],
  ['an iPhone is enrolled', 'renew', 'forget', 'refresh'],
  ['an iPhone is enrolled', 'renew', 'forget', 'block key'],
  ['an iPhone is enrolled', 'refresh', 'refresh', 'revoke'],
  [
    'an iPhone is enrolled',
    'sign beside, shared counter',
    'sign alone, shared counter',
    'assert, shared counter',
  ],
  ['a phone without a key is enrolled', 'renew', 'refresh', 'forget'],
  ['an iPhone is blocked', 'unblock', 'renew', 'assert'],
  ['an iPhone is blocked', 'unblock', 'block key', 'assert'],
] as const;

export function triplesHold(open: Open): void {
  it.each(TRIPLES)(
    'where %s, everything holds for %s, %s and %s',
    async (where, ...names) => {
      const meeting = meetingOf(where);
      const requests = requestsOf(meeting, names);
      const { orders } = await runCase({ open, world: meeting.world, requests });
      expect(orders).toBeGreaterThan(0);
    },
    480_000,
  );
}
