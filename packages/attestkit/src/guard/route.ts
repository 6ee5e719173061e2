import { ConfigurationError } from '../kernel/errors.js';
import type { EvidenceKind, EvidenceRouteOptions } from '../ports/attestation.js';
import type { Caching } from '../ports/decision.js';
import type { Evidence } from '../ports/evidence.js';
import type { Enforcement, EnforcedShare } from '../ports/decision.js';
import type { RouteCounts } from './telling/counters.js';
import { assertOneOf, assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { BODY_LIMIT } from './body-limit.js';
import { assertEnforcement } from './enforcement.js';
import { exclusion, type Exclusion } from './exempt.js';
import {
  REFUSAL_OPTIONS,
  refusalOptions,
  type RefusalOptions,
  type RefusalSettings,
} from './answers/refusal.js';

/** What a route, or all routes at once, ask of a request. */
export interface RouteOptions extends EvidenceRouteOptions, RefusalOptions {
  /** The route's name in events and counters. */
  readonly name?: string;
  /** Any of these kinds: the first one that is present decides. Default: the guard's `accept`. */
  readonly accept?: readonly EvidenceKind[];
  /** All of these kinds. */
  readonly require?: readonly EvidenceKind[];
  /**
   * `report` lets failures pass, counted and without a result; `{ enforce: 0.25 }` refuses those of a quarter of the clients, and reports
   * the others. Default: the guard's.
   */
  readonly enforcement?: Enforcement | EnforcedShare;
  /** `pass` lets CORS preflights (`OPTIONS` with `Origin` and `Access-Control-Request-Method`) through unchecked. Default `check`. */
  readonly preflight?: 'check' | 'pass';
  /**
   * Paths that are let through unchecked: exact ones (`/health`), or all below one (`/auth/*`). Compared with the
   * path as sent; one that is encoded, or has empty or dot segments, is never excluded.
   */
  readonly exclude?: readonly string[];
  /**
   * `private`: answers to accepted requests say `Cache-Control: private`, unless they have the field, and `Vary` with the fields that
   * carry the evidence, so that no shared cache hands them to somebody else. Default `unchanged`.
   */
  readonly caching?: 'private' | 'unchanged';
  /**
   * Bytes of a body that are read to verify a signed request; a larger one is refused with 413. Default: the guard's, or
   * 1048576 (1 MiB).
   */
  readonly maxBodyBytes?: number;
}

/** One kind of evidence with what this route asks of it. */
export interface Demanded {
  readonly evidence: Evidence;
  readonly demand: unknown;
}

/** A route's options, checked once at start-up and made ready for every request, by `guard.route`. */
export interface Route {
  /** In events and counters. */
  readonly name: string | undefined;
  /** The kinds of evidence that it asks for: all that are required, and those of which any one will do. */
  readonly asked: readonly string[];
  /** Those of `asked` that are required. */
  readonly required: readonly string[];
  readonly enforcement: Enforcement | EnforcedShare;
}

/** What the guard reads of a route. */
export interface ReadyRoute extends Route {
  readonly accept: readonly Demanded[];
  readonly require: readonly Demanded[];
  readonly preflight: boolean;
  readonly excluded: Exclusion | undefined;
  readonly refusal: RefusalSettings;
  readonly counts: RouteCounts;
  readonly maxBodyBytes: number;
  readonly caching: Caching | undefined;
}

/** What routes take from their guard if they say nothing themselves. */
export interface RouteDefaults {
  readonly evidence: readonly Evidence[];
  readonly accept: readonly string[];
  readonly enforcement: Enforcement | EnforcedShare;
  readonly refusal: RefusalOptions;
  readonly maxBodyBytes: number | undefined;
  readonly caching: 'private' | 'unchanged' | undefined;
  /** The audience of sessions, if there is one. */
  readonly realm: string | undefined;
  /** The counters of all routes of one name. */
  readonly countsOf: (name: string | undefined) => RouteCounts;
}

/**
 * Checks a route's options and makes them ready.
 *
 * @throws ConfigurationError naming the option
 */
export function createRoute(options: RouteOptions, defaults: RouteDefaults): ReadyRoute {
  const owned = defaults.evidence.flatMap((each) =>
    each.routeOptions.map((option) => [option, 'any'] as const),
  );
  assertOptions(
    options,
    { ...COMMON, ...Object.fromEntries(owned) },
    `a route for the evidence ${kinds(defaults)}`,
  );
  const given = options as Readonly<Record<string, unknown>>;
  const owners = defaults.evidence.filter((each) =>
    each.routeOptions.some((option) => given[option] !== undefined && given[option] !== false),
  );
  const demanded =
    (option: string) =>
    (kind: string): Demanded => {
      const evidence = defaults.evidence.find((each) => each.kind === kind);
      if (evidence !== undefined) return { evidence, demand: evidence.demand(given) };
      throw new ConfigurationError(
        option,
        'names a kind of evidence that the guard does not have',
        `Add it to the guard's evidence, or name one of ${kinds(defaults)}.`,
      );
    };
  const wanted = [...(options.require ?? []), ...owners.map((owner) => owner.kind)].map(demanded('require'));
  const accept: readonly string[] = options.accept ?? (options.require === undefined ? defaults.accept : []);
  const asked = withRequired(wanted, demanded('require'));
  // Any of them: one that is required anyway is enough.
  const isMet = accept.some((kind) => asked.some(({ evidence }) => evidence.kind === kind));
  const idle = options.accept?.filter((kind) => !asked.some(({ evidence }) => evidence.kind === kind)) ?? [];
  if (isMet && idle.length > 0)
    throw new ConfigurationError(
      'accept',
      `names ${idle.join(', ')}, which has no effect: the route requires ${asked.map(({ evidence }) => evidence.kind).join(', ')}`,
      'Leave it out, or make two routes: an option such as binding requires the kind that it belongs to.',
    );
  const accepted = isMet ? [] : accept.map(demanded('accept'));
  // The one kind that is accepted is required, and so is what it requires; of several, none can require another one.
  const isRequired = accepted.length === 1 && accepted.some((each) => requiredBy(each).length > 0);
  const require = isRequired ? withRequired([...accepted, ...wanted], demanded('accept')) : asked;
  const anyOf = isRequired ? [] : accepted;
  assertIndependent(anyOf, require);
  const all = [...require, ...anyOf].map(({ evidence }) => evidence.kind);
  if (accept.length + require.length === 0) {
    const option = options.require !== undefined && options.accept === undefined ? 'require' : 'accept';
    throw new ConfigurationError(option, 'is empty', `Name at least one of ${kinds(defaults)}.`);
  }
  const { enforcement = defaults.enforcement, preflight = 'check', exclude } = options;
  const { maxBodyBytes = defaults.maxBodyBytes ?? BODY_LIMIT } = options;
  assertBodyLimit(maxBodyBytes);
  const { caching = defaults.caching ?? 'unchanged' } = options;
  assertOneOf('caching', caching, ['private', 'unchanged']);
  assertEnforcement(enforcement);
  assertOneOf('preflight', preflight, ['check', 'pass']);
  return {
    name: options.name,
    accept: anyOf,
    require,
    asked: all,
    required: require.map(({ evidence }) => evidence.kind),
    enforcement,
    preflight: preflight === 'pass',
    excluded: exclude === undefined ? undefined : exclusion(exclude),
    refusal: refusalOptions(defaults.refusal, options, defaults.realm),
    counts: defaults.countsOf(options.name),
    maxBodyBytes,
    caching: caching === 'private' ? privateFor(all, defaults) : undefined,
  };
}

/**
 * The kinds with those that they require, each once and right behind these. The kinds that require others come first, so that
 * no third kind sees a result on which another one has still to decide.
 */
function withRequired(
  wanted: readonly Demanded[],
  demanded: (kind: string) => Demanded,
): readonly Demanded[] {
  const found = new Map<string, Demanded>();
  const visit = (each: Demanded, way: readonly string[]): void => {
    const { kind } = each.evidence;
    if (found.has(kind) || way.includes(kind)) return;
    for (const other of requiredBy(each)) visit(demanded(other), [...way, kind]);
    found.set(kind, each);
  };
  const isFirst = (each: Demanded): boolean => requiredBy(each).length > 0;
  for (const each of wanted.filter(isFirst)) visit(each, []);
  for (const each of wanted) visit(each, []);
  return [...found.values()];
}

/** @throws ConfigurationError if one of several accepted kinds requires a kind that the route does not */
function assertIndependent(accepted: readonly Demanded[], asked: readonly Demanded[]): void {
  const known = new Set(asked.map(({ evidence }) => evidence.kind));
  const dependent = accepted.find((each) => requiredBy(each).some((kind) => !known.has(kind)));
  if (dependent === undefined) return;
  const { kind } = dependent.evidence;
  const remedy = `Put ${requiredBy(dependent).join(', ')} into require, or ${kind} alone into accept.`;
  throw new ConfigurationError('accept', `names ${kind} among others, which requires a further kind`, remedy);
}

/** The kinds that a demand requires beside its own. */
export function requiredBy({ evidence, demand }: Demanded): readonly string[] {
  return evidence.requires?.(demand) ?? [];
}

/** What is kept in memory for each request that is verified. */
const MOST_BODY_BYTES = 1_073_741_824;

function assertBodyLimit(maxBodyBytes: number): void {
  if (Number.isInteger(maxBodyBytes) && maxBodyBytes >= 1 && maxBodyBytes <= MOST_BODY_BYTES) return;
  const remedy = 'Give a whole number from 1 to 1073741824 (1 GiB).';
  throw new ConfigurationError('maxBodyBytes', 'is not a number of bytes', remedy);
}

/** RFC 9111 §3.5: shared caches keep nothing of a request with `Authorization` by themselves. */
function privateFor(asked: readonly string[], { evidence }: RouteDefaults): Caching {
  const fields = evidence.flatMap((each) => (asked.includes(each.kind) ? (each.fields ?? []) : []));
  const vary = [...new Set(fields.map((field) => field.toLowerCase()))];
  return Object.freeze({
    cacheControl: 'private',
    vary: Object.freeze(vary.filter((field) => field !== 'authorization')),
  });
}

function kinds({ evidence }: RouteDefaults): string {
  return evidence.map((each) => each.kind).join(', ');
}

const COMMON: OptionTypes = {
  ...REFUSAL_OPTIONS,
  name: 'string',
  accept: 'list',
  require: 'list',
  enforcement: 'any',
  preflight: 'string',
  exclude: 'list',
  maxBodyBytes: 'number',
  caching: 'string',
};
