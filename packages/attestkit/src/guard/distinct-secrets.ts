import { ConfigurationError } from '../kernel/errors.js';
import { secretDigests } from '../kernel/config/secret-readings.js';
import type { SecretUse } from '../ports/devices.js';

/**
 * Refuses one secret for two uses, in whatever encoding: an attacker who learns it from one could forge in the other.
 *
 * @throws ConfigurationError naming the option
 */
export function assertDistinctSecrets(uses: readonly SecretUse[]): void {
  const known = new Map<string, string>();
  for (const { option, digests } of uses) {
    const other = digests.map((digest) => known.get(digest)).find((found) => found !== undefined);
    if (other !== undefined) {
      const remedy = 'Make another one: node -p "crypto.randomBytes(64).toString(\'base64\')"';
      throw new ConfigurationError(option, `uses a secret that ${other} uses too`, remedy);
    }
    for (const digest of digests) known.set(digest, option);
  }
}

/** One use of a secret that is given as text. */
export function usedAsText(option: string, texts: readonly string[]): SecretUse {
  return { option, digests: texts.flatMap((text) => secretDigests(Buffer.from(text, 'utf8'))) };
}
