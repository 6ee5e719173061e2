import { ConfigurationError } from '../kernel/errors.js';
import { secretDigests } from '../kernel/config/secret-readings.js';
import type { Evidence } from '../ports/evidence.js';
import type { EnrolmentOptions } from './enrolment.js';

/** One use of secrets, by the option that names them. */
interface Use {
  readonly option: string;
  /** Of the secrets, in every encoding. */
  readonly digests: readonly string[];
}

/**
 * Refuses one secret for two uses, in whatever encoding: an attacker who learns it from one could forge in the other. All
 * kinds of evidence in `evidence` count as one use, since two headers may carry tokens of one account.
 *
 * @throws ConfigurationError naming the option
 */
export function assertDistinctSecrets(
  { secret = [], hashKey, enrolment = [] }: EnrolmentOptions,
  evidence: readonly Evidence[],
): void {
  const uses: readonly Use[] = [
    { option: 'evidence', digests: evidence.flatMap((each) => each.secretDigests?.() ?? []) },
    ...enrolment.map(({ kind, secretDigests: digests }) => ({
      option: `enrolment (${kind})`,
      digests: digests?.() ?? [],
    })),
    { option: 'secret', digests: [secret].flat().flatMap(digestsOfText) },
    { option: 'hashKey', digests: hashKey === undefined ? [] : digestsOfText(hashKey) },
  ];
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

function digestsOfText(text: string): readonly string[] {
  return secretDigests(Buffer.from(text, 'utf8'));
}
