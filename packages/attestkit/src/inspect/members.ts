import type { JsonObject } from '../kernel/bytes/json.js';
import { unusable, type EvidenceError } from './evidence-error.js';
import { memberFor } from './recognize/wire-names.js';

/** What exactly is wrong with a value, and in which part of it. */
export interface Flaw {
  /** Stands behind the member's name: `[1]`. */
  readonly at: string;
  readonly problem: string;
  readonly remedy?: string;
}

/** One member of an evidence file: what it must be, in words, and how it is read; undefined if it is another thing. */
export interface Member<T> {
  readonly is: string;
  readonly read: (value: unknown) => T | undefined;
  /** What is wrong with a value that cannot be read, where more can be said than that it is another thing. */
  readonly flaw?: (value: unknown) => Flaw | undefined;
  /** What to give if it is missing. Without this it may be left out. */
  readonly remedy?: string;
}

export type MemberTable = Readonly<Record<string, Member<unknown>>>;

type Required<T extends MemberTable> = {
  [Name in keyof T]: T[Name] extends { readonly remedy: string } ? Name : never;
}[keyof T];

type ValueOf<M> = M extends Member<infer Value> ? Value : never;

/** The members of one file, read. */
export type Members<T extends MemberTable> = {
  readonly [Name in Required<T>]: ValueOf<T[Name]>;
} & { readonly [Name in Exclude<keyof T, Required<T>>]?: ValueOf<T[Name]> };

/** A member that no file can do without. */
export function required<T>(member: Member<T>, remedy: string): Member<T> & { readonly remedy: string } {
  return { ...member, remedy };
}

/** Members that describe the evidence for people and tests; not looked at. */
const DESCRIPTIVE = [
  'name',
  'description',
  'notes',
  'expected',
  'facts',
  'provenance',
  'source',
  'license',
  'receiptType',
  'keyDescription',
  'upstreamExpected',
];

/**
 * Reads a parsed file by the members of its kind.
 *
 * @throws EvidenceError naming the first member that is missing, unknown or of another type
 */
export function readMembers<T extends MemberTable>(kind: string, table: T, file: JsonObject): Members<T> {
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(file)) {
    if (value === undefined || DESCRIPTIVE.includes(name)) continue;
    const member = Object.hasOwn(table, name) ? table[name] : undefined;
    if (member === undefined)
      throw unusable(
        name,
        `is not a member of ${kind} evidence`,
        memberFor(name, kind) ??
          `Members are ${Object.keys(table).join(', ')}; for people, ${DESCRIPTIVE.join(', ')}.`,
      );
    const read = member.read(value);
    if (read === undefined) throw unreadable(name, value, member);
    members[name] = read;
  }
  for (const [name, { remedy }] of Object.entries(table)) {
    if (remedy !== undefined && !Object.hasOwn(members, name)) throw unusable(name, 'is missing', remedy);
  }
  return members as Members<T>;
}

function unreadable(
  name: string,
  value: unknown,
  { is, flaw, remedy: usual }: Member<unknown>,
): EvidenceError {
  const { at, problem, remedy = usual }: Flaw = flaw?.(value) ?? { at: '', problem: `is not ${is}` };
  return unusable(name + at, problem, remedy ?? 'Correct it, or leave it out.');
}

/**
 * The name of the one member that is there, undefined if none is.
 *
 * @throws EvidenceError if there are several
 */
export function onlyOne<Name extends string>(
  names: readonly Name[],
  members: Readonly<Partial<Record<Name, unknown>>>,
  remedy: string,
): Name | undefined {
  const given = names.filter((name) => members[name] !== undefined);
  if (given.length > 1) throw unusable(given.join(' and '), 'are both there', remedy);
  return given[0];
}
