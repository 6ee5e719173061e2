// @ts-check
// Why this exists: a framework or driver that the documentation shows, and package.json does not declare, may be of any
// version, tested or not. This reads what the examples of the documentation import beside attestkit, and compares it
// with the optional peers: each documented one is declared, each declared one documented, and each is optional and has
// a range of which `npm run test:peers` can take the lowest version. It fails when it found no import.
import { readFileSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { lowestOf } from './peer-ranges.js';

/** Read by the examples, and no part of what attestkit works with. */
const OTHER = new Set([
  'attestkit',
  'attestkit-testing',
  'attestkit-client',
  'attestkit-gateway',
  'axios',
  'reflect-metadata',
  'rxjs',
  'vitest',
  'pino',
  'prom-client',
  '@opentelemetry/api',
  '@opentelemetry/sdk-metrics',
]);

const manifest = JSON.parse(readFileSync('packages/attestkit/package.json', 'utf8'));
/** @type {Record<string, string>} */
const declared = manifest.peerDependencies;
const files = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)];
const text = files
  .filter((file) => file.endsWith('.md'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

const imported = [
  ...text.matchAll(/^(?:import|export)\b[^;'"]*?from '([^'./][^']*)'|^import '([^'./][^']*)'/gm),
].map(([, from, bare]) => from ?? bare ?? '');
const packages = imported
  .filter((specifier) => !isBuiltin(specifier))
  .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
/** Packages of apps, which the pages of the client show: see the examples of their own lock files. */
const ofApps = [...readFileSync('tools/app-modules.d.ts', 'utf8').matchAll(/declare module '([^']+)'/g)].map(
  ([, name = '']) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'),
);
const documented = new Set(packages.filter((name) => !OTHER.has(name) && !ofApps.includes(name)));
/** @type {string[]} */
const problems = [];
for (const name of documented)
  if (declared[name] === undefined) problems.push(`${name} is documented, and not declared`);
for (const [name, range] of Object.entries(declared)) {
  if (!documented.has(name) && !text.includes(`\`${name}\``))
    problems.push(`${name} is declared, and not documented`);
  if (manifest.peerDependenciesMeta[name]?.optional !== true) problems.push(`${name} is not optional`);
  if (lowestOf(range) === undefined) problems.push(`${name} has a range without a lowest version: ${range}`);
}
for (const name of Object.keys(manifest.peerDependenciesMeta))
  if (declared[name] === undefined) problems.push(`${name} is optional, and not declared`);

console.log(
  `documented-peers: ${documented.size} packages documented, ${Object.keys(declared).length} declared`,
);
if (documented.size === 0) problems.push('found no import');
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
