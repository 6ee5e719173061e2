import { array, assert, constantFrom, property, record, tuple } from 'fast-check';
import { memoryStore } from 'attestkit/stores/memory';
import { expect, it } from 'vitest';
import { picksOf } from '../../src/command/print-config/plan/picks.js';
import { upstreamsOf } from '../../src/command/print-config/plan/upstreams.js';
import { loadConfig, type Config } from '../../src/config/load.js';
import { ConfigFileError } from '../../src/config/problem.js';
import { liveOf } from '../../src/live.js';
import { matchesExactly, splitPath } from '../../src/routes/pattern.js';
import { isAtLeast } from '../../src/routes/strictness.js';
import { readTarget } from '../../src/routes/target.js';
import { ENV } from './support/command.js';

const NAMES = [
  'a',
  'b',
  'A',
  'v1',
  'V1',
  'x.y',
  'xzy',
  'x+y',
  'xxy',
  '$',
  '(c)',
  'c',
  '[d]',
  'd',
  '%20e',
  "o'k",
];
const route = record({
  path: tuple(
    array(constantFrom(...NAMES), { minLength: 1, maxLength: 2 }),
    constantFrom('', '/', '/*', '/*/b', '/*/b/'),
  ).map(([segments, end]) => `/${segments.join('/')}${end}`),
  more: constantFrom(
    {},
    { methods: ['GET'] },
    { methods: ['POST', 'PUT'] },
    { host: 'a.example' },
    { host: 'b.example', methods: ['GET'] },
  ),
  asks: constantFrom(
    {},
    {},
    { open: true },
    { enforcement: 'report' },
    { enforcement: '50%' },
    { binding: 'authorization' },
  ),
  upstream: constantFrom('one', 'two', 'three'),
}).map(({ path, more, asks, upstream }) => ({ path, ...more, ...asks, upstream }));
const others = array(constantFrom(...NAMES), { minLength: 1, maxLength: 4 }).map(
  (each) => `/${each.join('/')}`,
);

/** Requests that routes are about, and some beside them. */
function requestsOf(routes: readonly { readonly path: string }[], other: readonly string[]) {
  const written = routes.flatMap(({ path }) => {
    const below = path.replaceAll('*', 'a');
    return [below, below.toUpperCase(), `${below}/`, `${below}/a/b`, below.replace(/\/[^/]*$/, '') || '/'];
  });
  return [...written, ...other].flatMap((path) =>
    ['', '?q=/b/c', '?/a'].flatMap((query) =>
      ['GET', 'POST'].flatMap((method) =>
        ['a.example', 'b.example'].map((host) => ({ method, host, path: `${path}${query}` })),
      ),
    ),
  );
}

function configOf(routes: readonly object[]): Config {
  const settings = {
    upstreams: { one: 'http://127.0.0.1:1', two: 'http://127.0.0.1:2', three: 'http://127.0.0.1:3' },
    evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
    routes,
    default: { upstream: 'one' },
  };
  return loadConfig('gateway.json', JSON.stringify(settings), ENV);
}

/** Undefined for routes that the gateway refuses, too: they cannot be ordered. */
function liveFor(config: Config): ReturnType<typeof liveOf> | undefined {
  try {
    return liveOf(config, { store: memoryStore(), onEvent: () => undefined });
  } catch (error) {
    if (error instanceof ConfigFileError) return undefined;
    throw error;
  }
}

it('the first pick that matches a request names the upstream of the route that the gateway takes', () => {
  let compared = 0;
  let picked = 0;
  const compare = (routes: readonly { readonly path: string }[], other: readonly string[]): void => {
    const config = configOf(routes);
    const live = liveFor(config);
    if (live === undefined) return;
    const picks = picksOf(
      live,
      upstreamsOf(config, 'nginx', () => undefined),
    );
    for (const { method, host, path } of requestsOf(routes, other)) {
      const target = readTarget(path);
      if (target === undefined || target.isAmbiguous) continue;
      const pick = picks.find(
        (each) =>
          new RegExp(each.target, each.ignoresCase ? 'i' : '').test(path) &&
          (each.methods?.includes(method) ?? true) &&
          (each.host === undefined || new RegExp(`^${each.host}$`).test(host)),
      );
      // With one upstream for all there is nothing to pick.
      const upstream = picks.length === 0 ? 'one' : (pick?.upstream.name ?? live.fallback.upstream);
      const { rule } = live.table.match({ method, host, target });
      // Written otherwise than the route that decides, it may go where a weaker route leads that it matches as well.
      const isWeaker = live.rules.some(
        (each) =>
          each.upstream === upstream &&
          matchesExactly(each.path, splitPath(target.path)) &&
          rule !== undefined &&
          !matchesExactly(rule.path, splitPath(target.path)) &&
          isAtLeast(rule.demands, each.demands),
      );
      const found = isWeaker ? rule?.upstream : upstream;
      expect([routes, method, host, path, found]).toEqual([routes, method, host, path, rule?.upstream]);
      compared += 1;
      if (pick !== undefined) picked += 1;
    }
  };
  assert(property(array(route, { maxLength: 4 }), array(others, { maxLength: 8 }), compare), {
    numRuns: 300,
    seed: 13,
  });
  expect([compared > 10_000, picked > 4000]).toEqual([true, true]);
});
