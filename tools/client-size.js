// @ts-check
// Why this exists: the client is downloaded with every app, and runs where much of the web is missing. Each public path is
// bundled as an app bundles it: what its core weighs stays within its limit, and nothing in it names a global that React
// Native does not have, or a module of Node. It fails when it found no path.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const FOLDER = 'packages/client';
/** Bytes of the core, minified and gzipped: what an app bundles that has its own words for errors. */
const MOST = 10_000;
const CORE = `export { createClient, ClientError } from './${FOLDER}/dist/index.js';`;
/** What is missing in Hermes, or incomplete. */
const MISSING =
  /\b(?:node:|Buffer\b|structuredClone\b|AbortSignal\.(?:timeout|any)\b|crypto\.subtle\b|new URL\(|TextEncoder\b|TextDecoder\b|atob\b|btoa\b)/g;

/** @type {{ exports: Record<string, string | { default: string }> }} */
const { exports: paths } = JSON.parse(readFileSync(`${FOLDER}/package.json`, 'utf8'));
const problems = [];
/** @type {import('rolldown').Plugin} */
const core = {
  name: 'core',
  resolveId: (id) => (id === 'core' ? id : undefined),
  load: (id) => (id === 'core' ? CORE : undefined),
};

/** Prints the size. @param {string} name @param {string} input */
async function bundled(name, input) {
  const bundle = await rolldown({ input, platform: 'neutral', plugins: [core] });
  const { output } = await bundle.generate({ format: 'esm', minify: true, comments: false });
  const code = output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('');
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`client: ${name}: ${(size / 1000).toFixed(2)} kB`);
  return { code, size };
}

let found = 0;
const { size } = await bundled('core', 'core');
if (size > MOST) problems.push(`the core has ${size} bytes of ${MOST}`);
for (const [path, target] of Object.entries(paths)) {
  if (typeof target === 'string') continue; // package.json
  found += 1;
  const { code } = await bundled(path, `${FOLDER}/${target.default}`);
  for (const [name] of code.matchAll(MISSING))
    problems.push(`${path} uses ${name}, which phones do not have`);
}
if (found === 0) problems.push('found no path');
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
