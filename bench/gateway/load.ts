import { connect, type Socket } from 'node:net';

export const CONNECTIONS = 32;

/** The bytes of a request: of one connection, its first, second … */
export type RequestOf = (connection: number, at: number) => Buffer;

/** Clients with kept-alive connections. Each sends its next request when it has got an answer, which has to be a 200. */
export interface Load {
  send(amount: number, requestOf: RequestOf): Promise<void>;
  close(): void;
}

/** Requests of a client in a row: then all wait for each other. */
const IN_A_ROW = 5;

/**
 * @param urls of several servers that serve the same: all clients ask the first one some times, then the next one. Two that are busy at once would
 *   share a processor here, which costs both
 */
export async function openLoad(urls: readonly string[]): Promise<Load> {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => Promise.all(urls.map((url) => Wire.to(url)))),
  );
  return {
    async send(amount, requestOf) {
      const each = Math.ceil(amount / CONNECTIONS);
      const sleep = stayAwake();
      try {
        for (let from = 0; from < each; from += IN_A_ROW)
          await Promise.all(
            clients.map(async (wires, connection) => {
              const wire = wires[(from / IN_A_ROW) % wires.length] as Wire;
              for (let at = from; at < Math.min(from + IN_A_ROW, each); at += 1)
                await wire.ask(requestOf(connection, at));
            }),
          );
      } finally {
        sleep();
      }
    },
    close: () => clients.flat().forEach((wire) => wire.close()),
  };
}

/**
 * Keeps this process from sleeping, until the function is called. To wake it would cost those that write to it, in a virtual machine as much as
 * the rest of a request, and the more often, the slower they are: it waits for the slow ones, and not for the fast ones.
 */
function stayAwake(): () => void {
  let isAwake = true;
  const again = (): void => {
    if (isAwake) setImmediate(again);
  };
  again();
  return () => {
    isAwake = false;
  };
}

/** One connection, which costs less than a client of Node: it shares the processors with the server. */
class Wire {
  readonly #socket: Socket;
  #text = '';
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  static to(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new Wire(socket, url)));
      socket.once('error', reject);
    });
  }

  constructor(socket: Socket, url: string) {
    this.#socket = socket.setNoDelay();
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (cause) => this.#reject(new Error(`${url} broke a connection`, { cause })));
    socket.on('close', () => this.#reject(new Error(`${url} closed a connection`)));
  }

  ask(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#text = '';
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#text += chunk.toString('latin1');
    const end = this.#text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#text)?.[1]);
    if (!this.#text.startsWith('HTTP/1.1 200 ') || Number.isNaN(length))
      return this.#reject(new Error(`An answer is not 200 with a length: ${this.#text.slice(0, end)}`));
    if (this.#text.length >= end + 4 + length) this.#resolve();
  }
}
