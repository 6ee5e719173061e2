import type { IncomingMessage } from 'node:http';
import type { AttestedRequest } from 'attestkit';
import { nodeRequest } from 'attestkit/node';
import type { Head } from './head.js';

/**
 * A request as the guard sees it: the bytes that are judged are those that go on.
 *
 * @param onBody called before the body is read
 */
export function guardRequest(
  message: IncomingMessage,
  { method, target }: Head,
  ip: string,
  onBody: () => void,
): AttestedRequest {
  const seen = nodeRequest(message, target.raw);
  return {
    method,
    target: target.raw,
    fields: (name) => seen.fields(name),
    ip,
    get body() {
      const { body } = seen;
      if (body === undefined) return undefined;
      return (maxBytes?: number) => {
        onBody();
        return body(maxBytes);
      };
    },
  };
}
