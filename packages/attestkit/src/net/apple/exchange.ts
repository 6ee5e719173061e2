import { decodeBase64 } from '../../kernel/bytes/base64.js';
import type { ReceiptEnvironment, ReceiptExchange, ReceiptExchanger } from '../../ports/receipts.js';
import { isFailed, type Attempt, type FailedExchange, type Retry } from './retry.js';
import type { ProviderToken } from './provider-token.js';
import { fetchBody, FetchFailure, type Answer } from '../fetch-body.js';
import { Watchers } from '../watchers.js';

/** Base64 of a receipt, which has some 4 KiB. */
const MAX_BYTES = 32_768;

/** Seconds without another request after one that was answered by nothing of use. */
const COOLDOWN = 30;

/** The longest `Retry-After` that is believed, in seconds. */
const LONGEST_WAIT = 3600;

export interface ExchangeSettings {
  readonly token: ProviderToken;
  readonly endpoints: Readonly<Record<ReceiptEnvironment, string>>;
  readonly retry: Retry;
  readonly fetch: typeof globalThis.fetch | undefined;
}

/** An environment that failed, and when it is worth asking again, by the monotonic clock. */
interface Closed {
  readonly exchange: FailedExchange;
  readonly until: number;
}

/** One receipt after another, to the endpoint of its environment. */
export class AppleReceipts implements ReceiptExchanger {
  readonly watchers = new Watchers();
  readonly watch = this.watchers.watch;
  readonly #settings: ExchangeSettings;
  readonly #closed = new Map<ReceiptEnvironment, Closed>();

  constructor(settings: ExchangeSettings) {
    this.#settings = settings;
  }

  async exchange(
    receipt: Uint8Array,
    environment: ReceiptEnvironment,
    signal?: AbortSignal,
  ): Promise<ReceiptExchange> {
    const { retry } = this.#settings;
    const closed = this.#closed.get(environment);
    const left = closed === undefined ? 0 : closed.until - retry.elapsed();
    if (closed !== undefined && left > 0)
      return { ...closed.exchange, retryAfter: Math.max(1, Math.ceil(left / 1000)) };

    const body = Buffer.from(receipt).toString('base64');
    const exchange = await retry.run((timeoutMs) => this.#try(body, environment, timeoutMs, signal), signal);
    // That one caller gave up says nothing about the service.
    if (isFailed(exchange) && signal?.aborted !== true)
      this.#closed.set(environment, { exchange, until: retry.elapsed() + exchange.retryAfter * 1000 });
    return exchange;
  }

  async #try(
    body: string,
    environment: ReceiptEnvironment,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Attempt> {
    const { token, endpoints, fetch = globalThis.fetch } = this.#settings;
    try {
      // The token stands alone, without a scheme; the body is text (Apple, Assessing fraud risk).
      const authorization = token.current();
      const headers = { authorization, 'content-type': 'text/plain' };
      const question = { method: 'POST', headers, body } as const;
      const limits = { fetch, timeoutMs, maxBytes: MAX_BYTES, signal, watchers: this.watchers };
      const answer = await fetchBody(endpoints[environment], question, limits);
      if (answer.status === 401) token.drop(authorization);
      return read(answer);
    } catch (error) {
      return unavailable(error instanceof FetchFailure ? error.message : 'the request failed');
    }
  }
}

/** What each status means (Apple, Assessing fraud risk, the table of responses). */
function read({ status, headers, body }: Answer): Attempt {
  switch (status) {
    case 200: {
      const receipt = decodeBase64(body.toString('latin1').trim());
      if (receipt === undefined || receipt.length === 0) return unavailable('the answer is not base64');
      return { exchange: { outcome: 'renewed', receipt } };
    }
    case 304:
      return { exchange: { outcome: 'too-early' } };
    case 400:
      return { exchange: { outcome: 'rejected' } };
    case 401:
      return { exchange: { outcome: 'unauthorized' } };
    case 404:
      return { exchange: { outcome: 'no-data' } };
    case 429:
      return failed('throttled', 'there were too many requests', retryAfter(headers));
    default:
      if (status < 500) return { exchange: { outcome: 'unexpected', status } };
      return failed('unavailable', `the answer has the HTTP status ${status}`, retryAfter(headers));
  }
}

function unavailable(problem: string): Attempt {
  return failed('unavailable', problem, undefined);
}

function failed(outcome: 'throttled' | 'unavailable', problem: string, wait: number | undefined): Attempt {
  return { exchange: { outcome, problem, retryAfter: Math.max(1, wait ?? COOLDOWN) }, wait };
}

/** Seconds, or undefined if the field is absent or makes no sense (RFC 9110 §10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), LONGEST_WAIT);
  // The server's own clock, if it says it: this machine's may differ.
  const sent = headers.get('date');
  const from = sent === null ? Date.now() : Date.parse(sent);
  const seconds = Math.ceil((Date.parse(text) - from) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_WAIT) : undefined;
}
