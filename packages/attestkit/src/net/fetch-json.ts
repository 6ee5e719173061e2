import { readJsonObject, type JsonObject } from '../kernel/json.js';

/** The largest body that is read, after decompression: 1 MiB. A key set takes a few KiB. */
const MAX_BYTES = 1_048_576;

/** Why there is no document, in words for the operator: never a URL, a credential or any part of the answer. */
export class FetchFailure extends Error {
  override readonly name: string = 'FetchFailure';
}

interface FetchJsonOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds from the request to the last byte of the body. */
  readonly timeoutMs: number;
}

/**
 * GETs one JSON object: the library's only way to the network. No redirect is followed, the status has to be
 * 200, and neither a slow nor an endless answer is waited for. The connection ends when the promise settles.
 *
 * @throws FetchFailure (as a rejection), and nothing else
 */
export async function fetchJson(url: string, { fetch, timeoutMs }: FetchJsonOptions): Promise<JsonObject> {
  const stop = new AbortController();
  try {
    return await Promise.race([download(url, fetch, stop.signal), expiry(timeoutMs)]);
  } catch (error) {
    throw error instanceof FetchFailure ? error : new FetchFailure(describe(error));
  } finally {
    stop.abort();
  }
}

async function download(
  url: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<JsonObject> {
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const response = await fetch(url, { headers, redirect: 'error', signal });
  if (response.redirected) throw new FetchFailure('the answer came from a redirect');
  if (response.status !== 200) throw new FetchFailure(`the answer has the HTTP status ${response.status}`);
  const document = readJsonObject(await readBody(response, signal));
  if (document === undefined) throw new FetchFailure('the answer is not a JSON object in UTF-8');
  return document;
}

async function readBody(response: Response, signal: AbortSignal): Promise<Buffer> {
  const tooLarge = new FetchFailure('the answer is over 1 MiB');
  if (Number(response.headers.get('content-length')) > MAX_BYTES) throw tooLarge;
  const reader = response.body?.getReader();
  // Not left to fetch: Node's loses the signal when its Request object is collected (nodejs/node#55428).
  signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > MAX_BYTES) throw tooLarge;
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

/** Only the code of the system, OpenSSL or HTTP error: messages and other members may hold parts of the answer. */
function describe(error: unknown): string {
  const reason = error instanceof Error ? (error.cause ?? error) : error;
  if (!(reason instanceof Error)) return 'the request failed';
  if (reason.message === 'unexpected redirect') return 'the answer is a redirect';
  const code = 'code' in reason ? String(reason.code) : '';
  return /^\w{1,64}$/.test(code) ? `the request failed (${code})` : 'the request failed';
}
