import type { Plan } from './plan/plan.js';
import type { Requests } from './plan/requests.js';
import type { PlannedUpstream } from './plan/upstreams.js';

function urlOf({ id, tls }: PlannedUpstream): string {
  return `${tls === undefined ? 'http' : 'https'}://${id}`;
}

/** Method, host and target as they were sent: nginx reads dots, slashes and encodings before it chooses a location. */
const SENT = '"$request_method $host $request_uri"';

/** The upstream of accepted requests. If the gateway's fields are missing, another server has answered: then there is no upstream, and nginx says 500. */
export function apiMap({ picks, fallback, upstreams }: Plan): string {
  const names = upstreams.flatMap((upstream) =>
    upstream.tls === undefined ? [] : [`  ${urlOf(upstream)} ${upstream.tls.name};\n`],
  );
  const [api, pick] =
    picks.length === 0
      ? [urlOf(fallback), '']
      : [
          '$attestkit_pick',
          `# By the target as it was sent: nginx reads dots, slashes and encodings before it chooses a location.
map ${SENT} $attestkit_pick {
  default ${urlOf(fallback)};
${picks.map((each) => `  ${found(each)} ${urlOf(each.upstream)};\n`).join('')}}
`,
        ];
  return `
# The gateway says X-Attest-Outcome on each accept: without it there is no API to go to.
map $x_attest_outcome $attestkit_api { default ""; accepted ${api}; reported ${api}; open ${api}; }
${pick}${names.length === 0 ? '' : `map $attestkit_api $attestkit_api_name {\n${names.join('')}}\n`}`;
}

/** What accepted requests' answers say to caches. */
export function cachingMaps(vary: readonly string[]): string {
  return `
# What was answered to one client is not for another one.
map "$x_attest_outcome $upstream_http_cache_control" $attestkit_cache { default ""; "accepted " private; "reported " private; }
map $x_attest_outcome $attestkit_vary { default ""; accepted "${vary.join(', ')}"; reported "${vary.join(', ')}"; }
`;
}

/** Requests of which no body is passed on. */
export function bodilessMap({ bodiless }: Plan): string {
  if (bodiless.length === 0) return '';
  return `
# Their signature says that they have no body, and nginx does not show the gateway whether they have one: none is passed on.
map ${SENT} $attestkit_bodiless {
  default "";
${bodiless.map((requests) => `  ${found(requests)} 1;\n`).join('')}}
`;
}

/** A key of such a map. */
function found({ target, ignoresCase, methods, host }: Requests): string {
  const method = methods === undefined ? '[^ ]+' : `(${methods.join('|')})`;
  return `"${ignoresCase ? '~*' : '~'}^${method} ${host ?? '[^ ]*'} ${target.slice(1)}"`;
}

/**
 * They are answered by the gateway, which judges whatever it is sent there.
 *
 * @param api the lines of a location whose requests go to the API
 */
export function deviceLocations(path: string, api: string): string {
  const lines = `
    auth_request off;
    proxy_pass http://attestkit-gateway;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Request-Id $request_id;
`;
  return `
  # The device endpoints and the keys of sessions. Name this proxy in trustedProxies of the gateway.
  location ${path}/ {${lines}  }
  # Without it nginx would redirect to the location above, and not ask.
  location = ${path} {
${api}  }
  location = /.well-known/attestkit/jwks.json {${lines}  }
`;
}
