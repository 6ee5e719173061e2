import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { devices, printed, PROXIES, refused } from './support/printed.js';

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
    expect(manager.http_filters[0]?.typed_config).toMatchObject({
      mutations: {
        response_mutations: [
          { append: { header: { key: 'cache-control', value: 'private' }, append_action: 'ADD_IF_ABSENT' } },
          { append: { header: { key: 'vary' }, append_action: 'APPEND_IF_EXISTS_OR_ADD' } },
        ],
      },
    });
    expect(await printed('envoy', { ...devices, ...two, caching: 'unchanged' })).not.toContain('private');
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
