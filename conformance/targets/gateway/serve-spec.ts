import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttestedRequest, Guard, RouteOptions } from 'attestkit';
import { loadConfig, type Config, type Gateway } from 'attestkit-gateway';
import type { GatewayRule } from '../../../packages/gateway/dist/config/compose.js';
import { startWith } from '../../../packages/gateway/dist/gateway.js';
import { idOf } from '../../../packages/gateway/dist/http/request-id.js';
import { liveOf } from '../../../packages/gateway/dist/live.js';
import { patternOf } from '../../../packages/gateway/dist/routes/pattern.js';
import { OPEN } from '../../../packages/gateway/dist/routes/strictness.js';
import { tableOf } from '../../../packages/gateway/dist/routes/table.js';
import type { RouteSpec, ServerSpec } from '../../servers/server-spec.js';
import { portOf } from '../../servers/serving.js';
import { plainRoutes } from '../plain-routes.js';
import { startApi, type Decisions } from './api.js';

/** Where the listeners of a gateway are, and its API. */
export interface Ports {
  readonly traffic: number;
  readonly authorization: number;
  /** Of questions by gRPC. */
  readonly grpc?: number;
  readonly api: number;
}

/** A gateway before the API of a server. */
export interface Served {
  readonly gateway: Gateway;
  /** Where the API itself listens. */
  readonly apiPort: number;
  /** Serves another one instead, as a new version of the configuration; requests that have begun end under theirs. */
  replace(spec: ServerSpec): void;
  close(): Promise<void>;
}

/** Of the file alone: the guard has its own. */
export const SECRETS = {
  APPROOV_BASE64_SECRET: randomBytes(64).toString('base64'),
  JWT_SECRET: randomBytes(48).toString('base64'),
};

/** What a file says of a server beside its ports. */
export interface FileParts {
  readonly devicePath: string | undefined;
  readonly settings: ServerSpec['settings'];
  readonly all: RouteOptions | undefined;
}

export function filePartsOf({ enrollment: devicePath, settings, all }: ServerSpec): FileParts {
  const { statuses, body, headers, expose, caching } = all ?? {};
  return { devicePath, settings, all: { statuses, body, headers, expose, caching } as RouteOptions };
}

/** What a file says of such a gateway: all but its own guard and its own routes, which are those of the server. */
export function fileOf(
  { traffic, authorization, grpc, api }: Ports,
  { devicePath, settings, all }: FileParts,
): string {
  return JSON.stringify({
    traffic: { listen: `127.0.0.1:${traffic}` },
    authorization: {
      listen: `127.0.0.1:${authorization}`,
      ...(grpc !== undefined && { grpc: { listen: `127.0.0.1:${grpc}` } }),
      requestIdsByProxy: true,
    },
    trustedProxies: ['loopback'],
    upstreams: { api: `http://127.0.0.1:${api}` },
    evidence: {
      approov: { secretBase64: '${APPROOV_BASE64_SECRET}' },
      appCheck: { projectNumber: '1', appIds: ['1:1:web:1'] },
    },
    ...(devicePath !== undefined && {
      devices: {
        path: devicePath,
        audience: 'https://api.example.com',
        secret: '${JWT_SECRET}',
        evidence: { appAttest: { appIds: ['TEAMID1234.com.example.app'] } },
      },
    }),
    accept: devicePath === undefined ? ['approov'] : ['approov', 'session'],
    store: 'memory',
    default: all ?? {},
    ...settings,
    shutdown: { deadlineMs: 100 },
  });
}

function configOf(ports: Ports, spec: ServerSpec): Config {
  return loadConfig(join(tmpdir(), 'gateway.json'), fileOf(ports, filePartsOf(spec)), SECRETS);
}

/** Starts a gateway with the guard and the routes of a server, and the API of its handlers. */
export async function serveSpec(spec: ServerSpec, ports: Ports): Promise<Served> {
  const decisions: Decisions = new Map();
  let current = spec;
  const api = await startApi(() => current, decisions, ports.api);
  const apiPort = portOf(api);
  const config = (): Config => configOf({ ...ports, api: apiPort }, current);
  const gateway = await startWith(
    (read, lasting) => ({ ...liveOf(read, lasting), ...composed(current, noting(current.guard, decisions)) }),
    config(),
    {},
  );
  return {
    gateway,
    apiPort,
    replace(next) {
      current = next;
      gateway.reload(config);
    },
    async close() {
      await gateway.close();
      await api.close();
    },
  };
}

/** The guard, which also notes what it has let through. */
function noting(guard: Guard, decisions: Decisions): Guard {
  return {
    ...guard,
    async check(request: AttestedRequest, route: Parameters<Guard['check']>[1]) {
      const decision = await guard.check(request, route);
      if (decision.outcome === 'accept') decisions.set(String(idOf(request)), decision);
      return decision;
    },
  } as Guard;
}

/** What a configuration would make of it. */
function composed(spec: ServerSpec, guard: Guard) {
  const { all, enrollment } = spec;
  const rules = plainRoutes(spec).map((route) => ruleOf(route, spec, guard));
  const fallback = rule('default', '/*', undefined, all, guard);
  return {
    guard,
    rules,
    fallback,
    table: tableOf(rules, fallback, 'refuse'),
    opened: () => undefined,
    devicePath: enrollment,
  };
}

function ruleOf({ method, path, protect }: RouteSpec, { all }: ServerSpec, guard: Guard): GatewayRule {
  const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
  return rule(path, path, methods, (all ?? protect) ? { ...all, ...protect } : undefined, guard);
}

function rule(
  name: string,
  path: string,
  methods: readonly string[] | undefined,
  asked: RouteOptions | undefined,
  guard: Guard,
): GatewayRule {
  return {
    name,
    path: patternOf(path),
    methods,
    host: undefined,
    demands: asked === undefined ? OPEN : demandsOf(asked),
    route: asked && guard.route(asked),
    upstream: 'api',
    keep: new Set(),
    timeoutMs: 10_000,
  };
}

function demandsOf(asked: RouteOptions): GatewayRule['demands'] {
  const options = Object.entries(asked).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return { enforced: 1, clauses: [['evidence'], ...options.map((option) => [option])] };
}
