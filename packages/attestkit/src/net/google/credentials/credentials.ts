import { ConfigurationError } from '../../../kernel/errors.js';
import { readCredentialFile, readServiceAccount, type ServiceAccountKey } from './account.js';
import { assertionTokens } from './assertion.js';
import { readExternalAccount, type ExternalAccountFile } from './external-account.js';
import { federatedTokens } from './federation.js';
import type { TokenSource } from './grant.js';
import { metadataTokens } from './metadata.js';

/** Whose access tokens Google is asked with; exactly one of the two. */
export interface GoogleCredentials {
  /**
   * - `'metadata'`: the service account that is attached to this machine, on Google Cloud (Compute Engine, Cloud Run,
   *   GKE, …). No key exists.
   * - a configuration of workload identity federation (`"type": "external_account"`), for machines elsewhere: its text,
   *   or the same parsed. No key exists.
   * - the key of a service account (`"type": "service_account"`): its text, or the same parsed.
   *
   * The text is that of the file whose path is usual in GOOGLE_APPLICATION_CREDENTIALS, which is not read here.
   *
   * @example
   * googlePlayIntegrity({ credentials: 'metadata' }); // on Google Cloud
   * googlePlayIntegrity({ credentials: readFileSync('credentials.json', 'utf8') });
   */
  readonly credentials?: 'metadata' | (string & {}) | ExternalAccountFile | ServiceAccountKey | undefined;
  /** The key of a service account: the text of its JSON file, or the same parsed. */
  readonly serviceAccount?: string | ServiceAccountKey | undefined;
}

/**
 * Reads where access tokens come from. Nothing is sent now.
 *
 * @throws ConfigurationError naming the option, its member, or GCE_METADATA_HOST
 */
export function readCredentials({ credentials, serviceAccount }: GoogleCredentials): TokenSource {
  if (credentials !== undefined && serviceAccount !== undefined)
    throw new ConfigurationError('credentials', 'is set beside serviceAccount', 'Give one of them.');
  if (serviceAccount !== undefined) return assertionTokens(readServiceAccount(serviceAccount));
  if (credentials === undefined) throw new ConfigurationError('credentials', 'is not set', REMEDY);
  if (credentials === 'metadata') return metadataTokens();
  const file = readCredentialFile(credentials);
  switch (file?.['type']) {
    case 'external_account':
      return federatedTokens(readExternalAccount(file));
    case 'service_account':
    // A key of which only the members that count were given.
    case undefined:
      if (file === undefined || !Object.hasOwn(file, 'private_key')) break;
      return assertionTokens(readServiceAccount(file, 'credentials'));
    default:
      throw new ConfigurationError('credentials.type', 'is not supported', REMEDY);
  }
  throw new ConfigurationError('credentials', 'is not the JSON of credentials', REMEDY);
}

const REMEDY =
  "Give 'metadata' on Google Cloud, or the content, not the path, of a file of type external_account or service_account.";
