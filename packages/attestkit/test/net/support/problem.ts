import { ConfigurationError } from '../../../src/kernel/errors.js';

/** The option that a ConfigurationError names. */
export function problemOf(configure: () => unknown): string {
  try {
    configure();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.variable;
    throw error;
  }
  return 'accepted';
}
