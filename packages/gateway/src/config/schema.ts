import { METHODS } from 'node:http';
import * as v from 'valibot';

/** Options that the library checks by itself, and names in its errors. */
const options = v.record(v.string(), v.unknown());
const filled = v.pipe(v.string(), v.nonEmpty('is empty'));
const texts = v.union(
  [
    v.pipe(
      filled,
      v.transform((one) => [one]),
    ),
    v.array(filled),
  ],
  'is not a text or a list of texts',
);
const milliseconds = v.pipe(
  v.number('is not a number'),
  v.integer('is not a whole number'),
  v.minValue(1, 'is below 1'),
  v.maxValue(600_000, 'is above 600000 (10 minutes)'),
);

/** `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/attestkit.sock`. */
const listening = v.pipe(
  filled,
  v.check(
    (given) => addressOf(given) !== undefined,
    'is not an address: 127.0.0.1:8080, [::1]:8080, or unix:/run/gateway.sock',
  ),
);

const hostNames = v.array(
  v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]+$/, 'is not the name of a host, without a port')),
);

/** Of HTTP (RFC 9110, section 5.1). */
const fieldName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is not the name of a header field'),
);

const LEAST_TOKEN = 24;
const adminTokens = v.pipe(
  v.array(
    v.strictObject({
      name: v.pipe(v.string(), v.regex(/^[\x21-\x7E]{1,128}$/, 'is not a name without spaces')),
      role: v.picklist(['read', 'operate'], 'is neither read nor operate'),
      token: v.pipe(v.string(), v.minLength(LEAST_TOKEN, `is shorter than ${LEAST_TOKEN} characters`)),
    }),
  ),
  v.minLength(1, 'is empty'),
  v.check((given) => new Set(given.map(({ name }) => name)).size === given.length, 'has a name twice'),
  v.check((given) => new Set(given.map(({ token }) => token)).size === given.length, 'has a token twice'),
);

const tls = v.strictObject({ certificate: filled, key: filled });

const upstream = v.strictObject({
  url: filled,
  /** PEM of the authorities that its certificate may come from. */
  ca: v.optional(filled),
  certificate: v.optional(filled),
  key: v.optional(filled),
  connections: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096))),
  idleTimeoutMs: v.optional(milliseconds),
  /** `aud` of its result tokens. Default its name here. */
  audience: v.optional(filled),
});

/** As the library's own endpoints take it. */
const devicePath = v.pipe(
  v.string(),
  v.regex(/^(?:\/[A-Za-z0-9._~-]+)+$/, 'is not a plain path such as /device'),
);

/** One that Node reads: all others are answered before any route. */
const method = v.pipe(
  v.string(),
  v.check((given) => METHODS.includes(given), 'is not a method of HTTP, in capitals'),
);

/** As it is compared: `Host` without its port and the dot at its end. */
const hostName = v.pipe(
  v.string(),
  v.regex(
    /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])$/,
    'is not the name of a host, without scheme, port and *',
  ),
);
const share = v.pipe(
  v.string(),
  v.regex(/^(?:enforce|report|(?:100|[1-9]?[0-9])%)$/, 'is not enforce, report, or a share such as 25%'),
);

/** Of a route, and of the default. All other fields go to `guard.route`. */
const routeFields = {
  open: v.optional(v.boolean()),
  enforcement: v.optional(share),
  upstream: v.optional(filled),
  keep: v.optional(texts),
  timeoutMs: v.optional(milliseconds),
};

const route = v.objectWithRest(
  {
    path: filled,
    name: v.optional(filled),
    methods: v.optional(v.pipe(v.array(method), v.minLength(1, 'is empty'))),
    host: v.optional(hostName),
    ...routeFields,
  },
  v.unknown(),
);

export const SCHEMA = v.strictObject({
  traffic: v.optional(v.strictObject({ listen: listening, tls: v.optional(tls) })),
  /** Questions of other proxies, by HTTP and by gRPC. */
  authorization: v.optional(
    v.strictObject({
      listen: listening,
      grpc: v.optional(v.strictObject({ listen: listening })),
      /** Addresses that may ask. */
      trustedPeers: v.optional(texts),
      /**
       * Says that each of these proxies makes `X-Request-Id` itself and overwrites the one of the client: a question that it asks again is then
       * answered again.
       */
      requestIdsByProxy: v.optional(v.boolean()),
    }),
  ),
  /** Health, metrics and the pages; `open` has the first two on an address of their own, `hosts` are names of these listeners. */
  admin: v.optional(
    v.strictObject({
      listen: v.optional(listening, '127.0.0.1:8003'),
      hosts: v.optional(hostNames),
      open: v.optional(v.strictObject({ listen: listening })),
      /** Who may sign in to the pages. */
      tokens: v.optional(adminTokens),
      /** Names the user, instead of a sign-in. */
      proxy: v.optional(
        v.strictObject({ header: fieldName, trustedPeers: texts, operators: v.optional(v.array(filled)) }),
      ),
      /** A file for what the pages show, or `memory`. */
      history: v.optional(filled),
    }),
  ),
  trustedProxies: v.optional(texts),
  upstreams: v.optional(
    v.record(
      v.string(),
      v.union(
        [
          v.pipe(
            filled,
            v.transform((url) => ({ url })),
          ),
          upstream,
        ],
        'is neither a URL nor an object with url',
      ),
    ),
  ),
  store: v.optional(filled),
  evidence: v.optional(options),
  devices: v.optional(v.objectWithRest({ evidence: options, path: v.optional(devicePath) }, v.unknown())),
  accept: v.optional(v.array(filled)),
  enforcement: v.optional(share),
  statuses: v.optional(options),
  body: v.optional(options),
  headers: v.optional(options),
  expose: v.optional(v.boolean()),
  /** By what a request looks like one of the app, and the first version of the app that sends evidence. */
  appSign: v.optional(
    v.strictObject({
      header: v.optional(filled),
      prefix: filled,
      since: v.optional(
        v.pipe(
          v.string('is not a text: put it in quotation marks'),
          v.regex(/^[0-9]+(?:\.[0-9]+){0,3}$/, 'is not a version such as 3.1'),
        ),
      ),
    }),
  ),
  maxBodyBytes: v.optional(v.number()),
  caching: v.optional(v.string()),
  ambiguousPaths: v.optional(v.picklist(['refuse', 'strictest'], 'is neither refuse nor strictest')),
  routes: v.optional(v.array(route), []),
  default: v.objectWithRest(routeFields, v.unknown()),
  resultToken: v.optional(v.strictObject({ key: filled, previousKey: v.optional(filled), issuer: filled })),
  users: v.optional(
    v.strictObject({
      header: v.optional(filled),
      jwks: filled,
      issuer: filled,
      audience: filled,
      claim: v.optional(filled),
    }),
  ),
  shutdown: v.optional(
    v.strictObject({ delayMs: v.optional(milliseconds), deadlineMs: v.optional(milliseconds) }),
  ),
  log: v.optional(v.strictObject({ level: v.optional(v.picklist(['error', 'warn', 'info', 'debug'])) })),
});

export type Settings = v.InferOutput<typeof SCHEMA>;
export type RouteSettings = Settings['routes'][number];
export type UpstreamSettings = v.InferOutput<typeof upstream>;

/** The address of a listener. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Undefined for another text. */
export function addressOf(text: string): Address | undefined {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const [, six, four, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9A-Za-z.-]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const host = six ?? four;
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

export function isLoopback(address: Address): boolean {
  if ('path' in address) return true;
  return address.host === 'localhost' || address.host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address.host);
}
