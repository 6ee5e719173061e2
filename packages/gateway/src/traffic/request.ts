import type { IncomingMessage } from 'node:http';
import type { AttestedRequest } from 'attestkit';
import { nodeRequest } from 'attestkit/node';
import type { Head } from './head.js';

/** A request as the guard sees it: the bytes that are judged are those that go on. */
export function guardRequest(
  message: IncomingMessage,
  { method, target }: Head,
  ip: string,
): AttestedRequest {
  const seen = nodeRequest(message, target.raw);
  return {
    method,
    target: target.raw,
    fields: (name) => seen.fields(name),
    ip,
    get body() {
      return seen.body;
    },
  };
}
