import type { Address } from '../../config/schema.js';
import { hostAndPort, type HostAndPort } from './plan/addresses.js';
import { comment } from './comment.js';
import { FORWARDING, IDENTITY, RESULT_TOKEN } from './plan/fields.js';
import type { Plan } from './plan/plan.js';
import type { Requests } from './plan/requests.js';
import type { PlannedUpstream } from './plan/upstreams.js';

/** Where the configuration looks for the Lua file. */
const LUA = '/etc/haproxy/attestkit.lua';

/** A session or a proof ends here; the API's own tokens go on. */
const AUTHORIZATION_RULE =
  '  http-request del-header Authorization if { var(txn.x_attest_evidence) -m reg (session|signedRequest) }\n';

/** A whole haproxy.cfg; it loads what `haproxyLua` gives. */
export function haproxy(plan: Plan, listen: HostAndPort): string {
  const { devices, upstreams, picks, fallback, bodiless, evidence, vary, stripsAuthorization, timeoutMs } =
    plan;
  return `# Made of ${comment(plan.file)} by: attestkit-gateway print-config haproxy
# For TLS: bind :443 ssl crt /etc/haproxy/api.pem

global
  # Printed by: attestkit-gateway print-config haproxy-lua
  lua-load ${LUA}
.if version_atleast(2.8)
  # Older versions ask up to four times.
  httpclient.retries 0
.endif

defaults
  mode http
  timeout connect 5s
  timeout client 65s
  timeout server ${timeoutMs}ms
  timeout http-request 10s

frontend api
  bind ${hostAndPort(listen)}
  acl websocket var(txn.websocket) -m bool
  http-request set-var(txn.websocket) bool(true) if METH_GET { req.hdr(upgrade) -i websocket } { req.hdr(sec-websocket-version) 13 } !{ req.hdr(content-length) -m found } !{ req.hdr(transfer-encoding) -m found }
  # One host: some rules would take the first of a list, and others the last.
  http-request deny status 400 unless { req.fhdr_cnt(host) eq 1 }
  http-request deny status 400 if { req.fhdr(host) -m sub , }
  # No proxy's form of a target, and not *.
  http-request deny status 400 unless { url -m beg / }
  # Only the gateway says who a client is. Names with other characters are read by some servers as if they had -.
  http-request del-header [^A-Za-z0-9-] -m reg
  http-request del-header x-attest- -m beg
  http-request del-header x-forwarded- -m beg
  http-request del-header x-original- -m beg
${FORWARDING.filter((field) => !/^X-(Forwarded|Original)-/.test(field))
  .map((field) => `  http-request del-header ${field}\n`)
  .join('')}  # A client must not name in Connection what is added here. WebSockets alone are passed on.
  http-request set-header Connection upgrade if websocket
  http-request del-header Connection unless websocket
  http-request del-header Upgrade unless websocket
  http-request set-var(txn.attestkit_id) uuid()
  http-request set-header X-Request-Id %[var(txn.attestkit_id)]
  http-request set-header X-Forwarded-Host %[req.fhdr(host)]
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Proto http unless { ssl_fc }
  http-request set-header X-Forwarded-For %[src]
${devices === undefined ? '' : deviceRule(devices.path)}${bodiless.map(bodilessRules).join('')}  http-request lua.attestkit
  # Also if the script itself fails.
  http-request deny status 503 unless { var(txn.attestkit_accepted) -m bool }
${[...IDENTITY, RESULT_TOKEN].map(identityRule).join('')}${evidence.map((field) => `  http-request del-header ${field}\n`).join('')}${stripsAuthorization ? AUTHORIZATION_RULE : ''}${devices === undefined ? '' : '  use_backend attestkit_gateway if devices\n'}${picks.map(({ upstream, ...requests }) => `  use_backend ${upstream.id} if ${conditions(requests)}\n`).join('')}  default_backend ${fallback.id}
  http-response set-header X-Request-Id %[var(txn.attestkit_id)]
${vary === undefined ? '' : cachingRules(vary)}${devices === undefined ? '' : backend('attestkit_gateway', serverOf(devices.address))}${upstreams.map(backendOf).join('')}`;
}

/** Before the question. */
function deviceRule(path: string): string {
  return `  # The device endpoints and the keys of sessions. Name this proxy in trustedProxies of the gateway.
  acl devices path -m beg ${path}/
  acl devices path /.well-known/attestkit/jwks.json
  http-request allow if devices
`;
}

function bodilessRules(requests: Requests): string {
  return `  # Their signature says that they have no body, and no body is handed over to the gateway.
  http-request wait-for-body time 1s at-least 1 if ${conditions(requests)}
  http-request deny status 400 if ${conditions(requests)} { req.body_len gt 0 }
`;
}

function identityRule(field: string): string {
  const variable = `txn.${field.toLowerCase().replaceAll('-', '_')}`;
  return `  http-request set-header ${field} %[var(${variable})] if { var(${variable}) -m found }\n`;
}

/** What was answered to one client is not for another one. */
function cachingRules(vary: readonly string[]): string {
  const known = '{ var(txn.x_attest_outcome) -m str accepted reported }';
  return `  http-response set-header Cache-Control private if ${known} !{ res.hdr(cache-control) -m found }
${vary.length === 0 ? '' : `  http-response add-header Vary '${vary.join(', ')}' if ${known}\n`}`;
}

/** By the target as it was sent. */
function conditions({ target, ignoresCase, methods, host }: Requests): string {
  return [
    `{ pathq -m reg ${ignoresCase ? '-i ' : ''}${quoted(target)} }`,
    ...(methods === undefined ? [] : [`{ method ${methods.join(' ')} }`]),
    ...(host === undefined ? [] : [`{ req.fhdr(host) -m reg -i ${quoted(`^${host}[.]?(:[0-9]+)?$`)} }`]),
  ].join(' ');
}

/** Nothing is read in single quotes; one of them stands outside. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function serverOf(address: Address): string {
  return 'path' in address ? `unix@${address.path}` : hostAndPort(address);
}

function backend(id: string, server: string): string {
  return `
backend ${id}
  server ${id} ${server}
`;
}

function backendOf({ id, address, tls, name }: PlannedUpstream): string {
  const secure =
    tls === undefined
      ? ''
      : ` ssl verify required ca-file ${tls.ca ?? '/etc/ssl/certs/ca-certificates.crt'} sni str(${tls.name}) verifyhost ${tls.name}`;
  return `\n# ${comment(name)}${backend(id, `${serverOf(address)}${secure}`)}`;
}
