import type { Address } from '../../config/schema.js';
import { hostAndPort, type HostAndPort } from './plan/addresses.js';
import { comment } from './comment.js';
import { FORWARDING, IDENTITY, RESULT_TOKEN } from './plan/fields.js';
import type { Plan } from './plan/plan.js';
import type { Requests } from './plan/requests.js';
import type { PlannedUpstream } from './plan/upstreams.js';

/** A session or a proof ends here; the API's own tokens go on. */
const AUTHORIZATION_LINES = `		@session header_regexp X-Attest-Evidence (session|signedRequest)
		request_header @session -Authorization
`;

/** What the name of a field may have besides letters, digits and hyphens (RFC 9110 §5.6.2), but for *, which Caddy reads as a wildcard. */
const ODD = "_.!#$%&'+^`|~";

/** A Caddyfile with one site. */
export function caddy(plan: Plan, listen: HostAndPort): string {
  const { devices, picks, fallback, bodiless, evidence, vary, stripsAuthorization, hasResultToken } = plan;
  return `# Made of ${comment(plan.file)} by: attestkit-gateway print-config caddy
# For TLS put the name of the API instead of this address: api.example.com

http://:${listen.port} {
${isAny(listen) ? '' : `\tbind ${listen.host}\n`}	# In this order, as written.
	route {
		# Only the gateway says who a client is. Names with other characters are read by some servers as if they had -.
${[...ODD].map((each) => `\t\trequest_header -*${each}*\n`).join('')}		request_header -X-Attest-*
		request_header -X-Forwarded-*
		request_header -X-Original-*
${FORWARDING.filter((field) => !/^X-(Forwarded|Original)-/.test(field))
  .map((field) => `\t\trequest_header -${field}\n`)
  .join('')}		# A client must not name in Connection what is added here. WebSockets alone are passed on.
		@websocket {
${websocketLines('\t\t\t')}		}
		@other {
			not {
${websocketLines('\t\t\t\t')}			}
		}
		request_header @websocket Connection Upgrade
		request_header @other -Connection
		request_header X-Request-Id {http.request.uuid}
		header X-Request-Id {http.request.uuid}
${devices === undefined ? '' : deviceLines(devices)}${bodiless.map(bodilessLines).join('')}
		forward_auth ${dialed(plan.authorization)} {
			# The ? keeps the client's query out of the question.
			uri /authz/forward-auth?
			header_up -Connection
			header_up -Upgrade
			header_up -Expect
			copy_headers ${[...IDENTITY, ...(hasResultToken ? [RESULT_TOKEN] : [])].join(' ')}
			transport http {
				dial_timeout 1s
				response_header_timeout 2s
			}
		}
		# Another server than the gateway has answered. (Caddy 2.6 writes a placeholder for a field that is missing.)
		@unsaid not header_regexp X-Attest-Outcome ^(accepted|reported|open)$
		respond @unsaid {} 503
${vary === undefined ? '' : cachingLines(vary)}${evidence.map((field) => `\t\trequest_header -${field}\n`).join('')}${stripsAuthorization ? AUTHORIZATION_LINES : ''}${picks.map((pick, at) => `\t\t@pick${at} {\n${matcherLines(pick)}\t\t}\n\t\t${passTo(pick.upstream, plan, ` @pick${at}`)}`).join('')}		${passTo(fallback, plan, '')}	}
}
`;
}

/** A GET without a body (RFC 6455 §4.1). */
function websocketLines(indent: string): string {
  return [
    'method GET',
    'header_regexp Upgrade (?i)^websocket$',
    'header Sec-WebSocket-Version 13',
    'not header Content-Length *',
  ]
    .map((line) => `${indent}${line}\n`)
    .join('');
}

/** Caddy listens on all addresses, if it is not told otherwise. */
function isAny({ host }: HostAndPort): boolean {
  return host === '0.0.0.0' || host === '::';
}

function dialed(address: Address): string {
  return 'path' in address ? `unix/${address.path}` : hostAndPort(address);
}

function deviceLines({ address, path }: NonNullable<Plan['devices']>): string {
  return `
		# The device endpoints and the keys of sessions. Name this proxy in trustedProxies of the gateway.
		@devices path ${path}/* /.well-known/attestkit/jwks.json
		reverse_proxy @devices ${dialed(address)}
`;
}

/** The signature says that there is no body; Caddy does not show the gateway whether there is one. */
function bodilessLines(requests: Requests, at: number): string {
  return `
		# Their signature says that they have no body.
		@bodiless${at} {
${matcherLines(requests)}		}
		request_body @bodiless${at} {
			max_size 1
		}
		@filled${at} {
${matcherLines(requests)}			not vars {http.request.body} ""
		}
		respond @filled${at} {} 400
`;
}

/** What was answered to one client is not for another one. */
function cachingLines(vary: readonly string[]): string {
  return `		@known header_regexp X-Attest-Outcome ^(accepted|reported)$
		header @known ?Cache-Control private
${vary.length === 0 ? '' : `\t\theader @known +Vary "${vary.join(', ')}"\n`}`;
}

/** By the target as it was sent: the matcher `path` reads dots, slashes and encodings before. */
function matcherLines({ target, ignoresCase, methods, host }: Requests): string {
  return [
    ...(methods === undefined ? [] : [`method ${methods.join(' ')}`]),
    ...(host === undefined ? [] : [`header_regexp Host (?i)^${host}[.]?(:[0-9]+)?$`]),
    `vars_regexp {http.request.uri} ${ignoresCase ? '(?i)' : ''}${target}`,
  ]
    .map((line) => `\t\t\t${line}\n`)
    .join('');
}

function passTo({ address, tls, name }: PlannedUpstream, { timeoutMs }: Plan, matcher: string): string {
  const lines = [
    `response_header_timeout ${timeoutMs}ms`,
    ...(tls === undefined
      ? []
      : [
          `tls_server_name ${tls.name}`,
          ...(tls.ca === undefined ? [] : [`tls_trusted_ca_certs ${tls.ca}`]),
          ...(tls.certificate === undefined || tls.key === undefined
            ? []
            : [`tls_client_auth ${tls.certificate} ${tls.key}`]),
        ]),
  ];
  return `# ${comment(name)}
		reverse_proxy${matcher} ${tls === undefined ? '' : 'https://'}${dialed(address)} {
			transport http {
${lines.map((line) => `\t\t\t\t${line}\n`).join('')}			}
		}
`;
}
