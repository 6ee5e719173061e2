import type { Address } from '../../config/schema.js';
import type { PlannedUpstream } from './plan/upstreams.js';

const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';

const OPTIONS = 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** What a cluster needs for gRPC. */
export const HTTP2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': OPTIONS,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

export function addressFor(address: Address): object {
  if ('path' in address) return { pipe: { path: address.path } };
  return { socket_address: { address: address.host, port_value: address.port } };
}

export function clusterOf(name: string, address: Address): object {
  const endpoint = { endpoint: { address: addressFor(address) } };
  return {
    name,
    // Names are resolved again and again; addresses need no resolving.
    type: 'path' in address || /^[0-9.]+$|:/.test(address.host) ? 'STATIC' : 'STRICT_DNS',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] },
  };
}

export function secureClusterOf({ id, address, tls }: PlannedUpstream): object {
  const cluster = clusterOf(id, address);
  if (tls === undefined) return cluster;
  const { name, ca = '/etc/ssl/certs/ca-certificates.crt', certificate, key } = tls;
  const context = {
    '@type': TLS,
    sni: name,
    common_tls_context: {
      validation_context: {
        trusted_ca: { filename: ca },
        match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: name } }],
      },
      ...(certificate !== undefined && {
        tls_certificates: [
          { certificate_chain: { filename: certificate }, private_key: { filename: key ?? certificate } },
        ],
      }),
    },
  };
  return { ...cluster, transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: context } };
}
