import { fetchHandler, type FetchHandler } from '../targets/fetch-handler.js';
import { servers } from './servers.js';

// Run by Bun or Deno, never by Node: serves each server by the runtime's own HTTP server.

interface Runtimes {
  readonly Bun?: {
    serve(options: { hostname: string; port: number; fetch: FetchHandler }): { readonly port: number };
  };
  readonly Deno?: {
    serve(
      options: { hostname: string; port: number; onListen(): void },
      fetch: FetchHandler,
    ): { readonly addr: { readonly port: number } };
  };
}

const { Bun, Deno } = globalThis as Runtimes;
const hostname = '127.0.0.1';

function serve(fetch: FetchHandler): number {
  if (Bun !== undefined) return Bun.serve({ hostname, port: 0, fetch }).port;
  if (Deno !== undefined)
    return Deno.serve({ hostname, port: 0, onListen: () => undefined }, fetch).addr.port;
  throw new Error('neither Bun nor Deno');
}

const ports = Object.entries(servers).map(([name, spec]) => [name, serve(fetchHandler(spec))]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(ports))}\n`);
