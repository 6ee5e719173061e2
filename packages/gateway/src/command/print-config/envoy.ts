import { stringify } from 'yaml';
import type { HostAndPort } from './plan/addresses.js';
import { comment } from './comment.js';
import { addressFor, clusterOf, HTTP2, secureClusterOf } from './envoy-clusters.js';
import { FORWARDING, IDENTITY, RESULT_TOKEN } from './plan/fields.js';
import type { Plan } from './plan/plan.js';
import type { Requests } from './plan/requests.js';

const HTTP_FILTERS = 'type.googleapis.com/envoy.extensions.filters.http';
const MANAGER =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** A whole bootstrap configuration with one listener. */
export function envoy(plan: Plan, listen: HostAndPort): string {
  const { devices, upstreams, file, authorization, grpc } = plan;
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: managerOf(plan) };
  const configuration = {
    static_resources: {
      listeners: [{ name: 'api', address: addressFor(listen), filter_chains: [{ filters: [filter] }] }],
      clusters: [
        grpc === undefined
          ? clusterOf('attestkit_authorization', authorization)
          : { ...clusterOf('attestkit_authorization', grpc), ...HTTP2 },
        ...(devices === undefined ? [] : [clusterOf('attestkit_gateway', devices.address)]),
        ...upstreams.map(secureClusterOf),
      ],
    },
  };
  return `# Made of ${comment(file)} by: attestkit-gateway print-config envoy
# For TLS add a transport_socket to the filter chain.
# Clusters: ${upstreams.map(({ id, name }) => `${id} is ${comment(name)}`).join(', ')}
${stringify(configuration, { lineWidth: 0 })}`;
}

function managerOf(plan: Plan): object {
  const { timeoutMs, evidence, vary } = plan;
  return {
    '@type': MANAGER,
    stat_prefix: 'api',
    // What is judged is what goes on: targets that servers read in different ways are refused here already.
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: 'REJECT_REQUEST',
    common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
    use_remote_address: true,
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    stream_idle_timeout: seconds(timeoutMs),
    route_config: {
      name: 'api',
      virtual_hosts: [{ name: 'api', domains: ['*'], routes: routesOf(plan) }],
    },
    http_filters: [
      changing('attestkit.clean', [...IDENTITY, RESULT_TOKEN, ...FORWARDING], vary && cachingOf(vary)),
      { name: 'envoy.filters.http.ext_authz', typed_config: askingOf(plan) },
      ...(evidence.length === 0 ? [] : [changing('attestkit.strip', evidence)]),
      { name: 'envoy.filters.http.router', typed_config: { '@type': `${HTTP_FILTERS}.router.v3.Router` } },
    ],
  };
}

/** Envoy 1.27 and later. */
function changing(name: string, removed: readonly string[], ofAnswers?: readonly object[]): object {
  const mutations = {
    request_mutations: removed.map((field) => ({ remove: field.toLowerCase() })),
    ...(ofAnswers && { response_mutations: ofAnswers }),
  };
  return { name, typed_config: { '@type': `${HTTP_FILTERS}.header_mutation.v3.HeaderMutation`, mutations } };
}

/** What was answered to one client is not for another one. */
function cachingOf(vary: readonly string[]): readonly object[] {
  return [
    added('cache-control', 'private', 'ADD_IF_ABSENT'),
    ...(vary.length === 0 ? [] : [added('vary', vary.join(', '), 'APPEND_IF_EXISTS_OR_ADD')]),
  ];
}

function added(key: string, value: string, append_action: string): object {
  return { append: { header: { key, value }, append_action } };
}

function askingOf(plan: Plan): object {
  const { bodyBytes, grpc } = plan;
  return {
    '@type': `${HTTP_FILTERS}.ext_authz.v3.ExtAuthz`,
    transport_api_version: 'V3',
    // With true, every outage of the gateway would open the API.
    failure_mode_allow: false,
    status_on_error: { code: 'ServiceUnavailable' },
    ...(bodyBytes !== undefined && {
      with_request_body: { max_request_bytes: bodyBytes, allow_partial_message: false, pack_as_bytes: true },
    }),
    ...(grpc === undefined ? byHttp(plan) : BY_GRPC),
  };
}

const BY_GRPC = {
  // Field lines as they came, also those outside of UTF-8.
  encode_raw_headers: true,
  validate_mutations: true,
  grpc_service: { envoy_grpc: { cluster_name: 'attestkit_authorization' }, timeout: '2s' },
};

function byHttp({ refusalFields }: Plan): object {
  const answered = ['content-type', ...refusalFields];
  return {
    // All: a field that is not told cannot be verified.
    allowed_headers: { patterns: [{ safe_regex: { regex: '.*' } }] },
    http_service: {
      server_uri: { uri: 'http://attestkit', cluster: 'attestkit_authorization', timeout: '2s' },
      path_prefix: '/authz/ext-authz',
      authorization_request: {
        headers_to_add: [
          { key: 'x-forwarded-proto', value: '%REQ(:SCHEME)%' },
          // Of Envoy alone: a client can bring an x-request-id.
          { key: 'x-request-id', value: '%STREAM_ID%' },
        ],
      },
      authorization_response: {
        allowed_upstream_headers: { patterns: [{ prefix: 'x-attest-' }] },
        allowed_client_headers: { patterns: answered.map((field) => ({ exact: field })) },
      },
    },
  };
}

function routesOf({ picks, fallback, devices, timeoutMs }: Plan): readonly object[] {
  const unasked = {
    'envoy.filters.http.ext_authz': {
      '@type': `${HTTP_FILTERS}.ext_authz.v3.ExtAuthzPerRoute`,
      disabled: true,
    },
  };
  const own = (match: object): object => ({
    match,
    route: { cluster: 'attestkit_gateway' },
    typed_per_filter_config: unasked,
  });
  return [
    ...(devices === undefined
      ? []
      : [own({ prefix: `${devices.path}/` }), own({ path: '/.well-known/attestkit/jwks.json' })]),
    ...picks.map(({ upstream, ...requests }) => ({
      match: matchOf(requests),
      route: { cluster: upstream.id, timeout: seconds(timeoutMs) },
    })),
    { match: { prefix: '/' }, route: { cluster: fallback.id, timeout: seconds(timeoutMs) } },
  ];
}

/** Envoy compares the whole path, without the query. */
function matchOf({ target, ignoresCase, methods, host }: Requests): object {
  const headers = [
    ...(methods === undefined ? [] : [regexOf(':method', methods.join('|'))]),
    ...(host === undefined ? [] : [regexOf(':authority', `(?i)${host}[.]?(:[0-9]+)?`)]),
  ];
  return {
    safe_regex: { regex: `${ignoresCase ? '(?i)' : ''}${target}.*` },
    ...(headers.length > 0 && { headers }),
  };
}

function regexOf(name: string, regex: string): object {
  return { name, string_match: { safe_regex: { regex } } };
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}
