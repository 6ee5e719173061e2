import type { Duplex } from 'node:stream';
import type { RouteOptions } from '../../guard/internal.js';
import { ConfigurationError } from '../../kernel/errors.js';
import type { Attestation } from '../../ports/attestation.js';
import type { Demand } from './server.js';
import { metadataOf, protectionsOf, type Decorated, type Protection } from './protection.js';

/** What is used of Nest's `ModulesContainer`. */
export interface Modules {
  values(): Iterable<{ readonly providers: ReadonlyMap<unknown, { readonly metatype?: unknown }> }>;
}

/** What is used of a client: that of ws, or of Socket.IO. */
export interface GatewayClient {
  readonly _socket?: Duplex;
  readonly request?: { readonly socket?: Duplex };
}

interface Gateway {
  readonly name: string;
  readonly port: unknown;
  /** Every spelling of its path. Without a path, its library's own: that of ws, and those of Socket.IO. */
  readonly paths: readonly string[];
  readonly transports: unknown;
  readonly protections: readonly Protection[];
}

interface Met {
  readonly attestation: Attestation;
  readonly protections: ReadonlySet<Protection>;
}

const handshakes = new WeakMap<Duplex, Met>();

/** Notes on the connection what its handshake has met. */
function noteMet(socket: Duplex, attestation: Attestation, protection?: Protection): void {
  const before = handshakes.get(socket)?.protections ?? [];
  const protections = new Set(protection === undefined ? before : [...before, protection]);
  handshakes.set(socket, { attestation, protections });
}

/** What the handshake of a client's connection has met; undefined if nothing guarded it. */
export function handshakeOf({ _socket, request }: GatewayClient): Met | undefined {
  const socket = _socket ?? request?.socket;
  return socket === undefined ? undefined : handshakes.get(socket);
}

/** The gateways of an application, and what their handshakes must meet. */
export class Gateways {
  readonly #gateways: readonly Gateway[];
  readonly #all: RouteOptions | undefined;

  /** @throws ConfigurationError if a gateway is to be guarded, and has a server of its own */
  constructor(modules: Modules, all: RouteOptions | undefined) {
    const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
    const classes = new Set(providers.map(({ metatype }) => metatype).filter(isGateway));
    this.#gateways = [...classes].map(gatewayOf);
    this.#all = all;
    for (const { name, port, protections } of this.#gateways) {
      if (Number(port ?? 0) === 0 || (all === undefined && protections.length === 0)) continue;
      const remedy = 'Leave the port out, so that the gateway shares the server of the application.';
      throw new ConfigurationError('all', `does not guard ${name}, which has port ${String(port)}`, remedy);
    }
  }

  get areGuarded(): boolean {
    return this.#all !== undefined || this.#protected.length > 0;
  }

  get #protected(): readonly Gateway[] {
    return this.#gateways.filter(({ protections }) => protections.length > 0);
  }

  /**
   * Socket.IO answers HTTP requests too, each of which may open a connection that no upgrade ever guards.
   *
   * @throws ConfigurationError
   */
  assertNoPolling(): void {
    const polling = this.#protected.find(({ transports }) => !isWebSocketAlone(transports));
    if (polling === undefined) return;
    const remedy = "Give @WebSocketGateway({ transports: ['websocket'] }).";
    throw new ConfigurationError('Protect', `does not guard the polling of ${polling.name}`, remedy);
  }

  /**
   * What an upgrade must meet. A path frees it of what `Protect` asks only if it is, byte for byte, that of a gateway
   * without `Protect`; a path that belongs to no gateway must meet all that any gateway asks.
   */
  demandsOf(target: string): readonly Demand[] {
    const path = target.split('?', 1)[0] ?? '';
    const meant = this.#gateways.filter(({ paths }) => paths.includes(path));
    const asking = meant.length > 0 ? meant : this.#gateways;
    const demands = asking
      .flatMap(({ protections }) => protections)
      .map((protection) => ({
        options: protection.options ?? {},
        met: (socket: Duplex, attestation: Attestation) => noteMet(socket, attestation, protection),
      }));
    return this.#all === undefined ? demands : [{ options: this.#all, met: noteMet }, ...demands];
  }
}

function isGateway(metatype: unknown): metatype is Decorated {
  return typeof metatype === 'function' && metadataOf(metatype, 'websockets:is_gateway') === true;
}

function gatewayOf(metatype: Decorated): Gateway {
  const options = metadataOf(metatype, 'websockets:gateway_options') as
    | { readonly path?: unknown; readonly transports?: unknown }
    | undefined;
  const path = options?.path;
  return {
    name: (metatype as { readonly name: string }).name,
    port: metadataOf(metatype, 'port'),
    paths: typeof path === 'string' ? [path, `${path}/`] : ['/', '/socket.io', '/socket.io/'],
    transports: options?.transports,
    protections: protectionsOf(metatype),
  };
}

function isWebSocketAlone(transports: unknown): boolean {
  return Array.isArray(transports) && transports.length === 1 && transports[0] === 'websocket';
}
