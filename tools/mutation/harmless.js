// @ts-check
// The mutants that no test has to notice, each with the reason: they decide nothing that a caller could see.
import { readFileSync } from 'node:fs';

/** @typedef {import('./mutants/find.js').Mutant} Mutant */
/** `source` is the line of the file, and `change` what the report shows. @typedef {{ file: string, source: string, change: string, reason: string }} Entry */

/** @returns {Entry[]} */
export function readHarmless() {
  return JSON.parse(readFileSync(new URL('harmless.json', import.meta.url), 'utf8'));
}

/** @param {Mutant} mutant */
export const changeOf = ({ from, to }) => `${from} => ${to}`;

/** @param {Entry} entry @param {Mutant} mutant */
const isAbout = (entry, mutant) =>
  entry.file === mutant.file && entry.source === mutant.source && entry.change === changeOf(mutant);

/**
 * Sets the mutants apart that an entry is about, and names the entries that are about none.
 *
 * @template {Mutant} T
 * @param {readonly T[]} mutants @param {readonly Entry[]} entries
 * @returns {{ counted: T[], harmless: T[] }}
 */
export function setApart(mutants, entries) {
  const isHarmless = (/** @type {T} */ mutant) => entries.some((entry) => isAbout(entry, mutant));
  return {
    counted: mutants.filter((mutant) => !isHarmless(mutant)),
    harmless: mutants.filter(isHarmless),
  };
}

/** The entries for these files that no mutant matches any more. @param {readonly Mutant[]} mutants every one of the room @param {readonly Entry[]} entries */
export function outdated(mutants, entries) {
  return entries.filter((entry) => !mutants.some((mutant) => isAbout(entry, mutant)));
}
