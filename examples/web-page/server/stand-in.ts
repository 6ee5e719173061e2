import type { IncomingMessage, ServerResponse } from 'node:http';
import { createVirtualGoogle, type VirtualAppCheck, type VirtualGoogle } from 'attestkit-testing/google';

/** The project and the apps of this example. The API accepts the first app alone. */
export const PROJECT = '123456789012';
export const APPS = {
  page: `1:${PROJECT}:web:0a1b2c3d4e5f`,
  other: `1:${PROJECT}:web:f5e4d3c2b1a0`,
} as const;

/** What happened at the stand-in. */
export interface Counts {
  /** Tokens that were made. */
  exchanges: number;
  /** Requests that a redirect of the API brought here. */
  redirected: number;
  /** Of those, the ones with a token. */
  leaked: number;
}

/** Instead of Google. Never put this on the internet: it gives a token to each caller. */
export interface StandIn {
  readonly google: VirtualGoogle;
  readonly counts: Counts;
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * A virtual Google, which makes App Check tokens for both apps without looking at the page. It is also the other server that
 * `/moved` of the API redirects to: it counts what arrives.
 */
export function createStandIn(): StandIn {
  const google = createVirtualGoogle();
  const sources = new Map<string, VirtualAppCheck>(
    Object.values(APPS).map((appId) => [appId, google.appCheck({ projectNumber: PROJECT, appId })]),
  );
  const counts: Counts = { exchanges: 0, redirected: 0, leaked: 0 };
  const routes: Readonly<Record<string, (url: URL, request: IncomingMessage) => object | undefined>> = {
    'POST /token'(url) {
      const source = sources.get(url.searchParams.get('app') ?? '');
      if (source === undefined) return undefined;
      counts.exchanges += 1;
      return { token: source.token(), expireTimeMillis: Date.now() + LIFETIME_MS };
    },
    'GET /counts': () => counts,
    'GET /elsewhere'(_url, { headers }) {
      counts.redirected += 1;
      if (headers['x-firebase-appcheck'] !== undefined) counts.leaked += 1;
      return {};
    },
  };
  return {
    google,
    counts,
    listener(request, response) {
      const url = new URL(request.url ?? '/', 'http://localhost');
      // Each page may read it: a server that wants tokens would do the same.
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', '*, x-firebase-appcheck, x-login, content-type');
      if (request.method === 'OPTIONS') return void response.writeHead(204).end();
      const answer = routes[`${request.method} ${url.pathname}`]?.(url, request);
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    },
  };
}

/** The virtual Google's tokens live for an hour. */
const LIFETIME_MS = 3_600_000;
