import { ClientError } from '../client-error.js';
import type { EvidenceMembers, Fetch } from '../ports.js';
import type { ServerAnswer } from './answers.js';
import { isRedirect } from './redirects.js';

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
  readonly session: string;
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
    body: object | undefined,
    timeoutMs: number,
    read: (value: Record<string, unknown>) => T | undefined,
  ): Promise<Reply<T>> {
    const own = await headers();
    const init: RequestInit = {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...own, ...(body && { 'content-type': 'application/json' }) },
      redirect: 'manual',
      ...(body && { body: JSON.stringify(body) }),
    };
    try {
      return await within(timeoutMs, async (signal) => {
        const response = await fetch(`${base}/${path}`, { ...init, ...(signal && { signal }) });
        return await replyOf(response, `${base}/${path}`, read);
      });
    } catch (cause) {
      if (cause instanceof ClientError) throw cause;
      return { answer: 'silent', cause };
    }
  }
  return {
    challenge: (label, purpose) =>
      call(
        `challenge?device_id=${encodeURIComponent(label)}&purpose=${purpose}`,
        undefined,
        OTHERS_MS,
        readChallenge,
      ),
    attest: (body) => call('attest', body, ATTEST_MS, readIssued),
    assert: (body) => call('assert', body, OTHERS_MS, readIssued),
    refresh: (token) => call('refresh', { refresh_token: token }, OTHERS_MS, readIssued),
    revoke: (token) => call('revoke', { token }, OTHERS_MS, (value) => value),
  };
}

const ANSWER_OF: Readonly<Record<number, ServerAnswer>> = {
  400: 'invalid',
  401: 'unproven',
  403: 'refused',
  409: 'conflict',
  429: 'busy',
  503: 'busy',
};

async function replyOf<T>(
  response: Response,
  url: string,
  read: (value: Record<string, unknown>) => T | undefined,
): Promise<Reply<T>> {
  const { status } = response;
  if (status === 200) {
    const value = read((await response.json()) as Record<string, unknown>);
    // What is not the server's answer may be a hotel's page.
    return value === undefined ? { answer: 'silent', status } : { answer: 'ok', value, status };
  }
  if (isRedirect(response))
    throw new ClientError('misconfigured', `${url} redirects: give the URL that answers itself`, { status });
  if ([404, 405, 413].includes(status))
    throw new ClientError('misconfigured', `${url} answered ${status}: see baseUrl and devicePath`, {
      status,
    });
  const answer = ANSWER_OF[status] ?? (status >= 500 ? 'busy' : 'silent');
  return { answer, status, retryAfterMs: retryAfterOf(response) };
}

/** Seconds, or a date (RFC 9110 §10.2.3), at most an hour. */
export function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}

function readChallenge({ challenge, expires_in }: Record<string, unknown>): IssuedChallenge | undefined {
  // What is in it goes into a signed text, line by line, and into a header field.
  if (typeof challenge !== 'string' || !/^[A-Za-z0-9_-]{1,128}$/.test(challenge)) return undefined;
  return typeof expires_in === 'number' ? { challenge, expiresInMs: expires_in * 1000 } : undefined;
}

function readIssued(value: Record<string, unknown>): Issued | undefined {
  const { session_token: session, expires_in, refresh_token: refreshToken, refresh_expires_in } = value;
  if (!isToken(session) || !isToken(refreshToken)) return undefined;
  if (typeof expires_in !== 'number' || typeof refresh_expires_in !== 'number') return undefined;
  return {
    session,
    expiresInMs: expires_in * 1000,
    refreshToken,
    refreshExpiresInMs: refresh_expires_in * 1000,
  };
}

/** Visible ASCII: it becomes the value of a header field. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]+$/.test(value);
}

/** Rejects if there is no result in time. `AbortSignal.timeout` is missing in React Native. */
async function within<T>(ms: number, run: (signal: AbortSignal | undefined) => Promise<T>): Promise<T> {
  const controller = typeof AbortController === 'undefined' ? undefined : new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${ms / 1000} s`));
      controller?.abort();
    }, ms);
  });
  try {
    return await Promise.race([run(controller?.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
