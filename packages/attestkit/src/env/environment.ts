import { ConfigurationError } from '../kernel/errors.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Exactly `true` or `false`: a switch that is misspelt must not silently mean either. */
export function readBoolean(env: Environment, variable: string): boolean | undefined {
  const value = env[variable];
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new ConfigurationError(
    variable,
    'is neither true nor false',
    'Write true or false in small letters, or leave it unset.',
  );
}

/** A whole number of seconds; how many make sense is for whoever takes them to say. */
export function readSeconds(env: Environment, variable: string): number | undefined {
  const value = env[variable];
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new ConfigurationError(variable, 'is not a whole number of seconds', 'Write digits alone: 1800.');
}
