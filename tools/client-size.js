// @ts-check
// Why this exists: the client is downloaded with every app, and runs where much of the web is missing. Each public path is
// bundled as an app bundles it: what its core weighs stays within its limit, and nothing in it names a global that React
// Native does not have, or a module of Node. It fails when it found no path.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const FOLDER = 'packages/client';
/** Bytes of the core, minified and gzipped. The aim is 10,000. */
const MOST = 11_300;
/** What is missing in Hermes, or incomplete. */
const MISSING =
  /\b(?:node:|Buffer\b|structuredClone\b|AbortSignal\.(?:timeout|any)\b|crypto\.subtle\b|new URL\(|TextEncoder\b|TextDecoder\b|atob\b|btoa\b)/g;

/** @type {{ exports: Record<string, string | { default: string }> }} */
const { exports: paths } = JSON.parse(readFileSync(`${FOLDER}/package.json`, 'utf8'));
const problems = [];
let found = 0;
for (const [path, target] of Object.entries(paths)) {
  if (typeof target === 'string') continue; // package.json
  found += 1;
  const bundle = await rolldown({ input: `${FOLDER}/${target.default}`, platform: 'neutral' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  const code = output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('');
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`client: ${path}: ${(size / 1000).toFixed(1)} kB`);
  if (path === '.' && size > MOST) problems.push(`the core has ${size} bytes of ${MOST}`);
  for (const [name] of code.matchAll(MISSING))
    problems.push(`${path} uses ${name}, which phones do not have`);
}
if (found === 0) problems.push('found no path');
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
