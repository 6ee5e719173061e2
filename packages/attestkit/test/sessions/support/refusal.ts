import { AttestationError, ConfigurationError } from '../../../src/kernel/errors.js';

/** The code of the AttestationError that `run` throws; any other outcome fails the test. */
export function refused(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The ConfigurationError that `run` throws; any other outcome fails the test. */
export function misconfigured(run: () => unknown): ConfigurationError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** Every text that differs from this one in one bit of one byte, in canonical base64url. */
export function flipped(text: string): string[] {
  const bytes = Buffer.from(text, 'base64url');
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
    return copy.toString('base64url');
  });
}
