import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createSecure, type Server as SecureServer } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { readFileSync, unlinkSync } from 'node:fs';
import { dirname, resolve as resolvePath } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Config } from './config/load.js';
import type { Address } from './config/schema.js';

/** PEM of a certificate, with its chain, and its key. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Connections that are not HTTP any more: a server forgets them, and still waits for their end. */
const upgraded = new WeakMap<object, Set<Duplex>>();

/** A server that is set up for clients that are not trusted. */
export function strictServer(certificate?: Certificate): Server | SecureServer {
  const options = {
    headersTimeout: 10_000,
    requestTimeout: 300_000,
    // Above the time that proxies keep connections for: they would send into one that closes.
    keepAliveTimeout: 75_000,
    connectionsCheckingInterval: 5000,
    insecureHTTPParser: false,
  };
  const server =
    certificate === undefined ? createPlain(options) : createSecure({ ...options, ...certificate });
  // All lines are counted where heads are read: Node leaves out what is above its own limit, without a word.
  server.maxHeadersCount = 0;
  const sockets = new Set<Duplex>();
  upgraded.set(server, sockets);
  server.on('upgrade', (_, socket: Duplex) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return server;
}

/** Gives the URL. Rejects if it cannot listen. */
export function listen(server: NetServer, address: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const done = (): void => {
      server.off('error', reject);
      resolve(
        urlOf(server.address() as AddressInfo | string, 'cert' in server || 'setSecureContext' in server),
      );
    };
    if ('path' in address) {
      removeSocket(address.path);
      server.listen(address.path, done);
    } else server.listen(address.port, address.host, done);
  });
}

function urlOf(bound: AddressInfo | string, isSecure: boolean): string {
  if (typeof bound === 'string') return `unix:${bound}`;
  const host = bound.address.includes(':') ? `[${bound.address}]` : bound.address;
  return `${isSecure ? 'https' : 'http'}://${host}:${bound.port}`;
}

/** What a process left behind that was killed. */
function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch {}
}

/** What can be closed by and by. */
export type Closable = NetServer & Pick<Server, 'closeAllConnections' | 'closeIdleConnections'>;

/** Takes no new connections, lets requests end, and after the deadline cuts them off: upgraded ones too. */
export function closed(server: Closable, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      server.closeAllConnections();
      for (const socket of upgraded.get(server) ?? []) socket.destroy();
    }, deadlineMs);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * Reads the files of `traffic.tls`, relative to the configuration.
 *
 * @throws ConfigFileError
 */
export function certificateOf(
  config: Config,
  files: { readonly certificate: string; readonly key: string },
): Certificate {
  const read = (option: 'certificate' | 'key'): Buffer => {
    try {
      return readFileSync(resolvePath(dirname(config.file), files[option]));
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      const says = `is a file that cannot be read (${code})`;
      return config.fail([
        { path: ['traffic', 'tls', option], says, remedy: 'Give the path of a PEM file.' },
      ]);
    }
  };
  return { cert: read('certificate'), key: read('key') };
}
