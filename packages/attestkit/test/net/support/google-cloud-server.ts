import type { IncomingHttpHeaders } from 'node:http';
import type { RequestListener } from 'node:http';
import { Watchers } from '../../../src/net/watchers.js';
import { AccessTokens } from '../../../src/net/google/credentials/access.js';
import { readCredentials, type GoogleCredentials } from '../../../src/net/google/credentials/credentials.js';
import { json } from './google-server.js';
import { jwksServer } from './jwks-server.js';

/** One question as a fake saw it. */
export interface CloudQuestion {
  readonly method: string | undefined;
  /** As it was asked, before the test led it to this machine. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/pool-1/providers/provider-1';
export const IMPERSONATION =
  'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/verifier@example-id.iam.gserviceaccount.com:generateAccessToken';
export const STS = 'https://sts.googleapis.com/v1/token';
export const SUBJECT_URL = 'https://idp.example/token?audience=x';

/** A configuration as gcloud makes it. */
export const EXTERNAL = {
  type: 'external_account',
  audience: AUDIENCE,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: STS,
  universe_domain: 'googleapis.com',
  credential_source: { url: SUBJECT_URL },
} as const;

const NOW = Date.UTC(2026, 0, 1);

/** An answer with an access token. */
export function access(token: string, seconds = 3600): RequestListener {
  return json({ access_token: token, expires_in: seconds, token_type: 'Bearer' });
}

/** What generateAccessToken answers. */
export function impersonatedUntil(ms: number, token = 'impersonated'): RequestListener {
  return json({ accessToken: token, expireTime: new Date(ms).toISOString() });
}

/** Google's services and an identity provider on this machine, and access tokens of them with a clock that the test moves. */
export async function cloud(options: GoogleCredentials, timeoutMs = 3000) {
  const clock = { ms: NOW };
  const asked: CloudQuestion[] = [];
  const answers: Record<string, RequestListener> = {
    'sts.googleapis.com': access('pool'),
    'iamcredentials.googleapis.com': impersonatedUntil(NOW + 3_600_000),
    'idp.example': (_request, response) => void response.writeHead(200).end('subject'),
  };
  const server = await jwksServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, headers } = request;
      const url = decodeURIComponent((request.url ?? '').slice(1));
      asked.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      (answers[new URL(url).hostname] ?? json({}, 404))(request, response);
    });
  });
  const base = server.url.replace('/keys', '');
  const fetch: typeof globalThis.fetch = (input, init) =>
    globalThis.fetch(`${base}/${encodeURIComponent(input as string)}`, init);
  const source = readCredentials(options);
  const tokens = new AccessTokens({
    source,
    scope: 'https://scope',
    timeoutMs,
    fetch,
    now: () => clock.ms,
    watchers: new Watchers(),
  });
  return { asked, answers, clock, tokens, server };
}
