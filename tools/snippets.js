// @ts-check
// Why this exists: a reader copies what the documentation shows, so every block of it is compiled and run. Blocks
// marked ts or js are compiled together, as modules against the built package; then each runs in a process of its
// own, and a server that it starts does not keep it alive. Blocks marked sh run in the root of the repository. Two
// marks say otherwise, and are counted aloud: `ts check-only` compiles without running, `sh illustrative` does
// nothing. It fails when it found no block, and if a package was not built after its last change: blocks would be
// checked against the older one. With parts of the names of pages it checks these pages alone, and only warns about that.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const PACKAGES = ['packages/attestkit', 'packages/testing', 'packages/client'];
/** What apps have installed, and this repository has not. */
const APP_MODULES = '../../tools/app-modules.d.ts';
/** Of this run alone: another one may be under way. */
const folder = `.snippets/pages-${process.pid}`;
/** Parts of the names of pages: with none, all. */
const only = process.argv.slice(2);
const marks = ['ts', 'js', 'ts check-only', 'js check-only', 'sh', 'sh illustrative'];
const otherNames = /^(ts|js|sh|typescript|javascript|tsx|jsx|mjs|cjs|mts|cts|bash|shell|zsh|console)\b/;
/** @type {string[]} */
const problems = [];

/** @param {string} path @returns {string[]} the Markdown files below a folder */
function markdownBelow(path) {
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.md') && !/node_modules|dist/.test(name))
    .map((name) => `${path}/${name}`);
}

/** @param {string} file */
function blocksOf(file) {
  /** @type {{ file: string, line: number, mark: string, code: string }[]} */
  const blocks = [];
  let inside = false;
  for (const [at, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    const fence = /^\s*```(.*)$/.exec(text);
    const last = blocks.at(-1);
    if (fence && !inside) blocks.push({ file, line: at + 1, mark: fence[1]?.trim() ?? '', code: '' });
    else if (!fence && inside && last) last.code += `${text}\n`;
    if (fence) inside = !inside;
  }
  if (inside) problems.push(`${file}: a block does not end`);
  return blocks;
}

/** Whether a package has changed since it was built. @param {string} path */
function isOlder(path) {
  const build = ['node_modules/typescript/bin/tsc', '-b', '--dry', path];
  return !spawnSync(process.execPath, build, { encoding: 'utf8' }).stdout.includes(
    `${path}/tsconfig.json' is up to date`,
  );
}

/** A server no longer keeps the process alive once it listens, so a block that starts one ends by itself. */
const letServersGo = `import { Server } from 'node:net';
const { listen } = Server.prototype;
Server.prototype.listen = function (...values) {
  this.once('listening', () => this.unref());
  return listen.apply(this, values);
};`;

async function environment() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  const port = typeof address === 'object' ? address?.port : undefined;
  const secret = randomBytes(64).toString('base64');
  const { PATH, HOME } = process.env;
  return { PATH, HOME, NODE_ENV: 'test', HTTP_PORT: String(port), APPROOV_BASE64_SECRET: secret };
}

/** @param {{ file: string, line: number }} block @param {string} command @param {string[]} values @param {number} timeout */
async function run({ file, line }, command, values, timeout) {
  const { status, error, stdout, stderr } = spawnSync(command, values, {
    env: await environment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'], // bash reads the user's start-up files where its input is a socket
    timeout,
  });
  const alive = /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code === 'ETIMEDOUT';
  // A block that tests something has to be done in time: what it has not tried yet was not tried at all.
  const isServer = alive && command === process.execPath && !/^\s*(not )?ok \d+ - /m.test(stdout);
  if (status !== 0 && !isServer) {
    problems.push(
      `${file}:${line} ended with ${alive ? 'a time-out' : `status ${status}`}\n${stdout}${stderr}`,
    );
  }
}

const files = [
  'README.md',
  'packages/attestkit/README.md',
  'packages/testing/README.md',
  'packages/client/README.md',
  'packages/gateway/README.md',
];
const pages = [...files, ...markdownBelow('docs'), ...markdownBelow('examples')];
const blocks = pages
  .filter((page) => only.length === 0 || only.some((part) => page.includes(part)))
  .flatMap(blocksOf);
for (const { file, line, mark } of blocks) {
  if (otherNames.test(mark) && !marks.includes(mark))
    problems.push(`${file}:${line} is marked "${mark}": use one of ${marks.join(', ')}`);
}
const modules = blocks
  .filter(({ mark }) => /^[tj]s\b/.test(mark))
  .map((block) => ({ ...block, name: `${block.file.replace(/\W+/g, '-')}-${block.line}` }));
const shells = blocks.filter(({ mark }) => mark === 'sh');
const runnable = modules.filter(({ mark }) => !mark.includes('check-only'));

mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/package.json`, '{ "type": "module" }');
writeFileSync(`${folder}/let-servers-go.mjs`, letServersGo);
const compilerOptions = {
  allowJs: true,
  checkJs: true,
  experimentalDecorators: true,
  noUnusedLocals: false,
  noUnusedParameters: false,
  skipLibCheck: true,
  rootDir: '.',
  outDir: 'out',
};
writeFileSync(
  `${folder}/tsconfig.json`,
  JSON.stringify({
    extends: '../../tsconfig.base.json',
    compilerOptions,
    include: ['*.ts', '*.js', APP_MODULES],
  }),
);
for (const { name, line, mark, code } of modules) {
  // As many empty lines before it as there are in the document, so that the compiler's line numbers are right.
  writeFileSync(`${folder}/${name}.${mark.slice(0, 2)}`, '\n'.repeat(line) + code);
}
if (modules.length > 0) {
  const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) problems.push(`type check\n${stdout}`);
}
for (const block of runnable) {
  await run(
    block,
    process.execPath,
    ['--import', `./${folder}/let-servers-go.mjs`, `${folder}/out/${block.name}.js`],
    3000,
  );
}
for (const block of shells) await run(block, 'bash', ['-euo', 'pipefail', '-c', block.code], 60_000);

const illustrative = blocks.filter(({ mark }) => mark === 'sh illustrative').length;
console.log(
  `snippets: ${modules.length} type-checked, ${runnable.length} of them run, ${modules.length - runnable.length} check-only; ` +
    `${shells.length} shell blocks run, ${illustrative} illustrative`,
);
if (modules.length + shells.length === 0) problems.push('found no block to check');
const older = PACKAGES.filter(isOlder);
const advice = `not built after the last change: ${older.join(', ')}. Run npm run build first`;
if (older.length > 0 && only.length > 0) console.warn(`  ${advice}`);
else if (older.length > 0) problems.push(advice);
rmSync(folder, { recursive: true, force: true });
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
