import { ConfigurationError } from '../errors.js';
import { isJsonObject } from '../bytes/json.js';

const TYPES = {
  boolean: ['true or false', (value: unknown): boolean => typeof value === 'boolean'],
  number: ['a number', (value: unknown): boolean => typeof value === 'number'],
  string: ['a string', (value: unknown): boolean => typeof value === 'string'],
  function: ['a function', (value: unknown): boolean => typeof value === 'function'],
  object: ['an object', isJsonObject],
  list: ['a list', (value: unknown): boolean => Array.isArray(value)],
  any: ['anything', (): boolean => true],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

/** What the options of one owner are: their names, and the type of each. */
export type OptionTypes = Readonly<Record<string, keyof typeof TYPES>>;

/**
 * Holds options to their names and types, for callers without types of their own: what is misspelt, or the text
 * `'false'`, must not silently protect less than it seems to.
 *
 * @param owner what the options are of, for the message: `a guard`
 * @param path stands before the option's name in `variable`: `binding.`
 * @throws ConfigurationError naming the option
 */
export function assertOptions(options: unknown, types: OptionTypes, owner: string, path = ''): void {
  if (!isJsonObject(options)) {
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

/**
 * Checks that a choice is one of its values.
 *
 * @throws ConfigurationError naming the option
 */
export function assertOneOf(option: string, value: unknown, values: readonly string[]): void {
  if (typeof value === 'string' && values.includes(value)) return;
  throw new ConfigurationError(option, `is not one of ${values.join(', ')}`, 'Check the spelling.');
}

/** The name of a header field (RFC 9110 §5.1). */
export function isFieldName(name: unknown): name is string {
  return typeof name === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

/** Options without those that are undefined, which must not replace others. */
export function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
