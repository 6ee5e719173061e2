import type { IncomingMessage } from 'node:http';
import type { AttestedRequest } from 'attestkit';
import { nodeRequest } from 'attestkit/node';
import { linesOf } from '../http/lines.js';
import { fault, type Fault } from './question.js';

/** The body of the request that is asked about, as far as the question has it. */
export interface AskedBody {
  readonly body: AttestedRequest['body'];
  /** What frames it. */
  readonly lines: readonly string[];
}

/** Whether a body follows the head of a question. */
export function framingOf({ rawHeaders, httpVersion }: IncomingMessage): 'body' | 'none' | Fault {
  const codings = linesOf(rawHeaders, 'transfer-encoding');
  const lengths = linesOf(rawHeaders, 'content-length');
  if (codings.length === 0) return lengths.every((length) => length === '0') ? 'none' : 'body';
  const isChunked = codings.length === 1 && codings[0]?.toLowerCase() === 'chunked';
  if (isChunked && lengths.length === 0 && httpVersion === '1.1') return 'body';
  return fault(400, 'the question has a Transfer-Encoding other than chunked');
}

/** The body of the question, which is that of the request. */
export function ownBody(req: IncomingMessage): AskedBody {
  const lengths = linesOf(req.rawHeaders, 'content-length');
  return {
    body: nodeRequest(req, '').body,
    lines: lengths.flatMap((length) => ['Content-Length', length]),
  };
}

/**
 * No body in the question. Proxies that do not hand bodies over ask alike whether there is one or not. The content of GET and HEAD means
 * nothing (RFC 9110 §9.3.1), so that of these it is taken for empty; of others nothing is known.
 */
export function noBody(method: string): AskedBody {
  return { body: method === 'GET' || method === 'HEAD' ? empty : undefined, lines: [] };
}

/** A body that was handed over, of no bytes. */
export function empty(): Promise<Uint8Array> {
  return Promise.resolve(new Uint8Array());
}
