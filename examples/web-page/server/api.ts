import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Guard } from 'attestkit';
import { protect, type AttestedMessage } from 'attestkit/node';
import { answersCors } from './cors.js';

type Handler = (request: IncomingMessage & AttestedMessage, response: ServerResponse) => unknown;

const SHAPES = ['circle', 'triangle', 'square', 'star'];

/**
 * The API of the page. Every route requires an App Check token.
 *
 * @param pageOrigin of the one page that may read the answers
 * @param elsewhere a URL of another origin, which `GET /moved` redirects to
 */
export function createApi(
  guard: Guard,
  pageOrigin: string,
  elsewhere: string,
): (request: IncomingMessage, response: ServerResponse) => void {
  /** Names of users, by the token that the page got when the user signed in. */
  const users = new Map<string, string>();
  let drawn = 0;
  const routes: Readonly<Record<string, Handler>> = {
    async 'POST /sign-in'(request, response) {
      const { name } = (await json(request)) as { readonly name?: unknown };
      // A real API checks a password, or asks the user's identity provider.
      if (typeof name !== 'string' || !/^\S.{0,39}$/u.test(name)) return send(response, 400, {});
      const login = randomBytes(24).toString('base64url');
      users.set(login, name);
      send(response, 200, { login, name });
    },
    'GET /shape'(request, response) {
      const user = users.get(String(request.headers['x-login']));
      if (user === undefined) return send(response, 401, {});
      send(response, 200, {
        shape: SHAPES[drawn++ % SHAPES.length],
        app: request.attestation.appCheck?.appId,
      });
    },
    'GET /moved'(_request, response) {
      response.writeHead(302, { location: elsewhere }).end();
    },
    'GET /broken'(_request, response) {
      response.destroy();
    },
  };
  const guarded = protect<IncomingMessage, ServerResponse>(guard, (request, response) => {
    const route = routes[`${request.method} ${request.url}`];
    return route === undefined ? send(response, 404, {}) : route(request, response);
  });
  // CORS comes first, so that the page can also read the refusals of the guard.
  return (request, response) => {
    if (!answersCors(request, response, pageOrigin)) guarded(request, response);
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
