import type { AppAttestReceipt } from './payload.js';

/** Milliseconds before its expiry in which a receipt is late. */
const LATE = 7 * 86_400_000;

/**
 * Whether a receipt is to be exchanged for a newer one (Apple, Assessing fraud risk): not before field 19, and
 * before field 21. Pure.
 *
 * - `wait`: an exchange would be in vain.
 * - `due`: exchange it when convenient. One that came with an attestation is due at once.
 * - `late`: it expires within seven days, or has expired; after that Apple need not take it.
 *
 * @param now milliseconds since the epoch
 * @example
 * if (receiptDue(receipt, Date.now())) await exchange(receipt);
 */
export function receiptDue(
  { notBefore, expiresAt }: Pick<AppAttestReceipt, 'notBefore' | 'expiresAt'>,
  now: number,
): 'wait' | 'due' | 'late' {
  if (notBefore !== undefined && now < notBefore) return 'wait';
  return now < expiresAt - LATE ? 'due' : 'late';
}
