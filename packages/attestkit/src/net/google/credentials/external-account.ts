import { ConfigurationError } from '../../../kernel/errors.js';
import { isJsonObject, type JsonObject } from '../../../kernel/bytes/json.js';
import { readSubjectSource, type CredentialSource } from './subject-source.js';
import type { SubjectSource } from './subject-token.js';

/**
 * A configuration of workload identity federation, as `gcloud iam workload-identity-pools create-cred-config` makes it
 * (AIP-4117). It holds no secret. Further members are ignored.
 */
export interface ExternalAccountFile {
  readonly type: 'external_account';
  /** `//iam.googleapis.com/projects/…/locations/global/workloadIdentityPools/…/providers/…` */
  readonly audience: string;
  /** `urn:ietf:params:oauth:token-type:jwt`, `…:id_token` or `…:saml2`. */
  readonly subject_token_type: string;
  /** `https://sts.googleapis.com/v1/token` and nothing else. */
  readonly token_url: string;
  readonly credential_source: CredentialSource;
  /** `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/…:generateAccessToken` */
  readonly service_account_impersonation_url?: string | undefined;
  readonly service_account_impersonation?:
    | {
        /** Seconds, 600 to 43200. Default 3600. */
        readonly token_lifetime_seconds?: number | undefined;
      }
    | undefined;
  /** `googleapis.com` and nothing else. */
  readonly universe_domain?: string | undefined;
}

/** The file, read and ready. */
export interface ExternalAccount {
  readonly audience: string;
  readonly subjectTokenType: string;
  readonly source: SubjectSource;
  readonly impersonation: { readonly url: string; readonly seconds: number | undefined } | undefined;
}

/** Google's Security Token Service. Pinned: who names another place gets the subject token. */
export const STS_URL = 'https://sts.googleapis.com/v1/token';

const TOKEN_TYPES: readonly unknown[] = [
  'urn:ietf:params:oauth:token-type:jwt',
  'urn:ietf:params:oauth:token-type:id_token',
  'urn:ietf:params:oauth:token-type:saml2',
];

const AUDIENCE =
  /^\/\/iam\.googleapis\.com\/projects\/[a-z0-9-]+\/locations\/[a-z0-9-]+\/workloadIdentityPools\/[a-z0-9-]+\/providers\/[a-z0-9-]+$/;

const IMPERSONATION =
  /^https:\/\/iamcredentials\.googleapis\.com\/v1\/projects\/-\/serviceAccounts\/[A-Za-z0-9._-]+(@[A-Za-z0-9.-]+)?:generateAccessToken$/;

/**
 * Reads a configuration of workload identity federation.
 *
 * @throws ConfigurationError naming the member: `credentials.token_url`
 */
export function readExternalAccount(file: JsonObject): ExternalAccount {
  const { audience, subject_token_type: type, token_url: tokenUrl, credential_source: source } = file;
  const { universe_domain: universe } = file;
  if (universe !== undefined && universe !== 'googleapis.com')
    throw refused(
      'universe_domain',
      'is another cloud than googleapis.com',
      'Only Google’s own is supported.',
    );
  if (typeof audience !== 'string' || !AUDIENCE.test(audience)) {
    const remedy =
      'Give //iam.googleapis.com/projects/…/locations/…/workloadIdentityPools/…/providers/…; workforce pools are for people.';
    throw refused('audience', 'is not the provider of a workload identity pool', remedy);
  }
  if (tokenUrl !== STS_URL)
    throw refused(
      'token_url',
      'is not Google’s Security Token Service',
      `Give ${STS_URL}: have the file made without --sts-location.`,
    );
  const impersonation = readImpersonation(file);
  const subject = readSubjectSource(source);
  if (!TOKEN_TYPES.includes(type))
    throw refused('subject_token_type', 'is not supported', `Give one of ${TOKEN_TYPES.join(', ')}.`);
  return { audience, subjectTokenType: type as string, source: subject, impersonation };
}

function readImpersonation(file: JsonObject): ExternalAccount['impersonation'] {
  const { service_account_impersonation_url: url, service_account_impersonation: how } = file;
  if (url === undefined) return undefined;
  if (typeof url !== 'string' || !IMPERSONATION.test(url)) {
    const remedy =
      'Give https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/EMAIL:generateAccessToken.';
    throw refused('service_account_impersonation_url', 'is not Google’s service for that', remedy);
  }
  const seconds = isJsonObject(how) ? how['token_lifetime_seconds'] : undefined;
  const isLifetime = Number.isInteger(seconds) && (seconds as number) >= 600 && (seconds as number) <= 43_200;
  if ((how !== undefined && !isJsonObject(how)) || (seconds !== undefined && !isLifetime)) {
    const remedy = 'Give token_lifetime_seconds from 600 to 43200, or leave it out.';
    throw refused('service_account_impersonation', 'is not a lifetime', remedy);
  }
  return { url, seconds: seconds as number | undefined };
}

function refused(member: string, problem: string, remedy: string): ConfigurationError {
  return new ConfigurationError(`credentials.${member}`, problem, remedy);
}
