/** One row of the table: a path to a value, and the value in words. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What evidence said is small; a table that is not is cut. */
const MOST_FACTS = 200;
const MOST_DEPTH = 6;

/**
 * Facts as a flat table: members of members by dots, lists of simple values in one line.
 *
 * @example factsOf({ boot: { locked: true } }) // [{ name: 'boot.locked', value: 'yes' }]
 */
export function factsOf(facts: Readonly<Record<string, unknown>>): readonly Fact[] {
  const found: Fact[] = [];
  collect(facts, '', 0, found);
  return found;
}

function collect(value: unknown, name: string, depth: number, found: Fact[]): void {
  if (found.length >= MOST_FACTS) return;
  if (typeof value !== 'object' || value === null || depth >= MOST_DEPTH || isSimpleList(value)) {
    found.push({ name, value: inWords(value) });
    return;
  }
  const members = Object.entries(value);
  if (members.length === 0 && name !== '') found.push({ name, value: 'empty' });
  for (const [member, each] of members)
    collect(each, name === '' ? member : `${name}.${member}`, depth + 1, found);
}

function isSimpleList(value: object): value is readonly unknown[] {
  return Array.isArray(value) && value.every((each) => typeof each !== 'object' || each === null);
}

function inWords(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === null || value === undefined) return 'not said';
  if (typeof value === 'string') return value === '' ? 'empty text' : value;
  if (Array.isArray(value) && isSimpleList(value))
    return value.length === 0 ? 'empty' : value.map(inWords).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as number);
}
