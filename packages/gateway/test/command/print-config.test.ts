import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { command, written } from './support/command.js';

const PROXIES = ['nginx', 'caddy', 'haproxy', 'haproxy-lua', 'traefik', 'envoy'] as const;

const settings = (more: object = {}): object => ({
  traffic: { listen: '127.0.0.1:8080' },
  authorization: { listen: '127.0.0.1:8081' },
  upstreams: { api: 'http://127.0.0.1:8000' },
  evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
  default: {},
  ...more,
});
const devices = {
  devices: {
    audience: 'https://api.example.com',
    secret: '${JWT_SECRET}',
    evidence: { appAttest: { appIds: ['TEAMID1234.com.example.app'] } },
  },
  accept: ['approov', 'session'],
};

async function printed(proxy: string, more: object = {}): Promise<string> {
  const { status, out, err } = await command(['print-config', proxy, written(stringify(settings(more)))]);
  expect([status, err]).toEqual([0, '']);
  return out;
}

async function refused(proxy: string, more: object): Promise<string> {
  const { status, out, err } = await command(['print-config', proxy, written(stringify(settings(more)))]);
  expect([status, out]).toEqual([1, '']);
  for (const line of err.trimEnd().split('\n'))
    expect(line).toMatch(/^\S+gateway-\d+\.yaml:\d+:\d+ \S+ .+\. \S.+$/);
  return err;
}

describe.each(PROXIES)('print-config %s', (proxy) => {
  it('asks on the path of its convention, where the gateway listens', async () => {
    const text = await printed(proxy);
    if (proxy === 'haproxy') return expect(text).toContain('http-request lua.attestkit');
    expect(text).toMatch(/127\.0\.0\.1:8081|port_value: 8081/);
    const path =
      { nginx: '/authz/auth-request', envoy: '/authz/ext-authz' }[proxy as string] ?? '/authz/forward-auth';
    expect(text).toContain(path);
  });

  it.each([
    ['authorization is not set', { authorization: undefined }],
    ['upstreams is not set', { upstreams: undefined }],
    ['traffic is not set', { ...devices, traffic: undefined }],
    [
      'traffic.tls is set',
      { ...devices, traffic: { listen: '127.0.0.1:1', tls: { certificate: 'a', key: 'b' } } },
    ],
    ['authorization.listen has the port 0', { authorization: { listen: '127.0.0.1:0' } }],
  ])('%s: refused', async (says, more) => {
    expect(await refused(proxy, more)).toContain(` ${says}`);
  });

  it.each([
    ['authorization.listen', { authorization: { listen: 'unix:/run/a b"; evil' } }],
    ['devices.path', { devices: { ...devices.devices, path: '/a; } evil {' }, accept: ['approov'] }],
    ['devices.path', { devices: { ...devices.devices, path: '/..' }, accept: ['approov'] }],
    ['upstreams.api', { upstreams: { api: 'http://a$b`c:80' } }],
    ['upstreams.api.ca', { upstreams: { api: { url: 'https://api.internal', ca: '/etc/a b;\n}.pem' } } }],
    [
      'evidence.approov.header',
      { evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}', header: 'X$evil' } } },
    ],
    [
      'routes[0].host',
      {
        upstreams: { a: 'http://a:1', b: 'http://b:1' },
        routes: [{ path: '/x', host: 'a"; evil', upstream: 'a' }],
        default: { upstream: 'b' },
      },
    ],
    ['headers.X`evil', { headers: { 'X`evil': 'x' } }],
  ])('a value of %s that its language could misread is refused', async (field, more) => {
    const name = proxy === 'haproxy-lua' ? 'haproxy' : proxy;
    const { status, err } = await command(['print-config', name, written(stringify(settings(more)))]);
    // Some are refused by the gateway itself, as for every other use.
    expect([status, err]).toEqual([1, expect.stringContaining(field.split('.')[0] as string)]);
  });
});

describe('rules that verify bodies', () => {
  const signed = (more: object): object => ({
    ...devices,
    routes: [
      { path: '/open', open: true },
      { path: '/transfers', signedRequest: true, ...more },
    ],
  });

  it.each(['nginx', 'caddy', 'haproxy'])(
    'are refused for %s, which does not hand bodies over',
    async (proxy) => {
      const says = await refused(proxy, signed({}));
      expect(says).toMatch(
        / routes\[1\] \(\/transfers\) verifies a signature over the body, which \w+ does not hand over\. /,
      );
      expect(await refused(proxy, signed({ methods: ['GET', 'POST'] }))).toContain('routes[1] (/transfers)');
      expect(await refused(proxy, { ...devices, default: { signedRequest: true } })).toContain(
        ' default (/*) verifies',
      );
      const strictest = { ...signed({ methods: ['GET'] }), ambiguousPaths: 'strictest' };
      expect(await refused(proxy, strictest)).toContain('cannot find all of its requests');
      await printed(proxy, signed({ methods: ['GET', 'HEAD'] }));
    },
  );

  it.each(['nginx', 'caddy', 'haproxy'])('of Approov’s message signing, too, for %s', async (proxy) => {
    const signing = { messageSigning: { baseUrl: 'https://api.example.com' } };
    const says = await refused(proxy, { routes: [{ path: '/transfers', ...signing }] });
    expect(says).toContain('routes[0] (/transfers) verifies a signature over the body');
  });

  it('are refused by check-config, too', async () => {
    const file = written(stringify(settings(signed({}))));
    expect((await command(['check-config', file])).status).toBe(0);
    expect((await command(['check-config', file, '--proxy', 'caddy'])).err).toContain(
      'which caddy does not hand over',
    );
    expect((await command(['check-config', file, '--proxy', 'envoy'])).status).toBe(0);
  });

  it('make Traefik and Envoy hand over bodies of the size that is verified', async () => {
    const more = signed({ maxBodyBytes: 5000 });
    expect(parse(await printed('traefik', more))).toMatchObject({
      http: { middlewares: { attestkit: { forwardAuth: { forwardBody: true, maxBodySize: 5000 } } } },
    });
    expect(await printed('envoy', more)).toContain('max_request_bytes: 5000');
    expect(await printed('envoy', more)).toContain('allow_partial_message: false');
    expect(await printed('traefik', devices)).not.toContain('forwardBody');
    expect(await printed('envoy', devices)).not.toContain('with_request_body');
  });
});

interface Envoy {
  readonly static_resources: {
    readonly listeners: readonly {
      readonly filter_chains: readonly { readonly filters: readonly { readonly typed_config: Manager }[] }[];
    }[];
    readonly clusters: readonly { readonly name: string }[];
  };
}
interface Manager {
  readonly route_config: { readonly virtual_hosts: readonly { readonly routes: readonly object[] }[] };
  readonly http_filters: readonly { readonly name: string; readonly typed_config: object }[];
}

describe('what real proxies do not check here', () => {
  const two = {
    upstreams: { api: 'http://127.0.0.1:8000', pay: 'https://pay.internal:8443' },
    routes: [{ path: '/pay/*', methods: ['POST'], host: 'api.example.com', upstream: 'pay' }],
    default: { upstream: 'api' },
  };

  it('Traefik: the field names of its documentation, and nothing that a client says', async () => {
    const { http } = parse(await printed('traefik', { ...devices, ...two })) as {
      readonly http: Record<string, Record<string, object>>;
    };
    expect(http['routers']?.['attestkit-0']).toMatchObject({
      rule: expect.stringMatching(
        / && PathRegexp\(`\(\?i\)\^\/pay\(\/\|\[\?\]\|\$\)`\) && \(Method\(`POST`\)\) && HostRegexp\(`\(\?i\)\^api\[\.\]example\[\.\]com\[\.\]\?\$`\)$/,
      ),
      middlewares: ['attestkit-clean', 'attestkit', 'attestkit-strip'],
      service: 'attestkit_api_1',
    });
    expect(http['middlewares']?.['attestkit']).toEqual({
      forwardAuth: {
        address: 'http://127.0.0.1:8081/authz/forward-auth',
        trustForwardHeader: false,
        authResponseHeaders: [
          'X-Attest-Outcome',
          'X-Attest-Evidence',
          'X-Attest-Device',
          'X-Attest-User',
          'X-Attest-Key',
          'X-Attest-Token',
        ],
        maxResponseBodySize: 65_536,
      },
    });
    // Traefik does not name requests, so that the name of a client must not pass for its own.
    expect(http['middlewares']?.['attestkit-clean']).toMatchObject({
      headers: {
        customRequestHeaders: { 'X-Request-Id': '', 'X-Attest-Device': '', 'X-Forwarded-Prefix': '' },
      },
    });
    expect(http['middlewares']?.['attestkit-strip']).toEqual({
      headers: { customRequestHeaders: { 'approov-token': '', 'x-app-attest': '' } },
    });
    expect(http['serversTransports']).toEqual({ attestkit_api_1: { serverName: 'pay.internal' } });
  });

  it('Envoy: fails closed, tells all fields and a name of its own, and cleans what clients say', async () => {
    const { static_resources } = parse(await printed('envoy', { ...devices, ...two })) as Envoy;
    expect(static_resources.clusters.map(({ name }) => name)).toEqual([
      'attestkit_authorization',
      'attestkit_gateway',
      'attestkit_api_0',
      'attestkit_api_1',
    ]);
    const manager = static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config as Manager;
    expect(manager).toMatchObject({
      normalize_path: true,
      merge_slashes: true,
      path_with_escaped_slashes_action: 'REJECT_REQUEST',
      common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
      use_remote_address: true,
      upgrade_configs: [{ upgrade_type: 'websocket' }],
    });
    expect(manager.http_filters.map(({ name }) => name)).toEqual([
      'attestkit.clean',
      'envoy.filters.http.ext_authz',
      'attestkit.strip',
      'envoy.filters.http.router',
    ]);
    expect(manager.http_filters[1]?.typed_config).toMatchObject({
      failure_mode_allow: false,
      status_on_error: { code: 'ServiceUnavailable' },
      http_service: {
        path_prefix: '/authz/ext-authz',
        authorization_request: {
          headers_to_add: expect.arrayContaining([{ key: 'x-request-id', value: '%STREAM_ID%' }]),
        },
        authorization_response: { allowed_upstream_headers: { patterns: [{ prefix: 'x-attest-' }] } },
      },
    });
    const [challenge, jwks, pay, rest] = manager.route_config.virtual_hosts[0]?.routes ?? [];
    const disabled = { typed_per_filter_config: { 'envoy.filters.http.ext_authz': { disabled: true } } };
    expect(challenge).toMatchObject({
      match: { prefix: '/device/' },
      route: { cluster: 'attestkit_gateway' },
      ...disabled,
    });
    expect(jwks).toMatchObject({ match: { path: '/.well-known/attestkit/jwks.json' }, ...disabled });
    expect(pay).toMatchObject({
      match: {
        safe_regex: { regex: '(?i)^/pay(/|[?]|$).*' },
        headers: [
          { name: ':method', string_match: { safe_regex: { regex: 'POST' } } },
          {
            name: ':authority',
            string_match: { safe_regex: { regex: '(?i)api[.]example[.]com[.]?(:[0-9]+)?' } },
          },
        ],
      },
      route: { cluster: 'attestkit_api_1' },
    });
    expect(rest).toEqual({ match: { prefix: '/' }, route: { cluster: 'attestkit_api_0', timeout: '60s' } });
  });

  it('Envoy: asks by gRPC if that is configured, for raw field lines', async () => {
    const grpc = { authorization: { listen: '127.0.0.1:8081', grpc: { listen: '127.0.0.1:8082' } } };
    const text = await printed('envoy', grpc);
    const { static_resources } = parse(text) as Envoy;
    expect(
      static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config.http_filters[1]?.typed_config,
    ).toMatchObject({
      failure_mode_allow: false,
      encode_raw_headers: true,
      grpc_service: { envoy_grpc: { cluster_name: 'attestkit_authorization' }, timeout: '2s' },
    });
    expect(text).not.toContain('http_service');
    expect(static_resources.clusters[0]).toMatchObject({
      load_assignment: {
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { port_value: 8082 } } } }] }],
      },
      typed_extension_protocol_options: expect.anything(),
    });
  });

  it('hostile names stay in comments, and nothing of them is read', async () => {
    const name = 'api\n}\nserver { evil on; }\n\u2028- evil: true\u202e';
    const more = {
      ...two,
      upstreams: { [name]: 'http://127.0.0.1:8000', pay: two.upstreams.pay },
      default: { upstream: name },
    };
    const { http } = parse(await printed('traefik', more)) as {
      readonly http: { readonly services: object };
    };
    expect(Object.keys(http.services)).toEqual(['attestkit_api_0', 'attestkit_api_1']);
    expect(Object.keys(parse(await printed('envoy', more)) as object)).toEqual(['static_resources']);
    for (const proxy of PROXIES)
      for (const line of (await printed(proxy, more)).split('\n'))
        if (line.includes('evil')) expect(line).toMatch(/^[^"']*# [^\u2028\u202e]*$/);
  });

  it('a unix socket is refused for Traefik alone', async () => {
    const sockets = {
      ...devices,
      authorization: { listen: 'unix:/run/a.sock' },
      traffic: { listen: 'unix:/run/t.sock' },
    };
    expect(await refused('traefik', sockets)).toMatch(
      /authorization\.listen is a unix socket[\s\S]*traffic\.listen is a unix socket/,
    );
    expect(await printed('nginx', sockets)).toContain('server unix:/run/a.sock;');
    expect(await printed('caddy', sockets)).toContain('forward_auth unix//run/a.sock {');
    expect(await printed('haproxy-lua', sockets)).toContain('dst = "unix@/run/a.sock"');
    expect(await printed('haproxy', sockets)).toContain('server attestkit_gateway unix@/run/t.sock');
    expect(await printed('envoy', sockets)).toContain('path: /run/a.sock');
  });
});
