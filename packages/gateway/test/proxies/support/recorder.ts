import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a proxy and the gateway, and writes down what they say. */
export interface Recorder {
  readonly port: number;
  /** Heads of questions, as they came. */
  readonly asked: string[];
  /** Heads and bodies of answers. */
  readonly answered: string[];
  /** Instead of the gateway: gets the connection of the proxy, once a question has come. Undefined: the gateway itself answers. */
  stand: ((socket: Socket) => void) | undefined;
  /** How many answers of the gateway are not told: the connection to the proxy breaks instead. */
  losing: number;
  close(): Promise<void>;
}

/** @param listens where the gateway answers */
export async function recorder(listens: number): Promise<Recorder> {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const answered: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let gateway: Socket | undefined;
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      // Questions of these proxies have no body.
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        asked.push(rest.slice(0, end));
        rest = rest.slice(end + 4);
        if (found.stand !== undefined) return found.stand(socket);
      }
      if (gateway === undefined) {
        gateway = connect(listens, '127.0.0.1');
        sockets.add(gateway);
        gateway.on('data', (answer) => {
          answered.push(answer.toString('latin1'));
          found.losing -= 1;
          if (found.losing >= 0) socket.resetAndDestroy();
          else socket.write(answer);
        });
        gateway.on('close', () => socket.destroy()).on('error', () => socket.destroy());
        socket.on('close', () => gateway?.destroy());
      }
      gateway.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const found: Recorder = {
    port: (server.address() as AddressInfo).port,
    asked,
    answered,
    stand: undefined,
    losing: 0,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return found;
}
