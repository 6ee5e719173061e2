// @ts-check
// Why this exists: the pages are part of the gateway, which serves them as files. Each is two of them: the document, with its style in it,
// and one script. A browser has asked twice when the page is there. `npm run build` runs this; nothing is built that is newer than its sources.
import { readdirSync, readFileSync, rmSync, mkdirSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const SOURCES = join(import.meta.dirname, 'src');
/** Names and words that the pages share with the inspector of the library. */
const OF_THE_LIBRARY = ['inspect', 'cli/report'].map((room) =>
  join(import.meta.dirname, '../attestkit/src', room),
);
const BUILT = join(import.meta.dirname, '../gateway/dist/pages');

/** By the folder under src of which `main.tsx` begins it, and the name of its document. */
const PAGES = [
  { name: 'dashboard', title: 'attestkit gateway' },
  { name: 'inspector', title: 'attestkit inspector' },
];

/** @param {string} folder @returns {number} of the file that changed last */
function lastChange(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true }).map((each) => {
      const path = join(folder, each.name);
      return each.isDirectory() ? lastChange(path) : statSync(path).mtimeMs;
    }),
  );
}

/** @param {string} name */
async function bundle(name) {
  const made = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      rolldownOptions: {
        input: join(SOURCES, name, 'main.tsx'),
        output: { codeSplitting: false },
      },
    },
  });
  const [only] = Array.isArray(made) ? made : [made];
  if (only === undefined || !('output' in only)) throw new Error(`nothing was built of ${name}`);
  const scripts = only.output.filter((each) => each.type === 'chunk');
  const styles = only.output.flatMap((each) =>
    each.type === 'asset' && each.fileName.endsWith('.css') ? [String(each.source)] : [],
  );
  const [script] = scripts;
  if (script === undefined || scripts.length > 1 || only.output.length > 2)
    throw new Error(`${name} is not one script with one style`);
  return { script: script.code, style: styles.join('\n').trim() };
}

/** @param {string} file @param {string} text */
function write(file, text) {
  writeFileSync(join(BUILT, file), text);
  writeFileSync(join(BUILT, `${file}.gz`), gzipSync(text, { level: 9 }));
}

/** Written last. */
const stamp = join(BUILT, `${PAGES.at(-1)?.name}.html`);
const newest = Math.max(
  ...[SOURCES, ...OF_THE_LIBRARY].map(lastChange),
  statSync(import.meta.filename).mtimeMs,
);
if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest) {
  const template = readFileSync(join(SOURCES, 'shell/document.html'), 'utf8');
  const bundles = await Promise.all(PAGES.map(async (page) => ({ ...page, ...(await bundle(page.name)) })));
  rmSync(BUILT, { recursive: true, force: true });
  mkdirSync(BUILT, { recursive: true });
  for (const { name, title, script, style } of bundles) {
    const file = `${name}-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.js`;
    const parts = { TITLE: title, STYLE: style, SCRIPT: file };
    write(file, script);
    write(
      `${name}.html`,
      template.replace(
        /%(TITLE|STYLE|SCRIPT)%/g,
        (_, part) => parts[/** @type {keyof typeof parts} */ (part)],
      ),
    );
  }
}
