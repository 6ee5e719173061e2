import {
  createGuard,
  ConfigurationError,
  type EvidenceKind,
  type Guard,
  type GuardEvent,
  type GuardOptions,
  type Route,
  type Store,
  type AppSign,
  type AttestedRequest,
  type EnforcedShare,
  type Enforcement,
} from 'attestkit';
import { devices, type DevicesOptions } from 'attestkit/devices';
import { patternOf } from '../routes/pattern.js';
import { openEvent } from './open-event.js';
import { OPEN, type Demands } from '../routes/strictness.js';
import { tableOf, type RouteTable, type Rule } from '../routes/table.js';
import { ENROLLMENT, EVIDENCE, type MakerContext } from './evidence.js';
import type { Config } from './load.js';
import type { Path, Problem } from './problem.js';
import { problemOf, routeProblem, TRAFFIC_FIELDS } from './route-problem.js';
import type { RouteSettings, Settings } from './schema.js';

/** A route with what the guard and the traffic need of it. */
export interface GatewayRule extends Rule {
  /** Undefined for an open one. */
  readonly route: Route | undefined;
  readonly upstream: string | undefined;
  /** Fields of evidence that go on to the upstream, in lower case. */
  readonly keep: ReadonlySet<string>;
  readonly timeoutMs: number;
}

/** What a configuration makes. */
export interface Composed {
  readonly guard: Guard;
  readonly table: RouteTable<GatewayRule>;
  /** Tells of a request on an open route, of which the guard does not know. */
  readonly opened: (request: AttestedRequest, rule: GatewayRule) => void;
  /** In the order of the file. */
  readonly rules: readonly GatewayRule[];
  /** Of requests that no route matches. */
  readonly fallback: GatewayRule;
  /** Undefined if no devices enroll. */
  readonly devicePath: string | undefined;
}

/** What is not in the file. */
export interface Surroundings {
  readonly store: Store;
  readonly onEvent: (event: GuardEvent) => void;
  readonly requestId: NonNullable<GuardOptions['requestId']>;
  /** Names the user of a call of the device endpoints. */
  readonly subject?: DevicesOptions['subject'];
  readonly now?: (() => number) | undefined;
}

const TIMEOUT_MS = 60_000;

/**
 * Makes guard and routes of a configuration.
 *
 * @throws ConfigFileError with each mistake
 */
export function compose(config: Config, { store, onEvent, requestId, subject, now }: Surroundings): Composed {
  const { settings } = config;
  const problems: Problem[] = [];
  const at = <T>(
    path: Path,
    make: () => T,
    told = (error: unknown) => problemOf(error, path),
  ): T | undefined => {
    try {
      return make();
    } catch (error) {
      problems.push(told(error));
      return undefined;
    }
  };
  const made = { store, now };
  const evidence = madeOf(EVIDENCE, settings.evidence ?? {}, ['evidence'], made, at);
  const enrolling =
    settings.devices && madeOf(ENROLLMENT, settings.devices.evidence, ['devices', 'evidence'], made, at);
  if (problems.length > 0) config.fail(problems);
  const { path: devicePath = '/device', evidence: _, ...ofDevices } = settings.devices ?? { evidence: {} };
  const guard = at([], () =>
    createGuard({
      ...guardFields(settings),
      ...(evidence.length > 0 && { evidence }),
      ...(enrolling && {
        devices: devices({ ...ofDevices, evidence: enrolling, store, ...(subject && { subject }) } as never),
      }),
      onEvent,
      requestId,
      ...(now && { now }),
    }),
  );
  if (guard === undefined) return config.fail(problems);
  const ruleOf = (given: RouteSettings, path: Path): GatewayRule | undefined =>
    at(
      path,
      () => rule(given, settings, guard),
      (error) => routeProblem(error, path, given),
    );
  const rules = settings.routes.map((given, index) => ruleOf(given, ['routes', index]));
  const fallback = ruleOf({ ...settings.default, path: '/*', name: 'default' }, ['default']);
  if (settings.default.open === true)
    problems.push({
      path: ['default', 'open'],
      says: 'would let every request through that no route names',
      remedy: 'Name the open routes, or set enforcement: report.',
    });
  if (fallback === undefined || problems.length > 0) return config.fail(problems);
  const all = rules as GatewayRule[];
  const table = tableOf(all, fallback, settings.ambiguousPaths ?? 'refuse');
  for (const { one, other } of table.overlaps)
    problems.push({
      path: ['routes', all.indexOf(other)],
      says: `and ${one.name} match the same requests, and neither asks for all that the other one does`,
      remedy: 'Make one of them ask for more, or their paths distinct.',
    });
  if (problems.length > 0) config.fail(problems);
  const opened = (request: AttestedRequest, { name }: GatewayRule): void =>
    onEvent(openEvent(request, name, requestId(request) ?? '', (now ?? Date.now)()));
  return { guard, table, opened, rules: all, fallback, devicePath: enrolling && devicePath };
}

/** Of `createGuard`, by the same names. */
function guardFields({
  accept,
  enforcement,
  statuses,
  body,
  headers,
  expose,
  maxBodyBytes,
  caching = 'private',
  appSign,
}: Settings): GuardOptions {
  const given = {
    accept: accept as readonly EvidenceKind[] | undefined,
    enforcement: enforcement && enforcementOf(enforcement),
    statuses,
    body,
    headers,
    expose,
    maxBodyBytes,
    caching,
    appSign: appSign && signOf(appSign),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as GuardOptions;
}

/** `since` is for the rollout view alone. */
function signOf(given: NonNullable<Settings['appSign']>): AppSign {
  const { since: _, ...sign } = given;
  return sign as AppSign;
}

function madeOf<T>(
  makers: Readonly<Record<string, (given: Readonly<Record<string, unknown>>, context: MakerContext) => T>>,
  given: Readonly<Record<string, unknown>>,
  path: Path,
  context: MakerContext,
  at: <R>(path: Path, make: () => R) => R | undefined,
): T[] {
  return Object.entries(given).flatMap(([kind, options]) => {
    const make = Object.hasOwn(makers, kind) ? makers[kind] : undefined;
    const made = at([...path, kind], () => {
      if (make === undefined)
        throw new ConfigurationError(
          '',
          'is not a kind of evidence here',
          `Give one of ${Object.keys(makers).join(', ')}.`,
        );
      if (typeof options !== 'object' || options === null || Array.isArray(options))
        throw new ConfigurationError('', 'is not an object of options', 'Give its options below it.');
      return make(options as Readonly<Record<string, unknown>>, context);
    });
    return made === undefined ? [] : [made];
  });
}

/** @throws ConfigurationError, PatternError */
function rule(given: RouteSettings, settings: Settings, guard: Guard): GatewayRule {
  const {
    path,
    name = path,
    methods,
    host,
    open = false,
    upstream,
    keep = [],
    timeoutMs = TIMEOUT_MS,
  } = given;
  const asked = Object.fromEntries(Object.entries(given).filter(([field]) => !TRAFFIC_FIELDS.has(field)));
  if (open && Object.keys(asked).length > 0)
    throw new ConfigurationError('open', `contradicts ${Object.keys(asked).join(', ')}`, 'Leave one out.');
  // It would open paths of other routes, and the stricter one would no longer decide.
  if ('exclude' in asked)
    throw new ConfigurationError('exclude', 'is not an option of a file', 'Add a route with open: true.');
  const names = Object.keys(settings.upstreams ?? {});
  if (upstream !== undefined && !names.includes(upstream))
    throw new ConfigurationError(
      'upstream',
      'is not one of upstreams',
      `Name one of ${names.join(', ') || 'them, and add it'}.`,
    );
  if (upstream === undefined && names.length > 1)
    throw new ConfigurationError(
      'upstream',
      'is not set, and there are several',
      `Name one of ${names.join(', ')}.`,
    );
  const enforcement = given.enforcement ?? settings.enforcement ?? 'enforce';
  const route = open
    ? undefined
    : guard.route({
        preflight: 'pass',
        ...asked,
        name,
        enforcement: enforcementOf(enforcement),
      });
  return {
    name,
    path: patternOf(path),
    methods,
    host: host?.toLowerCase(),
    demands: route === undefined ? OPEN : demandsOf(asked, route),
    route,
    upstream: upstream ?? names[0],
    keep: new Set(keep.map((field) => field.toLowerCase())),
    timeoutMs,
  };
}

/** `25%` is a share of clients. */
function enforcementOf(text: string): Enforcement | EnforcedShare {
  if (text === 'enforce' || text === 'report') return text;
  return { enforce: Number.parseInt(text, 10) / 100 };
}

/** Options that change nothing about who is let through. */
const NEUTRAL = new Set([
  'statuses',
  'body',
  'headers',
  'expose',
  'maxBodyBytes',
  'caching',
  'accept',
  'require',
]);

function demandsOf(
  given: Readonly<Record<string, unknown>>,
  { asked, required, enforcement }: Route,
): Demands {
  const anyOf = asked.filter((kind) => !required.includes(kind));
  const options = Object.entries(given).filter(
    ([name, value]) => !NEUTRAL.has(name) && value !== false && `${name}=${value}` !== 'preflight=pass',
  );
  return {
    enforced: typeof enforcement === 'object' ? enforcement.enforce : enforcement === 'enforce' ? 1 : 0,
    clauses: [
      ...(anyOf.length > 0 ? [anyOf] : []),
      ...required.map((kind) => [kind]),
      ...options.map(([name, value]) => [`${name}=${JSON.stringify(value)}`]),
    ],
  };
}
