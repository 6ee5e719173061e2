import { ConfigurationError } from 'attestkit/errors';

const TYPES = {
  boolean: ['true or false', (value: unknown): boolean => typeof value === 'boolean'],
  number: ['a number', (value: unknown): boolean => typeof value === 'number'],
  string: ['a string', (value: unknown): boolean => typeof value === 'string'],
  function: ['a function', (value: unknown): boolean => typeof value === 'function'],
  object: ['an object', isObject],
  list: ['a list', (value: unknown): boolean => Array.isArray(value)],
  any: ['anything', (): boolean => true],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

/** The names of some options, and the type of each. */
export type OptionTypes = Readonly<Record<string, keyof typeof TYPES>>;

/**
 * Checks the names and types of options, for callers in JavaScript: a misspelt option would make another object than
 * the test is about.
 *
 * @param owner what takes the options, for the message: `createIPhone`
 * @param path stands before the name of the option in the message: `tags.`
 * @throws ConfigurationError naming the option
 */
export function assertOptions(options: unknown, types: OptionTypes, owner: string, path = ''): void {
  if (!isObject(options)) {
    const remedy = `Give an object with the options of ${owner}: ${Object.keys(types).join(', ')}.`;
    throw new ConfigurationError(path === '' ? 'options' : path.slice(0, -1), 'is not an object', remedy);
  }
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) {
      const remedy = `Check the spelling: the options are ${Object.keys(types).join(', ')}.`;
      throw new ConfigurationError(`${path}${name}`, `is not an option of ${owner}`, remedy);
    }
    const [wanted, fits] = TYPES[type];
    if (value === undefined || fits(value)) continue;
    throw new ConfigurationError(`${path}${name}`, `is not ${wanted}`, `Give ${wanted}, or leave it out.`);
  }
}

/** @throws ConfigurationError naming the option, if the value is not in the list */
export function assertOneOf(option: string, value: unknown, values: readonly string[]): void {
  if (typeof value === 'string' && values.includes(value)) return;
  throw new ConfigurationError(option, `is not one of ${values.join(', ')}`, 'Check the spelling.');
}

/** @throws ConfigurationError naming the option, if the value is not a whole number of this range */
export function within(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const remedy = `Give a whole number from ${least} to ${most}, or leave it out for the default.`;
  throw new ConfigurationError(option, 'is out of its range', remedy);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
