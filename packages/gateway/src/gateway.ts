import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Store } from 'attestkit';
import { memoryStore } from 'attestkit/stores/memory';
import type { GatewayEvent } from './events.js';
import { liveOf } from './live.js';
import type { Config } from './config/load.js';
import { addressOf, type Address } from './config/schema.js';
import type { Live } from './traffic/live.js';
import { trafficListener } from './traffic/listener.js';

/** How a gateway is started, besides its configuration. */
export interface StartOptions {
  readonly onEvent?: (event: GatewayEvent) => void;
  /** Default: in memory. */
  readonly store?: Store;
  readonly now?: () => number;
}

/** A gateway that listens. */
export interface Gateway {
  /** Where the traffic comes in: `http://127.0.0.1:8080`; undefined without `traffic`. */
  readonly trafficUrl: string | undefined;
  /** Ends: no new connections, and those that wait for a next request are closed. */
  close(): Promise<void>;
}

/** Starts the listeners of a configuration. @throws ConfigFileError; rejects where an address cannot be listened on */
export async function startGateway(config: Config, options: StartOptions = {}): Promise<Gateway> {
  const { onEvent = () => undefined, store = memoryStore(), now = Date.now } = options;
  const live: Live = liveOf(config, { store, onEvent, now: options.now });
  const { traffic } = config.settings;
  const servers: Server[] = [];
  let trafficUrl: string | undefined;
  if (traffic !== undefined) {
    const listener = trafficListener({ current: () => live, scheme: 'http', onEvent, now });
    const server = trafficServer(listener);
    servers.push(server);
    trafficUrl = await listen(server, addressOf(traffic.listen) as Address);
  }
  return {
    trafficUrl,
    async close() {
      await Promise.all(servers.map((server) => closed(server)));
      await Promise.all([...live.upstreams.values()].map((upstream) => upstream.close()));
    },
  };
}

type Listener = ReturnType<typeof trafficListener>;

function trafficServer(listener: Listener): Server {
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 300_000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 5000,
  });
  // All lines are counted here: Node leaves out what is above its own limit, without a word.
  server.maxHeadersCount = 0;
  server.on('request', listener);
  return server;
}

function listen(server: Server, address: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const done = (): void => {
      server.off('error', reject);
      const bound = server.address() as AddressInfo | string;
      resolve(
        typeof bound === 'string'
          ? `unix:${bound}`
          : `http://${bound.address.includes(':') ? `[${bound.address}]` : bound.address}:${bound.port}`,
      );
    };
    if ('path' in address) server.listen(address.path, done);
    else server.listen(address.port, address.host, done);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
