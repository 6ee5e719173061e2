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

/** Makes what variables configure: what is wrong with an option is wrong with the variable that it comes from. */
export function settingOf<T>(variables: Readonly<Record<string, string>>, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const variable = error instanceof ConfigurationError ? variables[error.variable] : undefined;
    if (!(error instanceof ConfigurationError) || variable === undefined) throw error;
    throw new ConfigurationError(variable, error.problem, error.remedy, { cause: error });
  }
}

/** A whole number of seconds, from 1 to `most`. */
export function readSeconds(env: Environment, variable: string, most: number): number | undefined {
  const value = env[variable];
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(value) && Number(value) <= most) return Number(value);
  const problem = 'is not a whole number of seconds in its range';
  throw new ConfigurationError(variable, problem, `Write digits alone, from 1 to ${most}.`);
}
