import { ClientError } from '../client-error.js';
import type { EvidenceMembers, Fetch } from '../ports.js';
import type { ServerAnswer } from './answers.js';
import { within } from '../deadline.js';
import { isRedirect, wasRedirected } from './redirects.js';

/** What an endpoint answered. */
export interface Reply<T, A extends string = ServerAnswer> {
  readonly answer: A;
  /** Of the answer 200. */
  readonly value?: T | undefined;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Why there is no answer. */
  readonly cause?: unknown;
}

/** A session with the refresh token for the next one. */
export interface Issued {
  /** The session token. */
  readonly token: string;
  readonly expiresInMs: number;
  readonly refreshToken: string;
  readonly refreshExpiresInMs: number;
}

export interface IssuedChallenge {
  readonly challenge: string;
  readonly expiresInMs: number;
}

export type Purpose = 'attest' | 'assert' | 'request';

/** The device endpoints of the server. */
export interface Endpoints {
  challenge(label: string, purpose: Purpose): Promise<Reply<IssuedChallenge>>;
  attest(body: EvidenceMembers): Promise<Reply<Issued>>;
  assert(body: EvidenceMembers): Promise<Reply<Issued>>;
  refresh(token: string): Promise<Reply<Issued>>;
  revoke(token: string): Promise<Reply<unknown>>;
}

/** The server may take 30 s to verify evidence. */
const ATTEST_MS = 40_000;
const OTHERS_MS = 20_000;

/**
 * @param base URL of the endpoints, without a slash at its end
 * @param headers of the app's own login, for each call
 */
export function endpointsAt(
  base: string,
  fetch: Fetch,
  headers: () => Promise<Record<string, string>>,
): Endpoints {
  async function call<T>(
    path: string,
    read: (value: Record<string, unknown>) => T | undefined,
    body?: object,
    timeoutMs = OTHERS_MS,
  ): Promise<Reply<T>> {
    // A login that fails must not look like a server that is silent.
    const own = await within(timeoutMs, headers);
    try {
      return await within(timeoutMs, async (signal) => {
        const fields: Record<string, string> = {};
        for (const [name, value] of Object.entries(own)) fields[name.toLowerCase()] = value;
        if (body) fields['content-type'] = 'application/json';
        const url = `${base}/${path}`;
        const init: RequestInit = {
          method: body ? 'POST' : 'GET',
          headers: fields,
          redirect: 'manual',
          signal: signal ?? null,
          body: body ? JSON.stringify(body) : null,
        };
        return await replyOf(await fetch(url, init), url, read);
      });
    } catch (cause) {
      if (cause instanceof ClientError) throw cause;
      return { answer: 'silent', cause };
    }
  }
  return {
    challenge: (label, purpose) =>
      call(`challenge?device_id=${encodeURIComponent(label)}&purpose=${purpose}`, readChallenge),
    attest: (body) => call('attest', readIssued, body, ATTEST_MS),
    assert: (body) => call('assert', readIssued, body),
    refresh: (token) => call('refresh', readIssued, { refresh_token: token }),
    revoke: (token) => call('revoke', (value) => value, { token }),
  };
}

const ANSWER_OF: Readonly<Record<number, ServerAnswer>> = {
  400: 'invalid',
  401: 'unproven',
  403: 'refused',
  409: 'conflict',
  429: 'busy',
};

async function replyOf<T>(
  response: Response,
  url: string,
  read: (value: Record<string, unknown>) => T | undefined,
): Promise<Reply<T>> {
  const { status } = response;
  if (status === 200 && !wasRedirected(response, url)) {
    const value = read((await response.json()) as Record<string, unknown>);
    // What is not the server's answer may be a hotel's page.
    return value === undefined ? { answer: 'silent', status } : { answer: 'ok', value, status };
  }
  if (isRedirect(response) || wasRedirected(response, url))
    throw new ClientError('misconfigured', `${url} redirects: give the URL that answers itself`, { status });
  if ([404, 405, 413].includes(status))
    throw new ClientError('misconfigured', `${url} answered ${status}: see baseUrl and devicePath`, {
      status,
    });
  const answer = ANSWER_OF[status] ?? (status >= 500 ? 'busy' : 'silent');
  return { answer, status, retryAfterMs: retryAfterOf(response) };
}

/** At most: a hotel's page may ask for hours, and the phone leaves the hotel. */
const LONGEST_WAIT_MS = 600_000;

/** Seconds, or a date (RFC 9110 §10.2.3), which is compared with that of the answer: the phone's clock may be wrong. */
export function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1000
    : Date.parse(text) - Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

function readChallenge({ challenge, expires_in }: Record<string, unknown>): IssuedChallenge | undefined {
  // What is in it goes into a signed text, line by line, and into a header field.
  if (typeof challenge !== 'string' || !/^[A-Za-z0-9_-]{1,128}$/.test(challenge)) return undefined;
  const expiresInMs = milliseconds(expires_in);
  return expiresInMs === undefined ? undefined : { challenge, expiresInMs };
}

function readIssued(value: Record<string, unknown>): Issued | undefined {
  const { session_token: token, refresh_token: refreshToken } = value;
  const expiresInMs = milliseconds(value['expires_in']);
  const refreshExpiresInMs = milliseconds(value['refresh_expires_in']);
  if (!isToken(token) || !isToken(refreshToken)) return undefined;
  if (expiresInMs === undefined || refreshExpiresInMs === undefined) return undefined;
  return { token, expiresInMs, refreshToken, refreshExpiresInMs };
}

/** Seconds of a life, at most ten years. */
function milliseconds(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, 315_360_000) * 1000 : undefined;
}

/** Visible ASCII: it becomes the value of a header field. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]+$/.test(value);
}
