import { FIELD_CHECKS } from './checks.js';

/** Instead of a token, when the app is set up to say why it could not fetch one (Approov SDK, `setUseApproovStatusIfNoToken`). */
const STATUS_WORDS: readonly string[] = ['NO_NETWORK', 'POOR_NETWORK', 'MITM_DETECTED'];

/**
 * The check that a field without a token fails; undefined if the value may be a token. Guard and inspector share it,
 * so that both give the same code.
 *
 * @param value without the configured prefix
 */
export function absenceIn(value: string): (typeof FIELD_CHECKS)['present' | 'fetched'] | undefined {
  if (value === '') return FIELD_CHECKS.present;
  return STATUS_WORDS.includes(value) ? FIELD_CHECKS.fetched : undefined;
}
