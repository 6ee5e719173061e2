import { readFileSync } from 'node:fs';

/** A page of docs/. */
export function pageText(page: string): string {
  return readFileSync(new URL(`../../../../../docs/${page}`, import.meta.url), 'utf8');
}

/** The rows of the table under a heading of a page, by the names of its columns; code marks are taken away. */
export function tableOf(page: string, heading: string): readonly Readonly<Record<string, string>>[] {
  const sections = pageText(page).split(/^#+ /m);
  const own = sections.find((section) => section.startsWith(`${heading}\n`)) ?? '';
  const lines = own.split('\n').filter((line) => line.startsWith('|'));
  const [names = [], , ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])));
}
