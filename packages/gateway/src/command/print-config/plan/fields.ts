import type { Path } from '../../../config/problem.js';
import type { Settings } from '../../../config/schema.js';
import type { OnProblem, Proxy } from './proxy.js';

/** What the API is told, in header fields of these names. */
export const IDENTITY = [
  'X-Attest-Outcome',
  'X-Attest-Evidence',
  'X-Attest-Device',
  'X-Attest-User',
  'X-Attest-Key',
] as const;

/** What a configured key signs about the request, for the API. */
export const RESULT_TOKEN = 'X-Attest-Token';

/** Who asks and by which way, and another method or path than was asked about: no client may say that. */
export const FORWARDING = [
  'Forwarded',
  'X-Forwarded-Prefix',
  'X-Forwarded-Method',
  'X-Forwarded-Uri',
  'X-Original-Uri',
  'X-Original-Method',
  'X-Original-Url',
  'X-Real-Ip',
  'Proxy',
  'X-Http-Method',
  'X-Http-Method-Override',
  'X-Method-Override',
  'X-Rewrite-Url',
] as const;

/** The library's own, and those of the gateway for requests that no route sees. */
const STATUSES = [400, 401, 403, 405, 413, 414, 429, 431, 503];

/** Fields that carry evidence alone, in lower case. */
export function evidenceFields(
  { evidence = {}, devices }: Settings,
  onProblem: OnProblem,
): readonly string[] {
  const { header: ofApproov = 'approov-token' } = (evidence['approov'] ?? {}) as { readonly header?: string };
  const { header: ofSessions = 'authorization' } = (devices?.['sessions'] ?? {}) as {
    readonly header?: string;
  };
  const fields = [
    ...(evidence['approov'] === undefined
      ? []
      : [named(ofApproov, ['evidence', 'approov', 'header'], onProblem)]),
    ...(evidence['appCheck'] === undefined ? [] : ['x-firebase-appcheck']),
    ...(devices === undefined
      ? []
      : ['x-app-attest', named(ofSessions, ['devices', 'sessions', 'header'], onProblem)]),
  ];
  // It may be the API's own as well.
  return [...new Set(fields)].filter((field) => field !== 'authorization');
}

/** Also the field of the API's own tokens. */
export function hasSessionsInAuthorization({ devices }: Settings): boolean {
  const { header = 'authorization' } = (devices?.['sessions'] ?? {}) as { readonly header?: string };
  return devices !== undefined && header.toLowerCase() === 'authorization';
}

/** Every field that a refusal may have, besides those about its body. */
export function refusalFields(settings: Settings, onProblem: OnProblem): readonly string[] {
  const configured = valuesOf(settings, 'headers', []).flatMap(({ value, path }) =>
    Object.keys(value).map((name) => named(name, [...path, name], onProblem)),
  );
  const all = ['www-authenticate', 'retry-after', 'cache-control', 'x-request-id', ...configured];
  return [...new Set(all)].filter((field) => field !== 'content-type');
}

/** All statuses that refusals may have. */
export function statusesOf(settings: Settings): readonly number[] {
  const configured = valuesOf(settings, 'statuses', []).flatMap(
    ({ value }) => Object.values(value) as number[],
  );
  return [...new Set([...STATUSES, ...configured])].toSorted((one, other) => one - other);
}

/** What refusals are written in. */
export function contentTypeOf(settings: Settings, proxy: Proxy, onProblem: OnProblem): string {
  const all = valuesOf(settings, 'headers', []).flatMap(({ value, path }) =>
    Object.entries(value).flatMap(([name, type]) =>
      name.toLowerCase() === 'content-type' ? [{ type, path: [...path, name] }] : [],
    ),
  );
  const given = all.find(({ path }) => path.length === 2)?.type;
  const found =
    typeof given === 'string' && /^[A-Za-z0-9!#&^_.+/;= -]+$/.test(given) ? given : 'application/json';
  if (proxy === 'nginx')
    for (const { type, path } of all)
      if (type !== found)
        onProblem(path, 'differs, and nginx writes all refusals in one type', 'Set it under headers alone.');
  return found;
}

/** The objects by this name, of the gateway and of routes. */
function valuesOf(
  settings: Settings,
  name: 'headers' | 'statuses',
  path: Path,
): readonly { readonly value: object; readonly path: Path }[] {
  const places: readonly (readonly [Path, Readonly<Record<string, unknown>>])[] = [
    [path, settings],
    [['default'], settings.default],
    ...settings.routes.map((route, at) => [['routes', at], route] as const),
  ];
  return places.flatMap(([at, { [name]: value }]) =>
    typeof value === 'object' && value !== null ? [{ value, path: [...at, name] }] : [],
  );
}

/** In lower case. */
function named(field: string, path: Path, onProblem: OnProblem): string {
  if (!/^[A-Za-z0-9-]+$/.test(field))
    onProblem(
      path,
      'has a character that proxies drop or read otherwise',
      'Give a field name of letters, digits and hyphens.',
    );
  return field.toLowerCase();
}
