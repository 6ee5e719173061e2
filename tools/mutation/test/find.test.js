// @ts-check
import { transformWithOxc } from 'vite';
import { describe, expect, it } from 'vitest';
import { findMutants, instrument } from '../mutants/find.js';

/** @param {string} text @returns {string[]} */
const changes = (text) => findMutants('a.ts', text).map(({ from, to, kind }) => `${from} => ${to} [${kind}]`);

/** What `answer()` gives with each mutant of the text awake, one after the other. @param {string} text */
async function answers(text) {
  const mutants = findMutants('a.ts', text);
  const entries = mutants.map((mutant, id) => /** @type {[number, typeof mutant]} */ ([id, mutant]));
  const { code } = await transformWithOxc(instrument(text, entries), 'a.ts', { sourcemap: false });
  const answer = new Function(`${code.replace('export ', '')}; return answer;`)();
  /** @param {number} awake */
  const ask = (awake) => {
    Object.assign(globalThis, { attestkitMutation: { is: (/** @type {number} */ id) => id === awake } });
    try {
      return answer();
    } catch (error) {
      return String(error);
    }
  };
  const changed = Object.fromEntries(
    mutants.map(({ from, to, kind }, id) => [`${kind}: ${from} => ${to}`, ask(id)]),
  );
  return { asleep: ask(-1), changed };
}

describe('findMutants', () => {
  it.each([
    [
      'const x = a && b;',
      ['a && b => (a) || (b) [operator]', 'a && b => a [operand]', 'a && b => b [operand]'],
    ],
    ['const x = a ?? b;', ['a ?? b => a [default removed]']],
    ['function f({ a = b }) {}', ['b => undefined [default removed]']],
    [
      'if (a) throw b;',
      ['a => true [condition]', 'a => false [condition]', 'throw b; => (removed) [throw removed]'],
    ],
    ['const x = a < b;', ['a < b => (a) <= (b) [operator]', 'a < b => (a) >= (b) [operator]']],
    ['const x = a * b;', ['a * b => (a) / (b) [operator]']],
    ['await f();', ['await f(); => (removed) [statement removed]', 'await f() => f() [await removed]']],
    ['const x = f(a, b);', ['f(a, b) => f(b, a) [arguments swapped]']],
    ['const x = Object.freeze(a);', ['Object.freeze(a) => a [freeze removed]']],
    ['const x = a.some(f);', ['a.some(f) => a.every(f) [method]']],
    ['const x = [a, ...b];', ['a => (removed) [element removed]', '...b => (removed) [spread removed]']],
    ['const x = { a, ...b };', ['...b => (removed) [spread removed]']],
    ['const x = !a;', ['!a => a [sign]']],
    ['const x = a?.b.c;', ['a?.b.c => a.b.c [optional chain]']],
    [
      'const x = a?.[b]?.(c);',
      ['a?.[b]?.(c) => a?.[b](c) [optional chain]', 'a?.[b]?.(c) => a[b]?.(c) [optional chain]'],
    ],
    [
      'const x = a?.some(f);',
      ['a?.some(f) => a?.every(f) [method]', 'a?.some(f) => a.some(f) [optional chain]'],
    ],
    ["const x = 'a';", ["'a' => 'aX' [string]"]],
    ['const x = 7;', ['7 => 7 + 1 [number]']],
    [
      'const x = /^a{2}$/;',
      ['/^a{2}$/ => /a{2}$/ [pattern]', '/^a{2}$/ => /^a{2}/ [pattern]', '/^a{2}$/ => /^a{3}$/ [pattern]'],
    ],
    ['function f() { g; }', ['function f() { g; } => function f() { g; } return undefined; [early return]']],
  ])('changes %s', (text, expected) => {
    expect(changes(text).toSorted()).toEqual(expected.toSorted());
  });

  it('says true and false in the place of what a function decides', () => {
    const found = changes('const f = (a: unknown): a is string => g(a);');
    expect(found).toEqual(['g(a) => true [early return]', 'g(a) => false [early return]']);
  });

  it.each([
    "import a from 'b';",
    "export { a } from 'b';",
    "type A = 'a' | 7;",
    "const x = { 'a': b };",
    "const x = 'two words';",
    "'use strict';",
    'class A extends B { constructor() { super(); } }',
  ])('leaves %s alone', (text) => {
    expect(changes(text)).toEqual([]);
  });
});

describe('instrument', () => {
  it('wakes one mutant at a time, those inside others too', async () => {
    const { asleep, changed } = await answers(`
      export function answer(): unknown {
        const limit: number = 2 * 3;
        const found = [1, 5, 9].filter((each) => each < limit && each !== 1);
        if (found.length > 3) throw new Error('many');
        return found.join();
      }`);
    expect(asleep).toBe('5');
    expect(changed).toMatchObject({
      'operator: 2 * 3 => (2) / (3)': '',
      'number: 2 => 2 + 1': '5',
      'operand: each < limit && each !== 1 => each < limit': '1,5',
      'operand: each < limit && each !== 1 => each !== 1': '5,9',
      'operator: each < limit => (each) >= (limit)': '9',
      'operator: each !== 1 => (each) === (1)': '1',
      'condition: found.length > 3 => true': 'Error: many',
      'element removed: 5 => (removed)': '',
      "string: 'many' => 'manyX'": '5',
    });
    expect(
      changed[
        'early return: export function answer(): unknown { => export function answer(): unknown { return undefined;'
      ],
    ).toBe(undefined);
  });

  it('keeps the ends of optional chains', async () => {
    const { asleep, changed } = await answers(`
      export function answer(): unknown {
        const none: undefined | { list: number[] } = undefined;
        return String(none?.list.some((each) => each === 1));
      }`);
    expect(asleep).toBe('undefined');
    expect(
      changed['method: none?.list.some((each) => each === 1) => none?.list.every((each) => each === 1)'],
    ).toBe('undefined');
    expect(
      changed[
        'optional chain: none?.list.some((each) => each === 1) => none.list.some((each) => each === 1)'
      ],
    ).toMatch('TypeError');
  });

  it('leaves an else with its own condition', async () => {
    const { asleep, changed } = await answers(`
      export function answer(): unknown {
        const list: string[] = [];
        for (const each of [1, 2]) if (each === 1) list.push('one'); else list.push('other');
        return list.join();
      }`);
    expect(asleep).toBe('one,other');
    expect(changed["statement removed: list.push('one'); => (removed)"]).toBe('other');
    expect(changed["statement removed: list.push('other'); => (removed)"]).toBe('one');
  });

  it('leaves statements out', async () => {
    const { changed } = await answers(`
      export function answer(): unknown {
        const list: number[] = [];
        list.push(4);
        if (list.length === 1) return 'one';
        return 'none';
      }`);
    expect(changed['statement removed: list.push(4); => (removed)']).toBe('none');
    expect(changed["return removed: return 'one'; => (removed)"]).toBe('none');
  });
});
