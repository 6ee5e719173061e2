import { withAges } from '../../../../attestkit/src/cli/report/ages.js';
import { describeSubject, namesOf } from '../../../../attestkit/src/cli/report/attested-names.js';

/** One value of the content. */
export interface ContentRow {
  /** `rootOfTrust.verifiedBootState` */
  readonly label: string;
  readonly value: string;
  /** What it is called, or when that is. */
  readonly meaning: string | undefined;
}

export interface ContentTable {
  /** In words; empty for values that have no heading of their own. */
  readonly title: string;
  readonly rows: readonly ContentRow[];
  /** Values that are left out. */
  readonly left: number;
}

/** Of one table: what is more can be saved. */
const MOST_ROWS = 300;
const MOST_DEPTH = 8;

/** The report says these already. */
const UNSAID = ['kind'];

/** Claims in seconds since the epoch (RFC 7519 §4.1). */
const CLAIM_TIMES = ['exp', 'nbf', 'iat', 'auth_time'];

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** Objects that have a heading of their own, wherever they stand. */
const HEADED = ['softwareEnforced', 'hardwareEnforced', 'teeEnforced'];

/**
 * The content of evidence as tables: values without a heading first, then one for each object in it.
 *
 * @param at ISO 8601: times also say how far they are from it
 */
export function contentTables(content: unknown, at: string): readonly ContentTable[] {
  const tables: { title: string; rows: ContentRow[]; left: number }[] = [];
  const add = (title: string, path: string, value: object): void => {
    const table = { title, rows: [] as ContentRow[], left: 0 };
    tables.push(table);
    const walk = (prefix: string, label: string, each: unknown, name: string, depth: number): void => {
      if (isBranch(each) && depth < MOST_DEPTH) {
        if (HEADED.includes(name) && prefix + label !== path)
          return add(inWords(name), `${prefix}${label}`, each);
        for (const [key, inner] of Object.entries(each))
          walk(
            prefix,
            Array.isArray(each) ? `${label}[${key}]` : `${label}.${key}`,
            inner,
            Array.isArray(each) ? name : key,
            depth + 1,
          );
        return;
      }
      if (table.rows.length >= MOST_ROWS) table.left++;
      else
        table.rows.push({
          label,
          value: shown(name, each),
          meaning: meaningOf(`${title}.${label}`, name, each, at),
        });
    };
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined || (path === '' && UNSAID.includes(key))) continue;
      if (path === '' && isBranch(inner) && !Array.isArray(inner)) add(inWords(key), key, inner);
      else walk(path === '' ? '' : `${path}.`, key, inner, key, 0);
    }
  };
  if (typeof content !== 'object' || content === null) return [];
  add('', '', content);
  return tables.filter(({ rows }) => rows.length > 0);
}

/** An object, or a list with objects in it: lists of plain values are one row. */
function isBranch(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value)
    ? value.some((each) => typeof each === 'object' && each !== null)
    : Object.keys(value).length > 0;
}

function shown(name: string, value: unknown): string {
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((each) => shown(name, each)).join('\n');
  if (typeof value === 'string')
    return value === '' ? 'empty' : name === 'subjects' ? describeSubject(value) : value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === undefined ? 'none' : inJson(value);
}

/** Evidence may be nested deeper than it can be written. */
function inJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'nested too deep to be shown';
  }
}

function meaningOf(path: string, name: string, value: unknown, at: string): string | undefined {
  if (CLAIM_TIMES.includes(name) && typeof value === 'number') return timeInWords(value * 1000, at);
  if (typeof value === 'string')
    return TIME.test(value) ? /\((.*)\)$/.exec(withAges(value, at))?.[1] : undefined;
  const list = /(Software|Hardware) enforced/.exec(path);
  const names = namesOf(list === null ? '' : `${(list[1] as string).toLowerCase()}Enforced.`, name, value);
  return names === undefined ? undefined : withAges(names, at);
}

/** `2026-06-01T12:00:00.000Z (3 days earlier)`; undefined for a number that is not a time. */
function timeInWords(milliseconds: number, at: string): string | undefined {
  const time = new Date(milliseconds);
  return Number.isNaN(time.getTime()) ? undefined : withAges(time.toISOString(), at);
}

/** `Hardware enforced` of `hardwareEnforced`. */
export function inWords(name: string): string {
  const words = name
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z\d])([A-Z])/g, (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
