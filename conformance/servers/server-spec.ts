import type { Server } from 'node:http';
import type { Attestation, Guard, GuardOptions, RouteOptions } from 'attestkit';
import type { Send, WireRequest } from '../wire/message.js';

/** What a route's handler gets to see, whatever the framework. */
export interface Seen {
  /** Undefined where nothing protects the route. */
  readonly attestation: Attestation | undefined;
  /** What the body parser made of the body: the JSON value, or the bytes of any other type. */
  readonly body: unknown;
}

/** What a handler answers, by its framework's own means. */
export interface Reply {
  /** Default 200. */
  readonly status?: number;
  readonly json: unknown;
}

export interface RouteSpec {
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  readonly path: string;
  /** Asked of this route alone. */
  readonly protect?: RouteOptions;
  handle(seen: Seen): Reply | Promise<Reply>;
}

/** Routes of a router that is mounted under a prefix, as the framework does such a thing. */
export interface MountSpec {
  readonly prefix: string;
  /** Asked of every route of this router. */
  readonly all?: RouteOptions;
  /** Their paths are below the prefix. */
  readonly routes: readonly RouteSpec[];
}

/**
 * Where a server parses bodies: after the guard, before it, or before it with the hook `rawBody` that keeps the
 * bytes. Without any, bodies are left alone.
 */
export type ParserPlace = 'after' | 'before' | 'before with rawBody';

/** A server in terms that every framework can build. */
export interface ServerSpec {
  readonly guard: Guard;
  /** The path under which the endpoints of enrollment and sessions are mounted, in front of all else of the guard's. */
  readonly enrollment?: string;
  /** What its guard was made with that proxies have to know of. */
  readonly settings?: Pick<GuardOptions, 'statuses' | 'body' | 'headers' | 'expose' | 'caching'>;
  /** Asked of every request, those for unknown paths included. */
  readonly all?: RouteOptions;
  readonly routes: readonly RouteSpec[];
  readonly mounts?: readonly MountSpec[];
  readonly parser?: ParserPlace;
  /** Nest's own prefix of all routes, without its slash; no other framework has such a thing. */
  readonly globalPrefix?: string;
  /** Whether the router takes other spellings of a path for it, where the framework can be told to. */
  readonly isLenient?: true;
}

/** A server that listens on the loopback interface. */
export interface Running {
  readonly send: Send;
  /** For `upgrade`; absent where the connection is not the user's to take over. */
  readonly server?: Server;
  /** Where it listens, without a `server`. */
  readonly port?: number;
  /** Serves another server in the place of this one, where a gateway can do so. */
  replace?(spec: ServerSpec): void;
  close(): Promise<void>;
}

/** One adapter with its framework. */
export interface Target {
  readonly name: string;
  /**
   * `lines`: the guard sees each header field line by itself. `joined`: the framework hands over fetch `Headers`,
   * in which repeated fields are joined by a comma.
   */
  readonly fields: 'lines' | 'joined';
  /** Whether paths reach the guard as sent, or as `URL` has resolved them. */
  readonly paths: 'as sent' | 'resolved';
  readonly http: 1 | 2;
  /** Whether a target in absolute form is the same as its path to it, and reaches guard and API as that. */
  readonly readsAbsoluteForm?: true;
  /** Whether requests that are sent at the same time reach the guard in an order of its own. */
  readonly reorders?: true;
  /** Whether the guard is asked when all of a body has come. */
  readonly buffers?: true;
  /** Whether the guard is asked alike about a request without a body, and one whose body is not handed over. */
  readonly hidesEmptyBodies?: true;
  /** Whether the guard is asked about requests without their bodies. */
  readonly isAskedWithoutBody?: true;
  /** Whether its refusals have the same type on all routes. */
  readonly hasOneContentType?: true;
  /** Requests that it refuses by itself, 400: the guard is not asked. */
  readonly refuses?: (request: WireRequest) => boolean;
  /** Whether it is a process of its own before the server, in which nothing of the user's runs. */
  readonly isBefore?: true;
  /** Whether a bridge to fetch stands before it, which closes a connection on which a body is left unread. */
  readonly isBridged?: true;
  /** Places where this framework's users can have their body parser, by what of the guard's has to read bodies too. */
  readonly parsers: Readonly<Record<'all routes' | 'one route' | 'enrollment', readonly ParserPlace[]>>;
  /** Request targets that the framework's own HTTP layer may answer, 400 or 404, before anything of the user's. */
  readonly rejects?: RegExp;
  /** What of a server's more peculiar settings it can have. */
  readonly settings?: readonly ('globalPrefix' | 'isLenient')[];
  start(spec: ServerSpec): Promise<Running>;
}
