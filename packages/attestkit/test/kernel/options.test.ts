import { describe, expect, it } from 'vitest';
import {
  assertOneOf,
  assertOptions,
  isFieldName,
  type OptionTypes,
} from '../../src/kernel/config/options.js';
import { ConfigurationError } from '../../src/kernel/errors.js';

function problem(run: () => unknown): string {
  try {
    run();
    return 'accepted';
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.variable}: ${error.message}`;
    throw error;
  }
}

describe('an option', () => {
  const VALUES = {
    boolean: [true, 'a boolean', 'true or false'],
    number: [1, '1', 'a number'],
    string: ['x', 1, 'a string'],
    function: [() => 1, {}, 'a function'],
    object: [{}, [], 'an object'],
    list: [[], {}, 'a list'],
  } as const;

  it.each(Object.entries(VALUES))('of type %s is one, or is left out', (type, [right, wrong, name]) => {
    const types = { x: type } as OptionTypes;
    const check = (x: unknown) => problem(() => assertOptions({ x }, types, 'the owner', 'path.'));
    expect(check(right)).toBe('accepted');
    expect(check(undefined)).toBe('accepted');
    for (const each of [wrong, null]) expect(check(each)).toContain(`path.x: path.x is not ${name}`);
  });

  it('of any type is anything', () => {
    for (const x of [null, 1, 'x', [], {}])
      expect(problem(() => assertOptions({ x }, { x: 'any' }, 'the owner'))).toBe('accepted');
  });

  it('that is not known is named, also if every object has it', () => {
    for (const name of ['y', 'toString', '__proto__x'])
      expect(problem(() => assertOptions({ [name]: 1 }, { x: 'any' }, 'the owner'))).toContain(
        `${name}: ${name} is not an option of the owner. Check the spelling: the options are x.`,
      );
  });

  it('stands in an object', () => {
    for (const options of [undefined, null, [], 'x', 1]) {
      expect(problem(() => assertOptions(options, { x: 'any' }, 'the owner'))).toMatch(
        /^options: options is not an object/,
      );
      expect(problem(() => assertOptions(options, { x: 'any' }, 'the owner', 'path.'))).toMatch(
        /^path: path is not an object/,
      );
    }
  });

  it('that is a choice is one of them', () => {
    expect(problem(() => assertOneOf('x', 'a', ['a', 'b']))).toBe('accepted');
    for (const value of ['c', '', undefined, ['a']])
      expect(problem(() => assertOneOf('x', value, ['a', 'b']))).toMatch(/^x: x is .*a, b/);
  });
});

it('the name of a field is a token', () => {
  for (const name of ['x', 'X-App-Token', "!#$%&'*+.^_`|~09"])
    expect([name, isFieldName(name)]).toEqual([name, true]);
  for (const name of ['', 'a b', 'a:', ':a', 'é', 'a\n', 7, ['x'], undefined])
    expect([name, isFieldName(name)]).toEqual([name, false]);
});
