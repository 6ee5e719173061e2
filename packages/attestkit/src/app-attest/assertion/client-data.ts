import { hash } from 'node:crypto';
import { ConfigurationError } from '../../kernel/errors.js';

/**
 * The client data hash of either option: SHA-256 of the data, text in UTF-8, or the bytes that the app gave in its place.
 *
 * @throws ConfigurationError unless there is exactly one
 */
export function clientDataHashOf(
  option: string,
  data: Uint8Array | string | undefined,
  digest: Uint8Array | undefined,
): Uint8Array {
  if ((data === undefined) === (digest === undefined)) {
    const problem = data === undefined ? 'is missing' : 'is given beside clientDataHash';
    throw new ConfigurationError(option, problem, `Give exactly one of ${option} and clientDataHash.`);
  }
  if (digest !== undefined) {
    if (digest instanceof Uint8Array) return digest;
    throw new ConfigurationError('clientDataHash', 'is not bytes', 'Give a Uint8Array.');
  }
  if (typeof data === 'string' || data instanceof Uint8Array) return hash('sha256', data, 'buffer');
  throw new ConfigurationError(option, 'is not bytes', 'Give a Uint8Array.');
}
