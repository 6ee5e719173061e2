import { isJsonObject } from '../../../kernel/bytes/json.js';
import { readUnsignedJson } from '../../../kernel/bytes/unsigned-json.js';
import { STS_URL, type ExternalAccount } from './external-account.js';
import {
  assertGranted,
  isToken,
  readGrant,
  Ungranted,
  unusable,
  type Grant,
  type GrantRequest,
  type TokenSource,
} from './grant.js';
import { subjectToken } from './subject-token.js';

/** What the token of the pool must be good for, to be exchanged for one of a service account (AIP-4117). */
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Access tokens by workload identity federation: the token of another identity provider is exchanged for one of the pool
 * (RFC 8693), and that, if the configuration says so, for one of a service account. No key exists.
 */
export function federatedTokens(account: ExternalAccount): TokenSource {
  return async (request) => {
    const subject = await subjectToken(account.source, request);
    const { impersonation } = account;
    if (impersonation === undefined) return exchanged(account, subject, request.scope, request);
    const pool = await exchanged(account, subject, CLOUD_PLATFORM, request);
    return impersonated(impersonation, pool, request);
  };
}

/** Google Cloud, Security Token Service API, Method: token. */
async function exchanged(
  { audience, subjectTokenType }: ExternalAccount,
  subject: string,
  scope: string,
  { ask }: GrantRequest,
): Promise<Grant> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience,
    scope,
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: subject,
    subject_token_type: subjectTokenType,
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  const answer = await ask(STS_URL, { method: 'POST', headers, body });
  assertGranted(answer, [
    'the subject token was not exchanged for an access token',
    'check that it is current, and the pool’s provider and conditions',
  ]);
  return readGrant(answer);
}

/** IAM Service Account Credentials API, projects.serviceAccounts.generateAccessToken. */
async function impersonated(
  { url, seconds }: NonNullable<ExternalAccount['impersonation']>,
  pool: Grant,
  { ask, scope, now }: GrantRequest,
): Promise<Grant> {
  const headers = { authorization: `Bearer ${pool.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ scope: [scope], ...(seconds !== undefined && { lifetime: `${seconds}s` }) });
  const answer = await ask(url, { method: 'POST', headers, body });
  assertGranted(answer, [
    'the service account could not be impersonated',
    'check the role Workload Identity User and the IAM Service Account Credentials API',
  ]);
  const document = readUnsignedJson(answer.body);
  const { accessToken: token, expireTime } = isJsonObject(document) ? document : {};
  const lifetime = typeof expireTime === 'string' ? Date.parse(expireTime) - now() : Number.NaN;
  if (!isToken(token) || Number.isNaN(lifetime)) throw unusable();
  if (lifetime <= 0)
    throw new Ungranted('misconfigured', 'the access token has expired already: check the clock');
  return { token, lifetime };
}
