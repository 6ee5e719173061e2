import { ownPort } from '../../../packages/gateway/test/support/own-port.js';
import { CheckClient, checkRequest } from '../../../packages/gateway/test/support/check.js';
import type { Target } from '../../servers/server-spec.js';
import { portOf } from '../../servers/serving.js';
import { sendHttp1 } from '../../wire/http1.js';
import { REFUSED_TARGETS } from './refused-targets.js';
import { serveSpec } from './serve-spec.js';
import { exchange, standIn, type Ask, type Got, type Line } from './stand-in.js';

/** What a proxy says of the client. */
const telling = (got: Got): readonly Line[] => [
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-For', '203.0.113.7'],
  ['X-Request-Id', got.id],
];

const without = (lines: readonly Line[], names: RegExp): readonly Line[] =>
  lines.filter(([name]) => !names.test(name));

const TELLING = /^(?:x-forwarded-.*|x-original-.*|x-request-id|host|x-envoy-.*)$/i;

/** Traefik's ForwardAuth with `forwardBody`: always GET, with the request in fields. An empty body is none in Go. */
function traefik(port: number): Ask {
  return async (got) => {
    const { method, target, lines, host } = got;
    const body = got.body?.length === 0 ? undefined : got.body;
    const answer = await exchange(
      { method: 'GET', path: '/authz/forward-auth', port },
      [
        ['Host', 'gateway'],
        ...without(lines, TELLING),
        ['X-Forwarded-Method', method],
        ['X-Forwarded-Uri', target],
        ['X-Forwarded-Host', host],
        ...telling(got),
        ...(body === undefined ? [] : [['Transfer-Encoding', 'chunked'] as const]),
      ],
      body,
    );
    if (answer.status < 200 || answer.status > 299) return { passes: false, answer };
    const set = answer.lines.filter(([name]) => /^x-attest-/i.test(name));
    return { passes: true, set, removed: [] };
  };
}

/** Envoy's filter with an HTTP service and `with_request_body`: the request itself under a prefix. Lines of one name are joined. */
function envoy(port: number): Ask {
  return async (got) => {
    const { method, target, lines, host, body } = got;
    const answer = await exchange(
      { method, path: `/authz/ext-authz${target}`, port },
      [
        ['Host', host],
        ...joined(without(lines, TELLING)),
        ...telling(got),
        ['X-Envoy-Auth-Partial-Body', 'false'],
        ['Content-Length', String(body?.length ?? 0)],
      ],
      body,
    );
    if (answer.status !== 200) return { passes: false, answer };
    const of = (name: string): string =>
      answer.lines.find((line) => line[0].toLowerCase() === name)?.[1] ?? '';
    const removed = of('x-envoy-auth-headers-to-remove').split(', ');
    return { passes: true, set: answer.lines.filter(([name]) => /^x-attest-/i.test(name)), removed };
  };
}

/** The same by gRPC, with `encode_raw_headers` and `pack_as_bytes`. */
function envoyByGrpc(client: CheckClient): Ask {
  return async ({ method, target, lines, host, body, id }) => {
    const headers = [...without(lines, TELLING), ['x-envoy-auth-partial-body', 'false']].map(
      ([name = '', value = '']) => [name.toLowerCase(), Buffer.from(value, 'latin1')] as const,
    );
    const request = checkRequest({
      id,
      method,
      path: target,
      host,
      headers,
      rawBody: body ?? Buffer.alloc(0),
    });
    const { status, headers: said, body: text, removed } = await client.check(request);
    if (status === undefined) return { passes: true, set: said, removed };
    return { passes: false, answer: { status, lines: said, body: Buffer.from(text ?? '') } };
  };
}

function joined(lines: readonly Line[]): readonly Line[] {
  const found = new Map<string, string>();
  for (const [name, value] of lines) {
    const before = found.get(name.toLowerCase());
    found.set(name.toLowerCase(), before === undefined ? value : `${before},${value}`);
  }
  return [...found];
}

function standingIn(
  name: string,
  of: Pick<Target, 'fields' | 'hidesEmptyBodies'>,
  asking: (ports: { readonly authorization: number; readonly grpc: number }) => readonly [Ask, () => void],
): Target {
  return {
    name: `Gateway asked as by ${name}`,
    ...of,
    paths: 'as sent',
    http: 1,
    isBefore: true,
    buffers: true,
    parsers: { 'all routes': ['after'], 'one route': ['after'], enrollment: ['after'] },
    rejects: REFUSED_TARGETS,
    async start(spec) {
      const ports = { authorization: await ownPort(), grpc: await ownPort() };
      const { gateway, apiPort, replace, close } = await serveSpec(spec, { traffic: 0, api: 0, ...ports });
      const [ask, end] = asking(ports);
      const traffic = Number(new URL(String(gateway.trafficUrl)).port);
      const proxy = await standIn(ask, { api: apiPort, traffic, devicePath: spec.enrollment });
      const port = portOf(proxy);
      return {
        send: (request) => sendHttp1(port, request),
        port,
        replace,
        async close() {
          await proxy.close();
          end();
          await close();
        },
      };
    },
  };
}

/** Proxies that Debian does not have, each by a client that asks as its documentation says. */
export const standIns: readonly Target[] = [
  standingIn('Traefik', { fields: 'lines', hidesEmptyBodies: true }, ({ authorization }) => [
    traefik(authorization),
    () => undefined,
  ]),
  standingIn('Envoy', { fields: 'joined' }, ({ authorization }) => [envoy(authorization), () => undefined]),
  standingIn('Envoy by gRPC', { fields: 'lines' }, ({ grpc }) => {
    const client = new CheckClient(`http://127.0.0.1:${grpc}`);
    return [envoyByGrpc(client), () => client.close()];
  }),
];
