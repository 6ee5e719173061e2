// @ts-check
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Looks up each link to a heading in the pages as they were built.
 *
 * @param {string} folder @throws {Error} naming each link that leads to no heading, or where there is no link
 */
export function checkAnchors(folder) {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  );
  const texts = new Map(
    pages.map((name) => [`/${name.replaceAll('\\', '/')}`, readFileSync(join(folder, name), 'utf8')]),
  );
  const anchors = new Map(
    [...texts].map(([page, text]) => [
      page,
      new Set([...text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id)),
    ]),
  );
  const base = (process.env['SITE_BASE'] ?? '/').replace(/\/$/, '');
  /** @type {string[]} */
  const problems = [];
  let links = 0;
  for (const [page, text] of texts)
    for (const [, path = '', anchor = ''] of text.matchAll(/\bhref="([^"#:]*)#([^"]+)"/g)) {
      links += 1;
      const target = path === '' ? page : path.slice(base.length).replace(/\/$/, '/index.html');
      if (anchors.get(target)?.has(decodeURIComponent(anchor)) !== true)
        problems.push(`${page}: ${path}#${anchor} leads to no heading`);
    }
  if (links === 0) problems.push('found no link to a heading');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  console.log(`${links} links to headings, ${pages.length} pages`);
}
