import { utf8 } from '../bytes/utf8.js';
import { ClientError } from '../client-error.js';

/** What `fetch` takes. */
export type Body = NonNullable<RequestInit['body']>;

/** A request as it is sent, every time. */
export interface Sendable {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Body | undefined;
  /** Whether the body can be sent more than once. */
  readonly isRepeatable: boolean;
  /** All else of the call: `signal`, `credentials`, `cache`. */
  readonly rest: RequestInit;
}

/** Reads the arguments of `fetch`: a URL or a request, and options that come before those of the request. */
export async function sendableOf(
  input: string | URL | Request,
  init: RequestInit,
  base: string,
): Promise<Sendable> {
  const { method, headers, body, ...rest } = init;
  const isRequest = typeof input === 'object' && 'method' in input && 'headers' in input;
  const given = isRequest ? input : undefined;
  const verb = (method ?? given?.method ?? 'GET').toUpperCase();
  const fields = new Headers(headers ?? given?.headers);
  if (isParameters(body) && !fields.has('content-type'))
    fields.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
  // Before anything is waited for: the app may use its buffer again.
  const copy = copied(body);
  const own = copy ?? (given === undefined ? undefined : await bodyOf(given, verb));
  return {
    url: absolute(given?.url ?? String(input), base),
    method: verb,
    headers: fields,
    body: own ?? undefined,
    isRepeatable: isRepeatable(own),
    rest:
      given === undefined
        ? rest
        : { ...Object.fromEntries(OF_REQUEST.map((name) => [name, given[name]])), ...rest },
  };
}

/** What of a request goes on with it. */
const OF_REQUEST = ['signal', 'redirect', 'credentials', 'cache'] as const;

function copied(body: Body | null | undefined): Body | null | undefined {
  if (isParameters(body)) return String(body);
  if (body instanceof ArrayBuffer) return body.slice(0);
  return ArrayBuffer.isView(body) ? (bytesOf(body).slice() as Uint8Array<ArrayBuffer>) : body;
}

function isParameters(body: unknown): body is URLSearchParams {
  return typeof URLSearchParams !== 'undefined' && body instanceof URLSearchParams;
}

/** Some requests do not have the member `body`: then only the bytes tell. */
async function bodyOf(request: Request, method: string): Promise<ArrayBuffer | undefined> {
  if (method === 'GET' || method === 'HEAD' || request.body === null) return undefined;
  const bytes = await request.clone().arrayBuffer();
  return bytes.byteLength === 0 ? undefined : bytes;
}

function absolute(url: string, base: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return url;
  return url.startsWith('/') ? base + url : `${base}/${url}`;
}

/** A stream, or what is read like one, is gone once it was sent. */
function isRepeatable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body !== 'object') return true;
  const isRead = Symbol.asyncIterator in body || 'getReader' in body;
  return !isRead;
}

/**
 * The bytes of a body, which are signed and sent.
 *
 * @throws ClientError `misconfigured` if only the platform knows them
 */
export function bytesOf(body: unknown): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array(0);
  if (typeof body === 'string') return utf8(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  throw new ClientError(
    'misconfigured',
    'a signed body is text or bytes, not a stream, a FormData or a Blob',
  );
}
