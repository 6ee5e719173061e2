import { describe, expect, test } from 'vitest';
import type { DeviceChange } from '../../../gateway/src/shapes/devices.js';
import { wordsOf } from '../../src/dashboard/devices/changes.js';
import { factsOf } from '../../src/dashboard/devices/facts.js';
import { handedOver, handOver, NAMES, queryOf } from '../../src/dashboard/devices/query.js';

describe('a look-up', () => {
  test.each(NAMES.map(({ name }) => name))('by %s has this name alone', (name) => {
    expect(queryOf(name, ' x y ')).toEqual({ [name]: 'x y' });
  });

  test('is handed over once', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    };
    expect(handedOver(storage)).toBeUndefined();
    handOver('q83v', storage);
    expect(handedOver(storage)).toBe('q83v');
    expect(handedOver(storage)).toBeUndefined();
    expect(kept.size).toBe(0);
  });
});

const CHANGES: readonly DeviceChange[] = [
  ...(['record', 'key', 'user'] as const).flatMap((what) => [
    { action: 'block', recordId: 'r', what } as const,
    { action: 'unblock', recordId: 'r', what } as const,
  ]),
  { action: 'end', recordId: 'r' },
  { action: 'end', recordId: 'r', sessionId: 's' },
  { action: 'forget', recordId: 'r' },
];

describe('the words of a change', () => {
  test.each(CHANGES)('%j are its own', (change) => {
    const words = wordsOf(change);
    expect(words.title).toMatch(/\?$/);
    expect(words.effects.length).toBeGreaterThan(0);
    expect(words.nothing).toContain('nothing to change');
    expect(words.done).not.toBe(words.nothing);
    const others = CHANGES.filter((each) => each !== change).map((each) => wordsOf(each).title);
    expect(others).not.toContain(words.title);
  });

  test('say that a phone can enroll again, for the record and the key', () => {
    for (const what of ['record', 'key'] as const)
      expect(wordsOf({ action: 'block', recordId: 'r', what }).effects.join(' ')).toContain('block the user');
    expect(wordsOf({ action: 'block', recordId: 'r', what: 'user' }).effects.join(' ')).toContain(
      'until they expire',
    );
  });

  test('say that only forgetting cannot be undone', () => {
    const final = CHANGES.filter((change) => /cannot be undone/.test(wordsOf(change).effects.join(' ')));
    expect(final).toEqual([{ action: 'forget', recordId: 'r' }]);
  });
});

describe('facts', () => {
  test('are a flat table, in words', () => {
    expect(
      factsOf({
        boot: { locked: true, state: '' },
        levels: [1, 'b', null],
        none: null,
        off: false,
        empty: {},
        list: [],
      }),
    ).toEqual([
      { name: 'boot.locked', value: 'yes' },
      { name: 'boot.state', value: 'empty text' },
      { name: 'levels', value: '1, b, not said' },
      { name: 'none', value: 'not said' },
      { name: 'off', value: 'no' },
      { name: 'empty', value: 'empty' },
      { name: 'list', value: 'empty' },
    ]);
    expect(factsOf({})).toEqual([]);
    expect(factsOf({ a: [{ b: 1 }] })).toEqual([{ name: 'a.0.b', value: '1' }]);
  });

  test('that are hostile are rows like others', () => {
    const facts = JSON.parse('{"__proto__":{"x":1},"constructor":"y"}') as Record<string, unknown>;
    expect(factsOf(facts)).toEqual([
      { name: '__proto__.x', value: '1' },
      { name: 'constructor', value: 'y' },
    ]);
  });

  test('are bounded in depth and number', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 1000; level += 1) deep = { a: deep };
    expect(factsOf({ deep }).map(({ name }) => name)).toEqual(['deep.a.a.a.a.a']);
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, index]));
    expect(factsOf(wide)).toHaveLength(200);
  });
});
