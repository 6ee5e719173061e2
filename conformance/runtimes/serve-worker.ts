import { fetchHandler, type FetchHandler } from '../targets/fetch-handler.js';
import type { ServerName } from './servers.js';

// Run by workerd, bundled into one file: an entry point for each server. Workers have no random numbers before their
// first request, so that guards, and keys of the virtual devices' makers, are made then.

let handlers: Promise<Readonly<Record<ServerName, FetchHandler>>> | undefined;

async function makeHandlers(): Promise<Readonly<Record<ServerName, FetchHandler>>> {
  const { servers } = await import('./servers.js');
  return {
    token: fetchHandler(servers.token),
    binding: fetchHandler(servers.binding),
    shapes: fetchHandler(servers.shapes),
    signatures: fetchHandler(servers.signatures),
    body: fetchHandler(servers.body),
    enrollment: fetchHandler(servers.enrollment),
  };
}

function serve(name: ServerName): { readonly fetch: FetchHandler } {
  return {
    async fetch(request) {
      handlers ??= makeHandlers();
      return (await handlers)[name](request);
    },
  };
}

export const token = serve('token');
export const binding = serve('binding');
export const shapes = serve('shapes');
export const signatures = serve('signatures');
export const body = serve('body');
export const enrollment = serve('enrollment');
