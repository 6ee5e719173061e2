import type { IncomingMessage, ServerResponse } from 'node:http';
import { linesOf } from '../http/lines.js';

/** An answer of the admin listener. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Of answers that only scripts of the pages read. */
const OF_DATA = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** An answer with a text that is JSON. */
export function dataAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { ...OF_DATA, ...headers }, body: text };
}

/** An answer with a value as JSON. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return dataAnswer(status, JSON.stringify(value), headers);
}

/** Thrown wherever a request turns out to be one that is not answered as it was asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: Answer;

  /** @param says for people: what is wrong, and what to do */
  constructor(status: number, says: string, headers: Readonly<Record<string, string>> = {}) {
    super(says);
    this.answer = jsonAnswer(status, { says }, headers);
  }
}

/** Writes an answer; of a request whose body was not read, the connection ends. */
export function send(
  req: IncomingMessage,
  res: ServerResponse,
  { status, headers = {}, body = '' }: Answer,
): void {
  const framing = ['content-length', 'transfer-encoding'].flatMap((name) => linesOf(req.rawHeaders, name));
  if (framing.length > 0 && !req.readableEnded) res.shouldKeepAlive = false;
  const length = status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  res.writeHead(status, { ...headers, ...length });
  res.end(req.method === 'HEAD' ? undefined : body);
}
