// Why this exists: what a run says to people. A finding comes with everything that makes it again.
import type { Kind } from '../kinds/kinds.js';
import type { Outcome, Violation } from './outcome.js';

/** With fewer mutants than this, a mutator may make nothing that is refused by chance. */
const ENOUGH = 10_000;

/** The tables of one kind; `reachable` are the codes that it should have met. */
export function report(outcome: Outcome, reachable: readonly string[]): string {
  const { about, tallies, codes, reasons, slowest, over50 } = outcome;
  const unseen = reachable.filter((code) => !(code in codes));
  const { milliseconds, mutator, length } = slowest;
  return [
    `\nmade from ${about}\n\nmutator                               refused  accepted`,
    ...Object.entries(tallies).map(
      ([name, { refused, accepted }]) =>
        `${name.padEnd(35)} ${String(refused).padStart(9)} ${String(accepted).padStart(9)}`,
    ),
    ...table('accepted because', reasons),
    ...table('code', codes),
    ...(unseen.length > 0 ? [`not seen: ${unseen.join(', ')}`] : []),
    `slowest: ${milliseconds.toFixed(2)} ms (${mutator}, length ${length}); ${over50} over 50 ms`,
  ].join('\n');
}

/** A broken rule, and the command that breaks it again. */
export function explained(kind: Kind, seed: number, violation: Violation): string {
  return [
    `\nA RULE IS BROKEN: ${violation.rule}\n${JSON.stringify(violation, null, 2)}`,
    `again: npm run fuzz -- --only ${kind} --seed ${seed} --count ${violation.index + 1}`,
  ].join('\n');
}

/** Mutators that made nothing that was refused, among `count` mutants: they do not do what they are for. */
export function idleMutators({ tallies }: Outcome, count: number): string[] {
  if (count < ENOUGH) return [];
  return Object.entries(tallies).flatMap(([name, { refused }]) => (refused === 0 ? [name] : []));
}

/** The seconds since a moment of `performance.now()`, with one decimal. */
export function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}

function table(title: string, counted: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(counted).toSorted(([, one], [, other]) => other - one);
  return [`\n${title}`, ...rows.map(([name, times]) => `${String(times).padStart(9)}  ${name}`)];
}
