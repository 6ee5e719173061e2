// @ts-check
// Why this exists: a page that sends its reader nowhere is worse than none. Every relative link of every page has to lead to a
// file, and its anchor to a heading there; every error code that a page names has to exist. It fails where it found no link.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogs } from './catalogs.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
const codes = new Set((await catalogs()).flatMap(({ checks }) => checks.map(({ code }) => code)));
/** Codes that no check has: a wrong configuration, and examples of the form. */
const OTHERS = /^ERR_(CONFIGURATION|DOUBLE|X|MY_.*)$|_$/;

/** @param {string} page */
const textOf = (page) => readFileSync(posix.join(root, page), 'utf8');

/** The anchors of a page, as GitHub makes them of its headings. @param {string} text */
function anchorsOf(text) {
  const headings = [...text.replace(/^```.*?^```/gms, '').matchAll(/^#{1,6} (.+)$/gm)].map(
    ([, heading = '']) =>
      heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
  );
  return new Set(headings);
}

/** @param {string} page @param {string} link @returns {string | undefined} what is wrong with it */
function faultOf(page, link) {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(posix.join(root, target))) return 'leads to no file';
  if (anchor === undefined || !target.endsWith('.md') || anchorsOf(textOf(target)).has(anchor))
    return undefined;
  return 'leads to no heading';
}

/** @type {string[]} */
const problems = [];
let links = 0;
for (const page of pages) {
  const text = textOf(page).replace(/^```.*?^```/gms, '');
  for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(link)) continue;
    links += 1;
    const fault = faultOf(page, link);
    if (fault !== undefined) problems.push(`${page}: ${link} ${fault}`);
  }
  // The changelog tells of codes that are gone, a decision may.
  if (page === 'CHANGELOG.md' || page.startsWith('docs/decisions/')) continue;
  for (const [code] of text.matchAll(/\bERR_[A-Z_]+\b/g))
    if (!codes.has(code) && !OTHERS.test(code)) problems.push(`${page}: there is no code ${code}`);
}

console.log(`links: ${links} of ${pages.length} pages`);
if (links === 0) problems.push('looked at no link');
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
