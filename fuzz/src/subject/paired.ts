// Why this exists: code that is moved or renamed must decide as it did. Behind this subject stand two versions of the code
// under test: each call goes to both, and a difference stops the fuzzer (--against DIR).
import { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Subject } from './subject.js';

type Callable = (...given: readonly unknown[]) => unknown;

/** What a call came to. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Codes of the older version, and what the newer one calls them. */
type Renames = Readonly<Record<string, string>>;

/** What these make is random: the newer version makes it for both. */
const MAKES = /^(createVirtual|mint|issue|sign$|refreshToken$)/;

/** Where a checkout has its subject, the newest place first. */
const PLACES = ['fuzz/dist/subject/subject.js', 'tools/fuzz/subject.js'];

/** The newer and the older one, by what stands for both. */
const pairs = new WeakMap<object, readonly [now: object, before: unknown]>();

/**
 * A subject that asks two versions. `folder` is a checkout of the older one, installed and built; `renames` is a file of
 * JSON, `{ "ERR_OLD": "ERR_NEW" }`, with members of results if they changed (tools/code-renames.json).
 */
export async function pairedWith(
  now: Subject,
  folder: string,
  renames: string | undefined,
): Promise<Subject> {
  const place = PLACES.map((each) => join(folder, each)).find((each) => existsSync(each));
  if (place === undefined) throw new Error(`${folder} is no checkout with a fuzzer, installed and built`);
  const loaded = (await import(pathToFileURL(place).href)) as { subject: Readonly<Record<string, unknown>> };
  const table = renames === undefined ? {} : (JSON.parse(readFileSync(renames, 'utf8')) as Renames);
  return pairOf(now, loaded.subject, table);
}

/** The same for an older version that is loaded already. */
export function pairOf(now: Subject, before: Readonly<Record<string, unknown>>, renames: Renames): Subject {
  const paired: Record<string, unknown> = {};
  for (const [name, own] of Object.entries(now))
    paired[name] = hasBehavior(own) && !MAKES.test(name) ? pair(name, own, before[name], renames) : own;
  return { ...paired, AttestationError: now.AttestationError } as Subject;
}

function pair(name: string, now: object, before: unknown, renames: Renames): object {
  const both = (call: (side: unknown, given: readonly unknown[]) => unknown, given: readonly unknown[]) => {
    const outcome = (side: unknown, at: 0 | 1): Outcome =>
      outcomeOf(() =>
        call(
          side,
          given.map((each) => (at === 0 ? sideOf(each, 0) : withOlderKinds(sideOf(each, 1), renames))),
        ),
      );
    return concluded(name, outcome(now, 0), outcome(before, 1), renames);
  };
  const standing = new Proxy(now, {
    apply: (_, self: unknown, given: readonly unknown[]) =>
      both((side, own) => Reflect.apply(side as Callable, sideOf(self, side === now ? 0 : 1), own), given),
    construct: (_, given: readonly unknown[]) =>
      both((side, own) => Reflect.construct(side as Callable, own) as unknown, given) as object,
    get: (_, member) => {
      const [own, older] = [now, before].map((side) => memberOf(side, member));
      if (!isCallable(own)) return hasBehavior(own) ? pair(String(member), own, older, renames) : own;
      if (MAKES.test(String(member))) return own.bind(now);
      return pair(`${name}.${String(member)}`, own.bind(now), (older as Callable).bind(before), renames);
    },
  });
  pairs.set(standing, [now, before]);
  return standing;
}

/** The value with one side instead of each pair, two members deep. */
function sideOf(value: unknown, at: 0 | 1, depth = 0): unknown {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value;
  const two = pairs.get(value);
  if (two !== undefined) return two[at];
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain || depth === 2) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, sideOf(own, at, depth + 1)]));
}

/** What is given to the older version: the kinds of evidence in it by their names before, two members deep. */
function withOlderKinds(value: unknown, renames: Renames, depth = 0): unknown {
  if (
    value === null ||
    typeof value !== 'object' ||
    Object.getPrototypeOf(value) !== Object.prototype ||
    depth === 2
  )
    return value;
  const older = (name: unknown): unknown => Object.keys(renames).find((old) => renames[old] === name) ?? name;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [
      key,
      key === 'kind' ? older(each) : withOlderKinds(each, renames, depth + 1),
    ]),
  );
}

function outcomeOf(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

function concluded(name: string, own: Outcome, older: Outcome, renames: Renames): unknown {
  if ('error' in own || 'error' in older) {
    const [code, was] = [own, older].map((each) => ('error' in each ? codeOf(each.error) : 'accepted'));
    assertSame(name, code, renames[was ?? ''] ?? was);
    throw (own as { readonly error: unknown }).error;
  }
  if (hasBehavior(own.value)) return pair(name, own.value, older.value, renames);
  assertSame(name, comparable(own.value, {}), comparable(older.value, renames));
  return own.value;
}

function codeOf(error: unknown): string {
  const code = memberOf(error, 'code');
  return typeof code === 'string' ? code : String(error);
}

/** For an inspection its codes by their present names, without the sentences for people; anything else as it is. */
function comparable(value: unknown, renames: Renames): unknown {
  const checks = memberOf(value, 'checks');
  if (!Array.isArray(checks)) return withMembers(value, renames);
  const named = (holder: unknown): unknown => {
    const code = memberOf(holder, 'code');
    return typeof code === 'string' ? (renames[code] ?? code) : code;
  };
  const compared = checks.map((check: unknown) => ({
    code: named(check),
    ok: memberOf(check, 'ok'),
  }));
  const [result, unverified] = ['result', 'unverified'].map((each) =>
    withMembers(memberOf(value, each), renames),
  );
  return { ...(value as object), checks: compared, code: named(value), result, unverified };
}

/** A result, its members and its kind by their present names. */
function withMembers(value: unknown, renames: Renames): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value))
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [
      renames[key] ?? key,
      key === 'kind' && typeof each === 'string' ? (renames[each] ?? each) : each,
    ]),
  );
}

function assertSame(name: string, now: unknown, before: unknown): void {
  if (isDeepStrictEqual(now, before)) return;
  const [shown = '', was = ''] = [now, before].map((each) => JSON.stringify(each) ?? String(each));
  const at = [...shown].findIndex((character, index) => character !== was[index]);
  const [found, old] = [shown, was].map((text) => text.slice(Math.max(0, at - 60), at + 60));
  throw new Error(`${name} differs: …${found}… now, …${old}… before`);
}

function memberOf(value: unknown, member: string | symbol): unknown {
  return value === undefined || value === null ? undefined : Reflect.get(Object(value) as object, member);
}

function isCallable(value: unknown): value is Callable {
  return typeof value === 'function';
}

/** Whether a value can do something, and is not data alone. */
function hasBehavior(value: unknown): value is object {
  if (isCallable(value)) return true;
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return false;
  if (value instanceof KeyObject || value instanceof Date || value instanceof Map || value instanceof Set)
    return false;
  if (Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype !== Object.prototype && prototype !== null) || Object.values(value).some(hasBehavior);
}
