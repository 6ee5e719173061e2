import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the page sends: its login, the type of a body, and the token. With sessions also `authorization`; if it signs, `x-app-attest`. */
const SENT = 'content-type, x-login, x-firebase-appcheck';

/** What the client reads. Without the first, a page of another origin does not see what the server asks for. */
const READ = 'www-authenticate, retry-after, date';

/**
 * Lets the page of one other origin use this API (CORS). The fields stay when the guard refuses.
 *
 * @returns whether it answered: a preflight
 */
export function answersCors(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  origin: string,
): boolean {
  response.setHeader('vary', 'origin');
  if (headers.origin !== origin) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', READ);
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader('access-control-allow-headers', SENT);
  response.setHeader('access-control-max-age', '600');
  response.writeHead(204).end();
  return true;
}
