// @ts-check
// The mutants of a file, and the text of a file that carries some of them, each asleep until its number is called.
import { parseAst } from 'vite';
import { mutators } from './mutators.js';
import { walk } from './walk.js';

/**
 * A mutant of a file. `from` and `to` are what a reader sees, and `source` is the line that it starts in.
 *
 * @typedef {import('./mutators.js').Change & { file: string, line: number, source: string, from: string, to: string }} Mutant
 */

/** @param {string} text @returns {string} on one line */
const flat = (text) => text.replace(/\s+/g, ' ').trim();

/** The part of both texts that differs, widened to whole words. @param {string} from @param {string} to @returns {[string, string]} */
function difference(from, to) {
  if (from.length < 90) return [from, to];
  let start = 0;
  while (start < from.length && from[start] === to[start]) start++;
  let end = 0;
  while (end < Math.min(from.length, to.length) - start && from.at(-1 - end) === to.at(-1 - end)) end++;
  [start, end] = [Math.max(0, start - 30), Math.max(0, end - 30)];
  const cut = (/** @type {string} */ text) => {
    const middle = text.slice(start, text.length - end);
    return `${start > 0 ? '…' : ''}${middle.length > 120 ? `${middle.slice(0, 120)}…` : middle}${end > 0 ? '…' : ''}`;
  };
  return [cut(from), cut(to)];
}

/**
 * Every mutant of a source file, in the order of the file.
 *
 * @param {string} file how the report names it @param {string} text @returns {Mutant[]}
 */
export function findMutants(file, text) {
  /** @type {Mutant[]} */
  const found = [];
  const lines = text.split('\n');
  const textOf = (/** @type {{ start: number, end: number }} */ { start, end }) => text.slice(start, end);
  const tree = /** @type {any} */ (parseAst(text, { lang: 'ts' }, file));
  walk(tree, (node, place) => {
    for (const change of mutators[node.type]?.(node, place, textOf) ?? []) {
      const line = text.slice(0, change.start).split('\n').length;
      const original = flat(text.slice(change.start, change.end));
      // A statement that comes in is shown with the line that it comes after.
      const shown = change.how === 'inserts' ? flat(lines[line - 1] ?? '') : flat(change.part ?? original);
      const changed = change.how === 'removes' || change.part !== undefined ? '(removed)' : flat(change.text);
      const [from, to] = difference(shown, change.how === 'inserts' ? `${shown} ${changed}` : changed);
      found.push({ ...change, file, line, source: flat(lines[line - 1] ?? ''), from, to });
    }
  });
  return found.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

/** The check that wakes a mutant. @param {number} id */
const isAwake = (id) => `globalThis.attestkitMutation.is(${id})`;

/** One group of mutants of the same text around what stands there. @param {[number, Mutant][]} group @param {string} inner */
function choose(group, inner) {
  const how = group[0]?.[1].how;
  if (how === 'inserts') return group.map(([id, { text }]) => `if (${isAwake(id)}) { ${text} }`).join(' ');
  // In a block of its own, or an `else` behind it would belong to this `if`.
  if (how === 'removes')
    return `{ if (${group.map(([id]) => `!${isAwake(id)}`).join(' && ')}) { ${inner} } }`;
  return `(${group.map(([id, { text }]) => `${isAwake(id)} ? (${text}) : `).join('')}(${inner}))`;
}

/**
 * The text with all of these mutants in it. A mutant holds the text of the original, so one of them is awake at a time.
 *
 * @param {string} text @param {readonly [number, Mutant][]} mutants
 */
export function instrument(text, mutants) {
  /** @type {Map<string, [number, Mutant][]>} */
  const groups = new Map();
  for (const entry of mutants) {
    const key = `${entry[1].start}-${entry[1].end}-${entry[1].how ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const sorted = [...groups.values()]
    .map((entries) => ({ entries, start: entries[0]?.[1].start ?? 0, end: entries[0]?.[1].end ?? 0 }))
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  /** @param {number} start @param {number} end @param {typeof sorted} inside @returns {string} */
  const render = (start, end, inside) => {
    let [written, at] = ['', start];
    for (let index = 0; index < inside.length;) {
      const group = inside[index];
      if (group === undefined) break;
      const after = inside.findIndex((other, place) => place > index && other.start >= group.end);
      const next = after < 0 ? inside.length : after;
      const within = render(group.start, group.end, inside.slice(index + 1, next));
      written += text.slice(at, group.start) + choose(group.entries, within);
      [at, index] = [group.end, next];
    }
    return written + text.slice(at, end);
  };
  return render(0, text.length, sorted);
}
