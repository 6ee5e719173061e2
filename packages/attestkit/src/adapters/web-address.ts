import { ConfigurationError } from '../kernel/errors.js';

/**
 * Checks the type of the option.
 *
 * @throws ConfigurationError naming it
 */
export function assertAddress(address: unknown): void {
  if (address === undefined || typeof address === 'function') return;
  const remedy = 'Give (request) => the address of its peer, or leave it out.';
  throw new ConfigurationError('address', 'is not a function', remedy);
}

/** Says, once for each mount, that clients cannot be told apart by their addresses. */
export function warnOfNoAddress(): void {
  const code = 'ATTESTKIT_ADDRESS';
  const message =
    'The endpoints do not know the address of their peers, so only limits for all clients together hold';
  process.emitWarning(`${message}. Give the option address.`, { code });
}
