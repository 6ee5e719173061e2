import { createServer, type Server } from 'node:net';
import { afterAll } from 'vitest';

// Between a test that has looked for a free port and the program that is to listen there, another process may take it. These are
// below those that the system gives out, in rows of which each belongs to the process that listens on its first one.

const FIRST = 12_000;
const ROWS = 180;
const OF_A_ROW = 100;

const claimed: Server[] = [];
afterAll(() => claimed.forEach((server) => server.close()));

/** What is left of the last row. */
let left: number[] = [];

/** A port that nobody else uses during the tests of this file. */
export async function ownPort(): Promise<number> {
  for (;;) {
    if (left.length === 0) {
      const first = await claim();
      left = Array.from({ length: OF_A_ROW - 1 }, (_, at) => first + at + 1);
    }
    const port = left.shift() as number;
    // A service of the machine may have it, which knows nothing of rows: RabbitMQ's nodes talk at 25672.
    const server = await listening(port);
    if (server === undefined) continue;
    await new Promise((closed) => server.close(closed));
    return port;
  }
}

/** The first port of a row that nobody has. */
async function claim(): Promise<number> {
  for (let at = 0; at < ROWS; at += 1) {
    const first = FIRST + ((process.pid + at) % ROWS) * OF_A_ROW;
    const server = await listening(first);
    if (server === undefined) continue;
    claimed.push(server);
    return first;
  }
  throw new Error('all rows of ports are taken');
}

function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
