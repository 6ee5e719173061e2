import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageText } from './support/page-table.js';

// docs/threat-model.md names a test for each defense: its file and its title. Both have to exist.

const root = new URL('../../../../', import.meta.url);
const rows = [...pageText('threat-model.md').matchAll(/^\|.*\| *`([\w/-]+)`: (.*?) *\|$/gm)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll("\\'", "'");

function sourceOf(file: string): string {
  const paths = [`packages/attestkit/test/${file}.test.ts`, `${file}.test.ts`];
  const found = paths.map((path) => new URL(path, root)).find((url) => existsSync(url));
  return found === undefined ? '' : inOneLine(readFileSync(found, 'utf8'));
}

describe('the tests that docs/threat-model.md names', () => {
  it('are one for each attack', () => {
    const attacks =
      pageText('threat-model.md')
        .split('## What is signed')[0]
        ?.match(/^\| (?!attack|-)/gm) ?? [];
    expect([rows.length, rows.length > 50]).toEqual([attacks.length, true]);
  });

  it.each(rows)('%s: %s', (file, title) => {
    const source = sourceOf(file);
    // Whole, or a group and a test in it.
    const [group = '', ...rest] = title.split(': ');
    const isGroup = rest.length > 0 && source.includes(group) && source.includes(rest.join(': '));
    expect(source.includes(title) || isGroup).toBe(true);
  });
});
