import { ConfigurationError } from './errors.js';

/**
 * A misspelt option must not silently protect less than it seems to.
 *
 * @throws ConfigurationError naming the option
 */
export function assertKnown(options: object, known: readonly string[], owner: string): void {
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  throw new ConfigurationError(
    unknown,
    `is no option of ${owner}`,
    `Correct its spelling: there are ${known.join(', ')}.`,
  );
}

/**
 * Holds a choice to its values, for callers without types.
 *
 * @throws ConfigurationError naming the option
 */
export function assertOneOf(option: string, value: unknown, values: readonly string[]): void {
  if (typeof value === 'string' && values.includes(value)) return;
  throw new ConfigurationError(option, `is none of ${values.join(', ')}`, 'Correct its spelling.');
}

/** The name of a header field (RFC 9110 §5.1). */
export function isFieldName(name: unknown): name is string {
  return typeof name === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}
