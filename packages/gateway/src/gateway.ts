import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError, type Store } from 'attestkit';
import type { Admin } from './admin/admin.js';
import { questionServers } from './authorization/servers.js';
import { assertSameProcess } from './config/fixed.js';
import type { Config } from './config/load.js';
import type { Path, Problem } from './config/problem.js';
import { addressOf, type Address } from './config/schema.js';
import type { GatewayEvent, ListenerName } from './events.js';
import { openAdmin } from './gateway/admin.js';
import { Generations } from './generations.js';
import { liveOf } from './live.js';
import { certificateOf, closed, listen, strictServer, type Closable } from './servers.js';
import { DEFAULT_STORE, openState, type OpenState } from './state/open.js';
import { timedStore } from './state/timed.js';
import { trafficListeners } from './traffic/listener.js';

/** How a gateway is started, besides its configuration. */
export interface StartOptions {
  readonly onEvent?: (event: GatewayEvent) => void;
  /** Instead of the one that the configuration names. */
  readonly store?: Store;
  readonly now?: () => number;
  /**
   * Gets a token that signs in to the pages of the admin listener, once: it is made at the first start with a configuration that names neither
   * `admin.tokens` nor `admin.proxy`, and only its hash is kept. Without this function there is no such token.
   */
  readonly onFirstToken?: (signIn: { readonly url: string; readonly token: string }) => void;
}

/** A gateway that listens. */
export interface Gateway {
  /** Where the traffic comes in: `http://127.0.0.1:8080`; undefined without `traffic`. */
  readonly trafficUrl: string | undefined;
  /** Where proxies ask about requests; undefined without `authorization`. */
  readonly authorizationUrl: string | undefined;
  /** The same by gRPC; undefined without `authorization.grpc`. */
  readonly grpcUrl: string | undefined;
  /** Where health, metrics and the pages are; undefined without `admin`. */
  readonly adminUrl: string | undefined;
  /** Where health and metrics alone are; undefined without `admin.open`. */
  readonly openUrl: string | undefined;
  /**
   * Takes another version of the configuration, whole or not at all. Requests that have begun end under theirs.
   *
   * @param load reads it: what it throws is an event too
   * @throws ConfigFileError with each mistake, and where a field changed that needs a new process: listeners and store
   */
  reload(load: () => Config): void;
  /** Ends: not ready, then no new connections, then what is still running is cut off. */
  close(): Promise<void>;
}

/**
 * Starts the listeners of a configuration.
 *
 * @throws ConfigFileError (rejects with it), also where an address cannot be listened on: then nothing listens
 */
export async function startGateway(config: Config, options: StartOptions = {}): Promise<Gateway> {
  return await startWith(liveOf, config, options);
}

/**
 * The same with another maker of what requests need: the conformance suite has guards that no file can describe.
 *
 * @throws as `startGateway` does
 */
export async function startWith(
  make: typeof liveOf,
  config: Config,
  options: StartOptions,
): Promise<Gateway> {
  const { now = Date.now } = options;
  let admin: Admin | undefined;
  // What listens must not change what happens.
  const onEvent = (event: GatewayEvent): void => {
    for (const hear of [admin?.hear, options.onEvent])
      try {
        hear?.(event);
      } catch {}
  };
  const state = await stateOf(config, options.store);
  const servers: Closable[] = [];
  const adminServers: Server[] = [];
  try {
    return await listening();
  } catch (error) {
    // What has begun must not go on without the rest.
    await Promise.all([...servers, ...adminServers].map((server) => closed(server, 0)));
    await state.close();
    admin?.close();
    throw error;
  }

  async function listening(): Promise<Gateway> {
    const store = timedStore(state.store, (...took) => admin?.stored(...took));
    const lasting = { store, onEvent, now: options.now };
    const generations = new Generations(make(config, lasting));
    let isDraining = false;
    const { traffic, authorization, shutdown = {} } = config.settings;
    admin = await openAdmin(config, {
      guard: () => generations.current.guard,
      onEvent,
      mayMakeToken: options.onFirstToken !== undefined,
      now,
    });
    const begin = async (server: Closable, listener: ListenerName, address: string): Promise<string> => {
      admin?.watch(server, listener);
      const url = await listen(server, addressOf(address) as Address).catch((error: NodeJS.ErrnoException) =>
        config.fail([{ path: LISTENERS[listener], ...cannotListen(error) }]),
      );
      onEvent({ type: 'listening', at: now(), listener, url });
      return url;
    };
    const beginAdmin = async (
      listener: 'admin' | 'open',
      address: string | undefined,
    ): Promise<string | undefined> => {
      if (admin === undefined || address === undefined) return undefined;
      const server = strictServer().on('request', listener === 'admin' ? admin.listener : admin.openListener);
      server.on('upgrade', (_, socket) => socket.destroy());
      adminServers.push(server);
      return await begin(server, listener, address);
    };
    // Before the others: it says that they are not ready.
    const adminUrl = await beginAdmin('admin', config.settings.admin?.listen);
    const openUrl = await beginAdmin('open', config.settings.admin?.open?.listen);
    if (adminUrl !== undefined && admin?.firstToken !== undefined)
      options.onFirstToken?.({ url: adminUrl, token: admin.firstToken });
    let authorizationUrl: string | undefined;
    let grpcUrl: string | undefined;
    if (authorization !== undefined) {
      const { http, grpc } = questionServers(authorization, {
        use: (work) => generations.use(work),
        isDraining: () => isDraining,
        onEvent,
        now,
      });
      servers.push(http);
      authorizationUrl = await begin(http, 'authorization', authorization.listen);
      if (grpc !== undefined && authorization.grpc !== undefined) {
        servers.push(grpc);
        grpcUrl = await begin(grpc, 'grpc', authorization.grpc.listen);
      }
    }
    // The last one: requests come when all the others are there.
    let trafficUrl: string | undefined;
    let trafficServer: Server | SecureServer | undefined;
    if (traffic !== undefined) {
      const listeners = trafficListeners({
        use: (work) => generations.use(work),
        scheme: traffic.tls === undefined ? 'http' : 'https',
        isLocal: traffic.listen.startsWith('unix:'),
        isDraining: () => isDraining,
        onEvent,
        now,
      });
      trafficServer = strictServer(traffic.tls && certificateOf(config, traffic.tls));
      trafficServer.on('request', listeners.request).on('checkContinue', listeners.checkContinue);
      trafficServer.on('upgrade', listeners.upgrade).on('connect', listeners.connect);
      trafficServer.on('checkExpectation', listeners.expectation);
      servers.push(trafficServer);
      trafficUrl = await begin(trafficServer, 'traffic', traffic.listen);
    }
    const take = (next: Config): void => {
      assertSameProcess(config.settings, next);
      const live = make(next, lasting);
      const { tls } = next.settings.traffic ?? {};
      const certificate = tls && certificateOf(next, tls);
      // From here on nothing fails.
      if (certificate && trafficServer !== undefined && 'setSecureContext' in trafficServer)
        trafficServer.setSecureContext(certificate);
      generations.replace(live);
      admin?.follow(next.settings);
    };
    onEvent({ type: 'state', at: now(), state: 'ready' });
    return {
      trafficUrl,
      authorizationUrl,
      grpcUrl,
      adminUrl,
      openUrl,
      reload(load) {
        try {
          take(load());
        } catch (error) {
          const says = error instanceof Error ? error.message : String(error);
          onEvent({ type: 'reload', at: now(), outcome: 'rejected', says });
          throw error;
        }
        onEvent({ type: 'reload', at: now(), outcome: 'taken', says: undefined });
      },
      async close() {
        isDraining = true;
        onEvent({ type: 'state', at: now(), state: 'draining' });
        await pause(shutdown.delayMs ?? 0);
        await Promise.all(servers.map((server) => closed(server, shutdown.deadlineMs ?? DEADLINE_MS)));
        await generations.close();
        await state.close();
        onEvent({ type: 'state', at: now(), state: 'stopped' });
        // The last to go: it says how the others end.
        await Promise.all(adminServers.map((server) => closed(server, ADMIN_DEADLINE_MS)));
        admin?.close();
      },
    };
  }
}

/** The fields with the addresses of listeners. */
const LISTENERS: Readonly<Record<ListenerName, Path>> = {
  traffic: ['traffic', 'listen'],
  authorization: ['authorization', 'listen'],
  grpc: ['authorization', 'grpc', 'listen'],
  admin: ['admin', 'listen'],
  open: ['admin', 'open', 'listen'],
};

function cannotListen({ code = 'an error', message }: NodeJS.ErrnoException): Omit<Problem, 'path'> {
  if (code === 'EADDRINUSE')
    return { says: 'is in use (EADDRINUSE)', remedy: 'Stop what listens there, or give another address.' };
  return {
    says: `cannot be listened on (${message})`,
    remedy: 'Give an address of this machine, with a port that its user may use.',
  };
}

const DEADLINE_MS = 10_000;
const ADMIN_DEADLINE_MS = 1000;

async function stateOf(config: Config, given: Store | undefined): Promise<OpenState> {
  if (given !== undefined) return { store: given, close: () => Promise.resolve() };
  const { store, devices } = config.settings;
  try {
    return await openState(store ?? (devices === undefined ? 'memory' : DEFAULT_STORE), dirname(config.file));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return config.fail([{ path: ['store'], says: error.problem, remedy: error.remedy }]);
  }
}
