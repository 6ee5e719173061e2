import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError, type Store } from 'attestkit';
import { createAdmin, type Admin } from './admin/admin.js';
import { questionServers } from './authorization/servers.js';
import type { Config } from './config/load.js';
import { addressOf, type Address, type Settings } from './config/schema.js';
import type { GatewayEvent, ListenerName } from './events.js';
import { Generations } from './generations.js';
import { liveOf } from './live.js';
import { closed, listen, strictServer, type Certificate, type Closable } from './servers.js';
import { DEFAULT_STORE, openState, type OpenState } from './state/open.js';
import { trafficListeners } from './traffic/listener.js';

/** How a gateway is started, besides its configuration. */
export interface StartOptions {
  readonly onEvent?: (event: GatewayEvent) => void;
  /** Instead of the one that the configuration names. */
  readonly store?: Store;
  readonly now?: () => number;
}

/** A gateway that listens. */
export interface Gateway {
  /** Where the traffic comes in: `http://127.0.0.1:8080`; undefined without `traffic`. */
  readonly trafficUrl: string | undefined;
  /** Where proxies ask about requests; undefined without `authorization`. */
  readonly authorizationUrl: string | undefined;
  /** The same by gRPC; undefined without `authorization.grpc`. */
  readonly grpcUrl: string | undefined;
  /** Where health and metrics are; undefined without `admin`. */
  readonly adminUrl: string | undefined;
  /** The same on an address of its own; undefined without `admin.open`. */
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
 * @throws ConfigFileError (rejects with it); rejects where an address cannot be listened on
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
  const lasting = { store: state.store, onEvent, now: options.now };
  const generations = new Generations(make(config, lasting));
  let isDraining = false;
  const servers: Closable[] = [];
  const adminServers: Server[] = [];
  const { traffic, authorization, shutdown = {} } = config.settings;
  if (config.settings.admin !== undefined) {
    const health = () => generations.current.guard.health();
    admin = createAdmin({ settings: config.settings, health, now });
  }
  const begin = async (server: Closable, listener: ListenerName, address: string): Promise<string> => {
    admin?.watch(server, listener);
    const url = await listen(server, addressOf(address) as Address);
    onEvent({ type: 'listening', at: now(), listener, url });
    return url;
  };
  const beginAdmin = async (
    listener: 'admin' | 'open',
    address: string | undefined,
  ): Promise<string | undefined> => {
    if (admin === undefined || address === undefined) return undefined;
    const server = strictServer().on('request', admin.listener);
    adminServers.push(server);
    return await begin(server, listener, address);
  };
  // Before the others: it says that they are not ready.
  const adminUrl = await beginAdmin('admin', config.settings.admin?.listen);
  const openUrl = await beginAdmin('open', config.settings.admin?.open?.listen);
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

function certificateOf(
  config: Config,
  files: { readonly certificate: string; readonly key: string },
): Certificate {
  const read = (option: 'certificate' | 'key'): Buffer => {
    try {
      return readFileSync(resolve(dirname(config.file), files[option]));
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

/** What a running process cannot change. */
const FIXED = ['traffic', 'authorization', 'admin', 'store'] as const;

/** @throws ConfigFileError */
function assertSameProcess(before: Settings, next: Config): void {
  const fixed = (settings: Settings, field: (typeof FIXED)[number]): string => {
    const value = settings[field];
    if (typeof value !== 'object') return JSON.stringify(value);
    // Certificates are read anew; `tls` itself stays.
    const { tls, ...rest } = value as { readonly tls?: unknown };
    return JSON.stringify([rest, tls !== undefined]);
  };
  const changed = FIXED.filter((field) => fixed(before, field) !== fixed(next.settings, field));
  if (changed.length === 0) return;
  const remedy = 'Start the gateway anew for it; nothing of this version was taken.';
  next.fail(
    changed.map((field) => ({ path: [field], says: 'changed, which a running gateway cannot do', remedy })),
  );
}
