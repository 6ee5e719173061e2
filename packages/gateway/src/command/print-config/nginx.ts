import type { Address } from '../../config/schema.js';
import { hostAndPort, type HostAndPort } from './plan/addresses.js';
import { comment } from './comment.js';
import { FORWARDING, IDENTITY, RESULT_TOKEN } from './plan/fields.js';
import { apiMap, bodilessMap, cachingMaps, deviceLocations } from './nginx-parts.js';
import type { Plan } from './plan/plan.js';
import type { PlannedUpstream } from './plan/upstreams.js';

/** A session or a proof is for the gateway alone. */
const AUTHORIZATION_MAP = `
# A session or a proof ends here; the API's own tokens go on.
map $x_attest_evidence $attestkit_authorization { default $http_authorization; "~(session|signedRequest)" ""; }
`;

/** Refusals there come by a second error_page. */
const BODILESS = `    recursive_error_pages on;
    if ($attestkit_bodiless) { return 418; }
`;

/** For the block `http` of nginx. */
export function nginx(plan: Plan, listen: HostAndPort): string {
  const { authorization, devices, upstreams, bodiless, vary, contentType } = plan;
  const toApi = `${bodiless.length === 0 ? '' : BODILESS}    proxy_pass $attestkit_api;\n`;
  return `# Made of ${comment(plan.file)} by: attestkit-gateway print-config nginx
# It belongs into the block http: /etc/nginx/conf.d/api.conf
# For TLS add your own lines: listen 443 ssl; ssl_certificate ...; ssl_certificate_key ...;

upstream attestkit-authorization { server ${serverOf(authorization)}; keepalive 32; }
${devices === undefined ? '' : `upstream attestkit-gateway { server ${serverOf(devices.address)}; keepalive 8; }\n`}${upstreams.map(upstreamLine).join('')}
# WebSockets alone are passed on: what another protocol says after its first request would go unchecked.
map "$request_method $http_sec_websocket_version $http_content_length$http_transfer_encoding $http_upgrade" $attestkit_upgrade {
  default "";
  "~*^GET 13  websocket$" websocket;
}
map $attestkit_upgrade $attestkit_connection { default upgrade; "" ""; }
# Without an answer of the gateway the request is refused.
map $attestkit_body $attestkit_text { default $attestkit_body; "" "{}"; }
map $attestkit_status $attestkit_later { default $attestkit_retry_after; "" 5; }
${vary === undefined ? '' : cachingMaps(vary)}${plan.stripsAuthorization ? AUTHORIZATION_MAP : ''}${apiMap(plan)}${bodilessMap(plan)}
server {
  listen ${hostAndPort(listen)};
  # A location of your own inherits the question. It loses the fields if it has a proxy_set_header of its own.
  auth_request /.attestkit-ask;
${setLines(plan)}
  error_page 401 403 500 = @attestkit-refused;
${bodiless.length === 0 ? '' : '  error_page 418 = @attestkit-bodiless;\n'}  add_header X-Request-Id $request_id always;
${vary === undefined ? '' : '  add_header Cache-Control $attestkit_cache always;\n  add_header Vary $attestkit_vary always;\n'}${indented(2, apiLines(plan))}
${devices === undefined ? '' : deviceLocations(devices.path, toApi)}
  location / {
${toApi}  }
${bodiless.length === 0 ? '' : bodilessLocation(plan)}
  location = /.attestkit-ask {
    internal;
    auth_request off;
    proxy_pass http://attestkit-authorization/authz/auth-request;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header Connection "";
    proxy_set_header Upgrade "";
    proxy_set_header Expect "";
    proxy_set_header X-Original-Method $request_method;
    proxy_set_header X-Original-URI $request_uri;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Request-Id $request_id;
    proxy_connect_timeout 1s;
    proxy_read_timeout 2s;
    proxy_next_upstream off;
  }

  location @attestkit-refused {
    internal;
    auth_request off;
    default_type "${contentType}";
${indented(4, refusalLines(plan))}
  }
}
`;
}

function indented(width: number, lines: readonly string[]): string {
  return lines.map((line) => `${' '.repeat(width)}${line}`).join('\n');
}

function upstreamLine({ id, name, address }: PlannedUpstream): string {
  return `upstream ${id} { server ${serverOf(address)}; keepalive 32; } # ${comment(name)}\n`;
}

function serverOf(address: Address): string {
  return 'path' in address ? `unix:${address.path}` : hostAndPort(address);
}

/** The variable of a field: `x_attest_device`. */
function variable(field: string): string {
  return field.toLowerCase().replaceAll('-', '_');
}

/** What the answer of the gateway says, for the API or for the client. */
function setLines({ refusalFields }: Plan): string {
  const fields = [
    ...['X-Attest-Status', 'X-Attest-Body'].map(
      (field) => [variable(field.slice('X-Attest-'.length)), field] as const,
    ),
    ...refusalFields.map((field) => [variable(field), field] as const),
  ].map(([name, field]) => `auth_request_set $attestkit_${name} $upstream_http_${variable(field)};`);
  const identity = [...IDENTITY, RESULT_TOKEN].map(variable);
  return indented(2, [
    ...fields,
    ...identity.map((name) => `auth_request_set $${name} $upstream_http_${name};`),
  ]);
}

/** What the API gets, whatever the client sent: an empty value takes the field away. */
function apiLines({ upstreams, picks, evidence, stripsAuthorization, timeoutMs }: Plan): readonly string[] {
  const tls = upstreams.find((each) => each.tls !== undefined)?.tls;
  return [
    'proxy_http_version 1.1;',
    `proxy_read_timeout ${timeoutMs}ms;`,
    'proxy_set_header Host $host;',
    'proxy_set_header Connection $attestkit_connection;',
    'proxy_set_header Upgrade $attestkit_upgrade;',
    'proxy_set_header X-Forwarded-Host $host;',
    'proxy_set_header X-Forwarded-Proto $scheme;',
    'proxy_set_header X-Forwarded-For $remote_addr;',
    'proxy_set_header X-Request-Id $request_id;',
    ...[...IDENTITY, RESULT_TOKEN].map((field) => `proxy_set_header ${field} $${variable(field)};`),
    ...[...FORWARDING, ...evidence].map((field) => `proxy_set_header ${field} "";`),
    ...(stripsAuthorization ? ['proxy_set_header Authorization $attestkit_authorization;'] : []),
    ...(tls === undefined
      ? []
      : [
          'proxy_ssl_verify on;',
          'proxy_ssl_verify_depth 4;',
          'proxy_ssl_server_name on;',
          `proxy_ssl_name ${picks.length === 0 ? tls.name : '$attestkit_api_name'};`,
          `proxy_ssl_trusted_certificate ${tls.ca ?? '/etc/ssl/certs/ca-certificates.crt'};`,
          ...(tls.certificate === undefined ? [] : [`proxy_ssl_certificate ${tls.certificate};`]),
          ...(tls.key === undefined ? [] : [`proxy_ssl_certificate_key ${tls.key};`]),
        ]),
  ];
}

function bodilessLocation(plan: Plan): string {
  return `
  location @attestkit-bodiless {
    proxy_pass_request_body off;
${indented(
  4,
  apiLines(plan).filter((line) => line.startsWith('proxy_set_header ')),
)}
    proxy_set_header Content-Length "";
    proxy_pass $attestkit_api;
  }
`;
}

function refusalLines({ statuses, refusalFields }: Plan): readonly string[] {
  // nginx passes WWW-Authenticate on by itself.
  const fields = refusalFields.filter((field) => !['www-authenticate', 'retry-after'].includes(field));
  return [
    'add_header Retry-After $attestkit_later always;',
    ...fields.map((field) => `add_header ${field} $attestkit_${variable(field)} always;`),
    ...statuses
      .filter((status) => status !== 503)
      .map((status) => `if ($attestkit_status = ${status}) { return ${status} $attestkit_text; }`),
    'return 503 $attestkit_text;',
  ];
}
