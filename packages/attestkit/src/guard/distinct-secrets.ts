import { ConfigurationError } from '../kernel/errors.js';
import { secretDigests } from '../kernel/secret-readings.js';
import type { Evidence } from '../ports/evidence.js';
import type { EnrolmentOptions } from './enrolment.js';

/** Where secrets are used, by the option that names them. */
interface Use {
  readonly option: string;
  /** Of the secrets, in every encoding. */
  readonly digests: readonly string[];
}

/**
 * Refuses one secret for two ends, in whatever encoding: who learns it in one place could forge in the other. All that a
 * request carries counts as one place, since two headers may have tokens of one account.
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
      throw new ConfigurationError(option, `has a secret that ${other} has too`, remedy);
    }
    for (const digest of digests) known.set(digest, option);
  }
}

function digestsOfText(text: string): readonly string[] {
  return secretDigests(Buffer.from(text, 'utf8'));
}
