import { isJsonObject, type JsonObject } from '../kernel/bytes/json.js';
import type { CheckDef, CheckReport, Inspection } from '../ports/checks.js';
import { text, time } from './member-types.js';
import { readMembers, type Members, type MemberTable } from './members.js';

/** What the checks of one piece of evidence found, and what they did not look at. */
export type Findings<Result, NotChecked extends string = never> = Inspection<Result> & {
  /** What a server also checks, beside the evidence or with values that the file does not give. */
  readonly notChecked: readonly NotChecked[];
};

/** One kind of evidence file. */
export interface EvidenceKind<Kind extends string, Found> {
  /** The names of its members, `at` included. */
  readonly members: readonly string[];
  /**
   * @param file parsed JSON
   * @param now milliseconds since the epoch, for a file that does not say `at`
   * @throws EvidenceError, ConfigurationError where a member makes no sense
   */
  inspect(file: JsonObject, now: number): Found & { readonly kind: Kind; readonly at: string };
}

/**
 * Makes a kind of its own members, beside `kind` and `at`, and of what inspects them.
 *
 * @param inspect gets the members, and milliseconds since the epoch
 */
export function evidenceKind<Kind extends string, Table extends MemberTable, Found>(
  kind: Kind,
  table: Table,
  inspect: (members: Members<Table>, now: number) => Found,
): EvidenceKind<Kind, Found> {
  const all: MemberTable = { kind: text, ...table, at: time };
  return {
    members: Object.keys(all).filter((name) => name !== 'kind'),
    inspect(file, now) {
      const { kind: _, at, ...members } = readMembers(kind, all, file);
      const asOf = typeof at === 'number' ? at : now;
      return { kind, at: new Date(asOf).toISOString(), ...inspect(members as Members<Table>, asOf) };
    },
  };
}

/** Writes what was read, verified or not, as JSON has it. */
export function withResult<Result, Written>(
  inspection: Inspection<Result>,
  write: (result: Result) => Written,
): Inspection<Written> {
  if (inspection.verdict === 'pass') return { ...inspection, result: write(inspection.result) };
  const { unverified, ...failed } = inspection;
  return unverified === undefined ? failed : { ...failed, unverified: write(unverified) };
}

/**
 * Says what the file leaves out, and leaves out the checks of it: they hold whatever the evidence is.
 *
 * @param isLeftOut in the order of verification
 * @param checksOf what is left out with each
 */
export function withoutIdle<Name extends string>(
  reports: readonly CheckReport[],
  isLeftOut: Readonly<Record<Name, boolean>>,
  checksOf: Readonly<Partial<Record<Name, readonly CheckDef[]>>>,
): { readonly checks: readonly CheckReport[]; readonly notChecked: readonly Name[] } {
  const notChecked = (Object.keys(isLeftOut) as Name[]).filter((name) => isLeftOut[name]);
  const idle = notChecked.flatMap((name) => checksOf[name] ?? []).map(({ code }) => code);
  return { checks: reports.filter(({ ok, code }) => !ok || !idle.includes(code)), notChecked };
}

/**
 * Adds to a check that failed the mistake behind it.
 *
 * @param find asked only if the check failed; undefined if no mistake fits
 */
export function explain(
  reports: readonly CheckReport[],
  check: CheckDef,
  find: () => string | undefined,
): readonly CheckReport[] {
  if (!reports.some(({ code, ok }) => code === check.code && !ok)) return reports;
  const mistake = find();
  return mistake === undefined ? reports : withHint(reports, check, `Likely mistake: ${mistake}`);
}

/** Whether a check was reached, and holds. */
export function holds(reports: readonly CheckReport[], { code }: CheckDef): boolean {
  return reports.some((each) => each.code === code && each.ok);
}

/** Adds to a check that failed what may be wrong with the file. */
export function withHint(
  reports: readonly CheckReport[],
  { code }: CheckDef,
  hint: string,
): readonly CheckReport[] {
  return reports.map((each) =>
    each.code === code && !each.ok ? { ...each, detail: `${each.detail}. ${hint}` } : each,
  );
}

/** What JSON has of a value: text for bytes. */
export type InJson<T> = T extends Uint8Array
  ? string
  : T extends object
    ? { readonly [Name in keyof T]: InJson<T[Name]> }
    : T;

/** Writes bytes in base64, however deep they are; the value is a result, and no deeper than its type. */
export function inJson<T>(value: T): InJson<T> {
  return written(value) as InJson<T>;
}

function written(value: unknown): unknown {
  if (value instanceof Uint8Array) return base64(value);
  if (Array.isArray(value)) return value.map(written);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, written(each)]));
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** ISO 8601; undefined for a value that is not a time, which a result that nothing vouches for may have. */
export function isoDate(milliseconds: number | undefined): string | undefined {
  const date = new Date(milliseconds ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
