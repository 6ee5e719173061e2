import { ConfigurationError } from '../errors.js';

/**
 * Checks that an option is a whole number within a range.
 *
 * @throws ConfigurationError naming the option
 */
export function within(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const remedy = `Give a whole number from ${least} to ${most}, or leave it out for the default.`;
  throw new ConfigurationError(option, 'is out of its range', remedy);
}
