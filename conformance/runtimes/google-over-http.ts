import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { VirtualGoogle } from 'attestkit-testing';
import type { GoogleOfServers } from '../devices/authorities.js';
import type { Running } from '../servers/server-spec.js';
import { listen } from '../targets/listen.js';

// The virtual Google knows devices and tokens of its own process alone: servers of another one ask it over HTTP, by the
// `fetch` of their runtime. The host that a question is for is the first part of its path there.

/** Answers for all hosts of Google. */
export function serveGoogle({ fetch }: Pick<VirtualGoogle, 'fetch'>): Promise<Running> {
  const answer = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const body = method === 'GET' ? null : await request.text();
    return fetch(`https:/${pathname}${search}`, { method, headers, body });
  };
  return listen(createAdaptorServer({ fetch: answer }) as Server);
}

/** A `fetch` that asks there. */
export function askGoogle(port: number): GoogleOfServers['fetch'] {
  return (input, init) => {
    const { host, pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(`http://127.0.0.1:${port}/${host}${pathname}${search}`, init);
  };
}
