import { connect } from 'node:net';
import type { FieldLine, WireRequest, WireResponse } from './message.js';
import { recorded } from './record.js';

/** Longer than any server here takes: a request that is never answered fails its test. */
const DEADLINE_MS = 10_000;

/**
 * Sends one HTTP/1.1 request over a socket of its own, without any of the care of an HTTP client: repeated
 * fields, any bytes and any target go out as given.
 */
export async function sendHttp1(port: number, request: WireRequest): Promise<WireResponse> {
  const [response] = await sendInTurn(port, [request]);
  return response as WireResponse;
}

/** Sends requests on one connection, without waiting in between; each but the last has to keep it open. */
export function sendInTurn(port: number, requests: readonly WireRequest[]): Promise<readonly WireResponse[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const responses: WireResponse[] = [];
    let rest: Buffer = Buffer.alloc(0);
    const take = (ended: boolean, problem: string): void => {
      try {
        for (const request of requests.slice(responses.length)) {
          const parsed = parseResponse(rest, request.method ?? 'GET', ended);
          if (parsed === undefined) break;
          responses.push(recorded(request, parsed.response));
          rest = rest.subarray(parsed.length);
        }
        if (responses.length === requests.length) resolve(responses);
        else if (ended) reject(new Error(`${problem} after ${responses.length} answers`));
        else return;
      } catch (error) {
        reject(error);
      }
      socket.destroy();
    };
    socket.setTimeout(DEADLINE_MS, () => take(true, 'no complete answer in time'));
    // A server that refuses early may reset the connection while the request is still being written.
    socket.on('error', ({ message }) => take(true, message));
    socket.on('end', () => take(true, 'the connection ended'));
    socket.on('data', (part) => {
      rest = Buffer.concat([rest, part]);
      take(false, '');
    });
    for (const request of requests) for (const part of serialize(request)) socket.write(part);
  });
}

/** Sends a request, which need not be whole, and breaks the connection off without waiting for an answer. */
export async function breakOff(port: number, request: WireRequest): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  for (const part of serialize(request)) {
    await new Promise<void>((resolve) => void socket.write(part, () => resolve()));
  }
  socket.destroy();
}

function* serialize({ method = 'GET', target, headers = [], body }: WireRequest): Generator<Uint8Array> {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const parts = body === undefined || body instanceof Uint8Array ? undefined : body;
  const added: FieldLine[] = [];
  if (!given.has('host')) added.push(['Host', 'api.example.com']);
  if (!given.has('connection')) added.push(['Connection', 'close']);
  if (parts !== undefined) added.push(['Transfer-Encoding', 'chunked']);
  else if (body !== undefined && !given.has('content-length'))
    added.push(['Content-Length', String(body.length)]);
  const lines = [...added, ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  yield Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  if (parts === undefined) {
    if (body !== undefined) yield body as Uint8Array;
    return;
  }
  for (const part of parts)
    yield Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  yield Buffer.from('0\r\n\r\n');
}

/** Reads the first answer (RFC 9112 §6.3) and says how long it is; undefined while it is incomplete. */
function parseResponse(
  bytes: Buffer,
  method: string,
  ended: boolean,
): { response: WireResponse; length: number } | undefined {
  const endOfHead = bytes.indexOf('\r\n\r\n');
  if (endOfHead < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, endOfHead).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] ([1-5][0-9][0-9])( |$)/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`not a status line: ${statusLine}`);
  const headers = lines.map((line): FieldLine => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const start = endOfHead + 4;
  const rest = bytes.subarray(start);
  const none = method === 'HEAD' || status === 101 || status === 204 || status === 304;
  const found = none ? { body: Buffer.alloc(0), length: 0 } : parseBody(rest, new Map(headers), ended);
  if (found === undefined) return undefined;
  return { response: { status, headers, body: found.body.toString('utf8') }, length: start + found.length };
}

interface ParsedBody {
  readonly body: Buffer;
  /** Of the body as it is on the wire. */
  readonly length: number;
}

function parseBody(
  rest: Buffer,
  headers: ReadonlyMap<string, string>,
  ended: boolean,
): ParsedBody | undefined {
  if (headers.get('transfer-encoding') === 'chunked') return parseChunks(rest);
  const declared = headers.get('content-length');
  const length = declared === undefined ? rest.length : Number(declared);
  if (declared === undefined ? !ended : rest.length < length) return undefined;
  return { body: rest.subarray(0, length), length };
}

/** Without trailers, which no server here sends. */
function parseChunks(rest: Buffer): ParsedBody | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.subarray(at, lineEnd).toString('latin1'), 16);
    if (Number.isNaN(size)) throw new Error('not a chunk size');
    const start = lineEnd + 2;
    const end = start + size + 2;
    if (rest.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), length: end };
    chunks.push(rest.subarray(start, start + size));
    at = end;
  }
}
