// @ts-check
import { existsSync, readdirSync, statSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';

/** Files of the repository are linked there if its address is given; else their names stay as text. */
const SOURCE_URL = process.env['SITE_SOURCE_URL'];

/** Markdown that is no page of the site. */
const NO_PAGES = /^(packages\/[^/]+\/(src|test)|conformance|site)\//;

/** The anchor of a heading, as the repository's host makes it, and as tools/links.js checks it. @param {string} heading */
export function anchorOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * Makes relative links lead to pages of the site, and takes those away that lead to other files of the repository.
 *
 * @param {import('markdown-it')} markdown @param {string} root
 */
export function linkPages(markdown, root) {
  markdown.core.ruler.push('pages', ({ tokens, env }) => {
    const page = relative(root, env.realPath ?? env.path)
      .split(sep)
      .join('/');
    for (const token of tokens)
      for (const [at, child] of (token.children ?? []).entries())
        if (child.type === 'link_open') relink(token.children ?? [], at, page, root);
  });
}

/** The page that stands for a folder: its README, or the first one in it. @param {string} root @param {string} target */
function pageOf(root, target) {
  const path = posix.join(root, target);
  if (!existsSync(path) || !statSync(path).isDirectory()) return target;
  const pages = readdirSync(path).filter((name) => name.endsWith('.md'));
  const page = pages.includes('README.md') ? 'README.md' : pages.toSorted()[0];
  return page === undefined ? target : posix.join(target, page);
}

/** @param {import('markdown-it').Token[]} tokens @param {number} at @param {string} page @param {string} root */
function relink(tokens, at, page, root) {
  const open = tokens[at];
  const link = open?.attrGet('href') ?? '';
  if (open === undefined || /^([a-z]+:|#|\/)/.test(link)) return;
  const [path = '', anchor] = link.split('#');
  const target = pageOf(root, posix.join(posix.dirname(page), path));
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  if (!existsSync(posix.join(root, target))) throw new Error(`${page}: ${link} leads to no file`);
  if (target.endsWith('.md') && !NO_PAGES.test(target)) {
    // From the root, as one page has another path in the site than in the repository.
    open.attrSet('href', `/${target === 'README.md' ? 'index.md' : target}${suffix}`);
  } else if (SOURCE_URL !== undefined) {
    open.attrSet('href', `${SOURCE_URL}/${target}${suffix}`);
  } else {
    const close = tokens.findIndex((token, index) => index > at && token.type === 'link_close');
    for (const index of [at, close])
      Object.assign(tokens[index] ?? {}, { type: 'text', tag: '', content: '', nesting: 0 });
  }
}

/**
 * Lets error codes and names of variables break after an underscore: in a table on a phone nothing else would.
 *
 * @param {import('markdown-it')} markdown
 */
export function breakCodes(markdown) {
  const { rules } = markdown.renderer;
  const render = rules.code_inline;
  rules.code_inline = (...given) =>
    (render?.(...given) ?? '').replace(/\b[A-Z]+(?:_[A-Z]+)+\b/g, (code) => code.replaceAll('_', '_<wbr>'));
}
