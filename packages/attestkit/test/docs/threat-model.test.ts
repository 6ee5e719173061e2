import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageText } from './support/page-table.js';

// The pages about threats name a test for each defense: its file and its title. Both have to exist.

const root = new URL('../../../../', import.meta.url);
const PAGES = {
  'threat-model.md': 'packages/attestkit/test',
  'gateway-threat-model.md': 'packages/gateway/test',
};

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll("\\'", "'");

function sourceOf(folder: string, file: string): string {
  const paths = [`${folder}/${file}.test.ts`, `${file}.test.ts`];
  const found = paths.map((path) => new URL(path, root)).find((url) => existsSync(url));
  return found === undefined ? '' : inOneLine(readFileSync(found, 'utf8'));
}

describe.each(Object.entries(PAGES))('the tests that docs/%s names', (page, folder) => {
  const rows = [...pageText(page).matchAll(/^\|.*\| *`([\w/-]+)`: (.*?) *\|$/gm)].map(
    ([, file = '', title = '']) => [file, title] as const,
  );

  it('are one for each attack', () => {
    const defended = pageText(page)
      .split('## What is defended')[1]
      ?.split(/## What (?:is signed|a part)/)[0];
    const attacks = defended?.match(/^\| (?!attack|-)/gm) ?? [];
    expect([rows.length, rows.length > 20]).toEqual([attacks.length, true]);
  });

  it.each(rows)('%s: %s', (file, title) => {
    const source = sourceOf(folder, file);
    // Whole, or a group and a test in it.
    const [group = '', ...rest] = title.split(': ');
    const isGroup = rest.length > 0 && source.includes(group) && source.includes(rest.join(': '));
    expect(source.includes(title) || isGroup).toBe(true);
  });
});
