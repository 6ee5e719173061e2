// @ts-check
// Why this exists: code that is moved or renamed must decide as it did. Two versions of the code under test stand behind one
// subject here: each call goes to both, and where they decide differently the fuzzer stops (main.js, --against DIR).
import { readFileSync } from 'node:fs';
import { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

/** @typedef {import('./run.js').Subject} Subject */
/** @typedef {(...given: any[]) => any} Callable */

/** What they make is random: the newer version makes it for both. */
const MAKES = /^(createVirtual|mint|issue|sign$|refreshToken$)/;

/** The two of one pair, by what stands for them. @type {WeakMap<object, readonly [now: any, before: any]>} */
const pairs = new WeakMap();

/**
 * @param {Subject} now @param {string} folder a checkout of the older version, installed and built
 * @param {string | undefined} renames a file: `{ "ERR_OLD": "ERR_NEW" }`, with members of results if they changed
 * @returns {Promise<Subject>}
 */
export async function against(now, folder, renames) {
  const { subject: before } = await import(pathToFileURL(join(folder, 'tools/fuzz/subject.js')).href);
  const table = renames === undefined ? {} : JSON.parse(readFileSync(renames, 'utf8'));
  /** @type {Record<string, unknown>} */
  const paired = {};
  for (const [name, own] of Object.entries(now))
    paired[name] = hasBehaviour(own) && !MAKES.test(name) ? pair(name, own, before[name], table) : own;
  return /** @type {Subject} */ (
    /** @type {unknown} */ ({ ...paired, AttestationError: now.AttestationError })
  );
}

/** @param {string} name @param {any} now @param {any} before @param {Readonly<Record<string, string>>} renames @returns {any} */
function pair(name, now, before, renames) {
  /** @param {(side: any, given: any[]) => any} call @param {any[]} given */
  const both = (call, given) => {
    const [own, older] = [now, before].map((side, at) =>
      outcomeOf(() =>
        call(
          side,
          given.map((each) => sideOf(each, at)),
        ),
      ),
    );
    return concluded(name, own, older, renames);
  };
  const standing = new Proxy(now, {
    apply: (_, self, given) =>
      both((side, own) => Reflect.apply(side, sideOf(self, side === now ? 0 : 1), own), given),
    construct: (_, given) => both((side, own) => Reflect.construct(side, own), given),
    get: (_, member) => {
      const [own, older] = [now[member], before[member]];
      if (MAKES.test(String(member)) && isCallable(own)) return own.bind(now);
      if (!isCallable(own)) return hasBehaviour(own) ? pair(String(member), own, older, renames) : own;
      return pair(`${name}.${String(member)}`, own.bind(now), older.bind(before), renames);
    },
  });
  pairs.set(standing, [now, before]);
  return standing;
}

/** @param {any} value @param {number} at @returns {any} with the one side in the place of each pair, two members deep */
function sideOf(value, at, depth = 0) {
  if (value === null || !['object', 'function'].includes(typeof value)) return value;
  const two = pairs.get(value);
  if (two !== undefined) return two[at];
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain || depth === 2) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, sideOf(own, at, depth + 1)]));
}

/** @typedef {{ value: any } | { error: any }} Outcome */

/** @param {() => any} run @returns {Outcome} */
function outcomeOf(run) {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

/** @param {string} name @param {Outcome | undefined} own @param {Outcome | undefined} older @param {Readonly<Record<string, string>>} renames @returns {any} */
function concluded(name, own, older, renames) {
  if (own === undefined || older === undefined) throw new Error('there are not two');
  if ('error' in own || 'error' in older) {
    const [code, was] = [own, older].map((each) => ('error' in each ? codeOf(each.error) : 'accepted'));
    assertSame(name, code, renames[was ?? ''] ?? was);
    throw /** @type {{ error: any }} */ (own).error;
  }
  if (hasBehaviour(own.value)) return pair(name, own.value, older.value, renames);
  assertSame(name, comparable(own.value, {}), comparable(older.value, renames));
  return own.value;
}

/** @param {any} error */
const codeOf = (error) => error?.code ?? String(error);

/** An inspection: its codes by their names of now, without the words for people. @param {any} value @param {Readonly<Record<string, string>>} renames */
function comparable(value, renames) {
  if (!Array.isArray(value?.checks)) return withMembers(value, renames);
  const named = (/** @type {string | undefined} */ code) => renames[code ?? ''] ?? code;
  const checks = value.checks.map((/** @type {any} */ { name, code, ok }) => ({
    name,
    code: named(code),
    ok,
  }));
  const [result, unverified] = [value.result, value.unverified].map((each) => withMembers(each, renames));
  return { ...value, checks, code: named(value.code), result, unverified };
}

/** A result, its members by their names of now. @param {any} value @param {Readonly<Record<string, string>>} renames */
function withMembers(value, renames) {
  if (value === null || typeof value !== 'object' || !Object.keys(value).some((key) => key in renames))
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [renames[key] ?? key, each]));
}

/** @param {string} name @param {any} now @param {any} before */
function assertSame(name, now, before) {
  if (isDeepStrictEqual(now, before)) return;
  const [shown, was] = [now, before].map((each) => JSON.stringify(each) ?? String(each));
  const at = [...(shown ?? '')].findIndex((character, index) => character !== was?.[index]);
  const [found, old] = [shown, was].map((text) => text?.slice(Math.max(0, at - 60), at + 60));
  throw new Error(`${name} differs: …${found}… now, …${old}… before`);
}

/** @param {any} value */
const isCallable = (value) => typeof value === 'function';

/** Whether it can do something, and is not data alone. @param {any} value @returns {boolean} */
function hasBehaviour(value) {
  if (isCallable(value)) return true;
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || value instanceof KeyObject)
    return false;
  if (Array.isArray(value) || value instanceof Date || value instanceof Map || value instanceof Set)
    return false;
  const prototype = Object.getPrototypeOf(value);
  return (prototype !== Object.prototype && prototype !== null) || Object.values(value).some(hasBehaviour);
}
