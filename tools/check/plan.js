// @ts-check
// Why this exists: after a small change a developer should not wait for every check. This says which stages a change of one room or package
// needs. It reads the rooms from the folders, so that a new room has a plan at once.
import { existsSync, readdirSync } from 'node:fs';

/** @typedef {import('./stages.js').Stage} Stage */

const SRC = new URL('../../packages/attestkit/src/', import.meta.url);
const TEST = 'packages/attestkit/test';

/** What every change needs: `typecheck` also builds what it changed, and what depends on it. @type {readonly Stage[]} */
const ALWAYS = [{ script: 'typecheck' }, { script: 'lint' }];

/** The servers of the conformance suite that show a change of an adapter, as their names begin. @type {Readonly<Record<string, string>>} */
const SERVERS = {
  express: 'Express',
  fastify: 'Fastify|Nest on Fastify',
  hono: 'Hono',
  koa: 'Koa',
  mounting: 'Node|Web',
  nest: 'Nest',
  node: 'Node|Express 5',
  web: 'Web',
  'web-address': 'Web|Hono',
};

/** Files in src that have no folder of tests with their name. @type {Readonly<Record<string, string>>} */
const TESTS_OF = { 'create-guard': `${TEST}/guard`, catalog: `${TEST}/catalogs.test.ts` };

/** Everything that is no room of the library. @type {Readonly<Record<string, readonly Stage[]>>} */
const OTHERS = {
  testing: [
    { script: 'test:unit', args: ['packages/testing'], tests: true },
    { script: 'surface' },
    { script: 'test:conformance', args: ['demo.test.ts', '-t', 'memory'], tests: true },
  ],
  client: [{ script: 'test:unit', args: ['packages/client'], tests: true }, { script: 'surface' }],
  fuzz: [
    { script: 'test:unit', args: ['fuzz/test'], tests: true },
    { script: 'fuzz', args: ['--seed', '1', '--count', '2000'] },
  ],
  examples: [{ script: 'test:conformance', args: ['conformance/example', 'demo.test.ts'], tests: true }],
  docs: [{ script: 'test:unit', args: [`${TEST}/docs`], tests: true }, { script: 'test:docs' }],
  tools: [
    { script: 'test:unit', args: ['tools/'], tests: true },
    { script: 'test:conformance', args: ['check-command.test.ts'], tests: true },
  ],
  bench: [{ script: 'bench', args: ['--quick', '--only', 'tokens'] }],
};

/** @param {string} folder @returns {string[]} the names of its folders and files */
const namesIn = (folder) => [
  ...new Set(
    readdirSync(new URL(folder, SRC))
      .filter((name) => !name.endsWith('.md'))
      .map((name) => name.replace(/\.ts$/, '')),
  ),
];

/** The rooms and packages that have a plan. */
export const ROOMS = namesIn('.').filter((name) => !['adapters', 'index'].includes(name));
export const ADAPTERS = namesIn('adapters/');
export const PACKAGES = Object.keys(OTHERS);

/**
 * The stages for a change of a room, an adapter or a package, or undefined if there is none of that name.
 *
 * @param {string} name @returns {readonly Stage[] | undefined}
 */
export function planFor(name) {
  const others = Object.hasOwn(OTHERS, name) ? OTHERS[name] : undefined;
  if (others !== undefined) return [...ALWAYS, ...others];
  const adapter = name.replace(/^adapters\//, '');
  if (ADAPTERS.includes(adapter)) return [...ALWAYS, ...stagesOfAdapter(adapter)];
  return ROOMS.includes(name) ? [...ALWAYS, ...stagesOfRoom(name)] : undefined;
}

/** @param {string} adapter @returns {Stage[]} */
function stagesOfAdapter(adapter) {
  const servers = SERVERS[adapter];
  if (servers === undefined) throw new Error(`tools/check/plan.js names no server for ${adapter}`);
  return [
    { script: 'test:unit', args: [`${TEST}/adapters`], tests: true },
    { script: 'test:conformance', args: ['-t', `^.?(${servers})`], tests: true },
  ];
}

/** @param {string} room @returns {Stage[]} */
function stagesOfRoom(room) {
  /** @type {Stage[]} */
  const stages = [];
  const tests = TESTS_OF[room] ?? `${TEST}/${room}`;
  const hasChecks =
    room === 'inspect' || room === 'catalog' || filesOf(room).some((file) => file.endsWith('checks.ts'));
  const catalogs = hasChecks && room !== 'catalog' ? [`${TEST}/catalogs.test.ts`] : [];
  if (existsSync(new URL(`../../../${tests}`, SRC)))
    stages.push({
      script: 'test:unit',
      args: [`${tests}${tests.endsWith('.ts') ? '' : '/'}`, ...catalogs],
      tests: true,
    });
  if (hasChecks) stages.push({ script: 'docs:check' });
  return stages;
}

/** @param {string} room @returns {string[]} */
function filesOf(room) {
  const folder = new URL(`${room}/`, SRC);
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
}
