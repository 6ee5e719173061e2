import type { Watchers } from './watchers.js';

/** Why there is no answer, in words for the operator: never a URL, a credential or any part of the answer. */
export class FetchFailure extends Error {
  override readonly name: string = 'FetchFailure';
}

/** What is asked of a server. */
export interface Question {
  /** Default GET. */
  readonly method?: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How long an answer is waited for, and how much of it is read. */
export interface FetchLimits {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds from the request to the last byte of the body. */
  readonly timeoutMs: number;
  /** The largest body that is read, after decompression. */
  readonly maxBytes: number;
  /** The same of an answer with another status than 200, which may say why. Default 0: it is not read. */
  readonly maxErrorBytes?: number;
  /** Gives up early. */
  readonly signal?: AbortSignal | undefined;
  /** Are told how it went. */
  readonly watchers: Watchers;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty unless the status is 200, or errors are read and this one came whole and in time. */
  readonly body: Buffer;
}

/**
 * Asks one question: the library's only way to the network. No redirect is followed, and neither a slow nor an
 * endless answer is waited for. The connection ends when the promise settles.
 *
 * @throws FetchFailure (as a rejection), and nothing else
 */
export async function fetchBody(url: string, question: Question, limits: FetchLimits): Promise<Answer> {
  const { watchers } = limits;
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  try {
    const answer = await answerTo(url, question, limits);
    watchers.tell(url, { durationMs: elapsed(), status: answer.status });
    return answer;
  } catch (error) {
    watchers.tell(url, { durationMs: elapsed(), cause: (error as FetchFailure).message });
    throw error;
  }
}

async function answerTo(url: string, question: Question, limits: FetchLimits): Promise<Answer> {
  const stop = new AbortController();
  const end = Promise.race([expiry(limits.timeoutMs), abortion(limits.signal, stop.signal)]);
  const inTime = <T>(work: Promise<T>): Promise<T> => Promise.race([work, end]);
  try {
    const response = await inTime(ask(url, question, limits.fetch, stop.signal));
    const { status, headers } = response;
    if (status === 200)
      return { status, headers, body: await inTime(readBody(response, limits.maxBytes, stop.signal)) };
    const { maxErrorBytes = 0 } = limits;
    if (maxErrorBytes === 0) return { status, headers, body: NOTHING };
    // The status says what happened; the body is for the operator, if it arrives.
    const reading = inTime(readBody(response, maxErrorBytes, stop.signal));
    return { status, headers, body: await reading.catch(() => NOTHING) };
  } catch (error) {
    throw error instanceof FetchFailure ? error : new FetchFailure(describe(error));
  } finally {
    stop.abort();
  }
}

async function ask(
  url: string,
  question: Question,
  fetch: FetchLimits['fetch'],
  signal: AbortSignal,
): Promise<Response> {
  // Not `error`, which Cloudflare's workerd does not take.
  const response = await fetch(url, { ...question, redirect: 'manual', signal });
  if (response.redirected) throw new FetchFailure('the answer came from a redirect');
  if (REDIRECTS.has(response.status) || response.type === 'opaqueredirect')
    throw new FetchFailure('the answer is a redirect');
  // From a `fetch` that was given: what reads the answer counts on these.
  if (typeof response.status !== 'number' || typeof response.headers.get !== 'function')
    throw new FetchFailure('the answer is not a Response');
  return response;
}

/** The redirect statuses of the fetch standard. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const NOTHING = Buffer.alloc(0);

async function readBody(response: Response, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const limit = maxBytes < 1_048_576 ? `${maxBytes / 1024} KiB` : `${maxBytes / 1_048_576} MiB`;
  const tooLarge = new FetchFailure(`the answer is over ${limit}`);
  if (Number(response.headers.get('content-length')) > maxBytes) throw tooLarge;
  const reader = response.body?.getReader();
  // Not left to fetch: Node's loses the signal when its Request object is collected (nodejs/node#55428).
  signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > maxBytes) throw tooLarge;
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

/** Rejects at the deadline, whether or not the fetch that was given heeds its signal. */
function expiry(timeoutMs: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    const expired = new FetchFailure(`there was no complete answer within ${timeoutMs} ms`);
    AbortSignal.timeout(timeoutMs).addEventListener('abort', () => reject(expired));
  });
}

/** Rejects when the caller gives up; listens no longer than `until`. */
function abortion(signal: AbortSignal | undefined, until: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const givenUp = new FetchFailure('the caller gave up');
    if (signal?.aborted === true) return reject(givenUp);
    return signal?.addEventListener('abort', () => reject(givenUp), { once: true, signal: until });
  });
}

/** Only the code of the system, OpenSSL or HTTP error: messages and other members may hold parts of the answer. */
function describe(error: unknown): string {
  const reason = error instanceof Error ? (error.cause ?? error) : error;
  if (!(reason instanceof Error)) return 'the request failed';
  const code = 'code' in reason ? String(reason.code) : '';
  return /^\w{1,64}$/.test(code) ? `the request failed (${code})` : 'the request failed';
}
