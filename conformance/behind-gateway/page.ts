import { readFileSync } from 'node:fs';

/** What a page shows, section by section. */
export class Page {
  readonly #sections: ReadonlyMap<string, string>;

  constructor(file: string) {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const [, ...rest] = text.split(/^###? /m);
    this.#sections = new Map(
      rest.map((section) => {
        const end = section.indexOf('\n');
        return [section.slice(0, end), section.slice(end)];
      }),
    );
  }

  /** The blocks of one mark in a section, as they are written. */
  blocks(section: string, mark: string): readonly string[] {
    const text = this.#sections.get(section);
    if (text === undefined) throw new Error(`there is no section ${section}`);
    const found = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];
    return found.flatMap(([, each, block = '']) => (each === mark ? [block] : []));
  }

  block(section: string, mark: string): string {
    const [block, ...more] = this.blocks(section, mark);
    if (block === undefined || more.length > 0)
      throw new Error(`${section} has ${more.length + Number(block !== undefined)} blocks of ${mark}`);
    return block;
  }

  /** The two sides of the diff in a section. */
  sides(section: string): { readonly before: string; readonly after: string } {
    const lines = this.block(section, 'diff').split('\n').slice(0, -1);
    const without = (mark: string): string =>
      lines
        .filter((line) => !line.startsWith(mark))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    return { before: without('+'), after: without('-') };
  }

  /** The first cells of the rows of a table that begins with this heading. */
  rows(section: string, heading: string): readonly string[] {
    const lines = (this.#sections.get(section) ?? '').split('\n');
    const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
    const rows = lines.slice(start + 2);
    return rows.slice(0, rows.indexOf('')).map((row) => (row.split('|')[1] ?? '').trim());
  }
}
