import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Attestation, RouteOptions } from 'attestkit';
import { deviceEndpoints, protect } from 'attestkit/web';
import { backend, PREFIX, type Backend } from '../servers/backend.js';
import type { Running } from '../servers/server-spec.js';
import { listen } from '../targets/listen.js';

/** What a page of another origin may send, and what the client reads. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, content-type, x-app-attest, x-firebase-appcheck',
  'access-control-expose-headers': 'www-authenticate, retry-after, date',
};

/** A server with sessions, signed requests and App Check, while it listens. */
export interface Api {
  readonly running: Running;
  readonly backend: Backend;
  /** The requests that arrived, but for preflights: `POST /device/attest`. */
  readonly seen: string[];
}

/** Serves a backend to apps and to pages of other origins. @param cors the fields of its answers */
export async function serveApi(cors: Readonly<Record<string, string>> = CORS): Promise<Api> {
  const made = backend();
  const { guard } = made;
  const seen: string[] = [];
  const endpoints = deviceEndpoints(guard, { prefix: PREFIX, address: () => '192.0.2.1' });
  const route = (of: RouteOptions) =>
    protect(guard, async (request, results) => Response.json(await replyTo(request, results)), of);
  const routes: Readonly<Record<string, ReturnType<typeof route>>> = {
    'GET /session': route({}),
    'POST /signed': route({ signedRequest: true }),
    'GET /app': route({ require: ['appCheck'] }),
    'POST /app': route({ require: ['appCheck'] }),
  };
  const answer = async (request: Request): Promise<Response> => {
    const name = `${request.method} ${new URL(request.url).pathname}`;
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors });
    seen.push(name);
    const response = (await endpoints(request)) ?? (await routes[name]?.(request));
    const answered = response ?? new Response(null, { status: 404 });
    for (const [field, value] of Object.entries(cors)) answered.headers.set(field, value);
    return answered;
  };
  const running = await listen(createAdaptorServer({ fetch: answer }) as Server);
  return { running, backend: made, seen };
}

async function replyTo(request: Request, { session, signedRequest, appCheck }: Attestation) {
  const body = await request.text();
  return { record: session?.recordId, key: signedRequest?.thumbprint, app: appCheck?.appId, body };
}
