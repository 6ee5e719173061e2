import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Running } from '../servers/server-spec.js';
import { sendHttp1 } from '../wire/http1.js';

/** Lets an HTTP/1.1 server listen on the loopback interface, on a free port unless one is given. */
export async function listen(server: Server, port = 0): Promise<Running> {
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return running(server, () => closed(server));
}

/** A server that listens already. */
export function running(server: Server, close: () => Promise<void>): Running {
  const { port } = server.address() as AddressInfo;
  return { send: (request) => sendHttp1(port, request), server, close };
}

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}
