import { stringify } from 'yaml';
import type { Address } from '../../config/schema.js';
import { hostAndPort, type HostAndPort } from './plan/addresses.js';
import { comment } from './comment.js';
import { FORWARDING, IDENTITY, RESULT_TOKEN } from './plan/fields.js';
import type { Plan } from './plan/plan.js';
import type { Requests } from './plan/requests.js';
import type { PlannedUpstream } from './plan/upstreams.js';

/** Another protocol than WebSocket would go unchecked after its first request. */
const HTTP = '(!HeaderRegexp(`Upgrade`, `.`) || HeaderRegexp(`Upgrade`, `^(?i)websocket$`))';

/** A dynamic configuration, for the provider of files. */
export function traefik(plan: Plan, listen: HostAndPort): string {
  const { devices, upstreams, picks, fallback, evidence, file } = plan;
  const middlewares = ['attestkit-clean', 'attestkit', ...(evidence.length > 0 ? ['attestkit-strip'] : [])];
  const router = (rule: string, priority: number, upstream: PlannedUpstream) => ({
    rule: `${HTTP} && ${rule}`,
    priority,
    middlewares,
    service: upstream.id,
  });
  const secure = upstreams.filter(({ tls }) => tls !== undefined);
  const configuration = {
    http: {
      routers: {
        ...(devices && {
          'attestkit-devices': {
            rule: `PathPrefix(\`${devices.path}/\`) || Path(\`/.well-known/attestkit/jwks.json\`)`,
            priority: picks.length + 2,
            middlewares: ['attestkit-clean'],
            service: 'attestkit-gateway',
          },
        }),
        ...Object.fromEntries(
          picks.map((pick, at) => [
            `attestkit-${at}`,
            router(ruleOf(pick), picks.length - at + 1, pick.upstream),
          ]),
        ),
        'attestkit-rest': router('PathPrefix(`/`)', 1, fallback),
      },
      middlewares: middlewaresOf(plan),
      services: {
        ...(devices && {
          'attestkit-gateway': { loadBalancer: { servers: [{ url: urlOf(devices.address) }] } },
        }),
        ...Object.fromEntries(upstreams.map((upstream) => [upstream.id, serviceOf(upstream)])),
      },
      ...(secure.length > 0 && {
        serversTransports: Object.fromEntries(secure.map((upstream) => [upstream.id, transportOf(upstream)])),
      }),
    },
  };
  return `# Made of ${comment(file)} by: attestkit-gateway print-config traefik
# A dynamic configuration, for the provider of files. The static one has for each entry point:
#   entryPoints:
#     web:
#       address: "${hostAndPort(listen)}"
#       underscoreHeadersStrategy: reject
# Put no middleware before these that changes the path.
${stringify(configuration, { lineWidth: 0 })}`;
}

function middlewaresOf({ authorization, evidence, bodyBytes }: Plan): object {
  return {
    // Traefik does not name requests: the client's name must not pass for one of a proxy.
    'attestkit-clean': emptied([...IDENTITY, RESULT_TOKEN, ...FORWARDING, 'X-Request-Id']),
    attestkit: {
      forwardAuth: {
        address: `${urlOf(authorization)}/authz/forward-auth`,
        trustForwardHeader: false,
        authResponseHeaders: [...IDENTITY, RESULT_TOKEN],
        maxResponseBodySize: 65_536,
        ...(bodyBytes !== undefined && { forwardBody: true, maxBodySize: bodyBytes }),
      },
    },
    ...(evidence.length > 0 && { 'attestkit-strip': emptied(evidence) }),
  };
}

/** An empty value takes a field away. */
function emptied(fields: readonly string[]): object {
  return { headers: { customRequestHeaders: Object.fromEntries(fields.map((field) => [field, ''])) } };
}

function ruleOf({ target, ignoresCase, methods, host }: Requests): string {
  return [
    `PathRegexp(\`${ignoresCase ? '(?i)' : ''}${target}\`)`,
    ...(methods === undefined ? [] : [`(${methods.map((method) => `Method(\`${method}\`)`).join(' || ')})`]),
    ...(host === undefined ? [] : [`HostRegexp(\`(?i)^${host}[.]?$\`)`]),
  ].join(' && ');
}

/** Not of a socket, which the plan refuses. */
function urlOf(address: Address, isSecure = false): string {
  return 'path' in address ? '' : `${isSecure ? 'https' : 'http'}://${hostAndPort(address)}`;
}

function serviceOf(upstream: PlannedUpstream): object {
  const isSecure = upstream.tls !== undefined;
  return {
    loadBalancer: {
      passHostHeader: true,
      servers: [{ url: urlOf(upstream.address, isSecure) }],
      ...(isSecure && { serversTransport: upstream.id }),
    },
  };
}

function transportOf({ tls }: PlannedUpstream): object {
  const { name, ca, certificate, key } = tls ?? {};
  return {
    serverName: name,
    ...(ca !== undefined && { rootCAs: [ca] }),
    ...(certificate !== undefined && {
      certificates: [{ certFile: certificate, keyFile: key ?? certificate }],
    }),
  };
}
