// @ts-check
// Why this exists: a code is of use to an operator only if somebody says why it usually occurs and what to do. This compares the
// check catalogs with src/inspect/causes: each code has one entry, each entry belongs to a code and names who acts, and so does
// each code on the page about troubleshooting. It finds a problem, too, where it looked at nothing.
import { readFileSync } from 'node:fs';

/** @typedef {Awaited<ReturnType<typeof import('./catalogs.js').catalogs>>} Rooms */
/** @typedef {readonly [cause: string, remedy: string]} Cause */

const dist = new URL('../packages/attestkit/dist/inspect/causes/causes.js', import.meta.url);
const troubleshooting = new URL('../docs/troubleshooting.md', import.meta.url);

/** By code. @returns {Promise<ReadonlyMap<string, Cause>>} */
export async function causes() {
  return (await import(dist.href)).CAUSES;
}

/** What is wrong with the causes. @param {Rooms} rooms @param {ReadonlyMap<string, Cause>} of @returns {string[]} */
export function problemsOfCauses(rooms, of) {
  const codes = rooms.flatMap(({ checks }) => checks.map(({ code }) => code));
  const named = readFileSync(troubleshooting, 'utf8').match(/\bERR_[A-Z_]+[A-Z]\b/g) ?? [];
  const known = new Set(codes);
  const problems = [
    ...codes.filter((code) => !of.has(code)).map((code) => `${code} has no cause in src/inspect/causes`),
    ...[...of.keys()].filter((code) => !known.has(code)).map((code) => `${code} has a cause, and no check`),
    ...named.filter((code) => !of.has(code)).map((code) => `docs/troubleshooting.md: ${code} has no cause`),
    ...[...of].flatMap(([code, [cause, remedy]]) =>
      faultsOf(cause, remedy).map((fault) => `${code}: ${fault}`),
    ),
  ];
  if (of.size === 0 || named.length === 0)
    problems.push('there is no cause, or no code in troubleshooting.md');
  return problems;
}

/** @param {string} cause @param {string} remedy @returns {string[]} */
function faultsOf(cause, remedy) {
  const faults = [];
  if (!/^(Operator|App author): /.test(remedy)) faults.push('the remedy does not name who acts');
  if (!/^[A-Z“‘]/.test(cause) || !cause.endsWith('.') || !remedy.endsWith('.'))
    faults.push('write whole sentences');
  if (cause === remedy) faults.push('the cause is the remedy');
  return faults;
}
