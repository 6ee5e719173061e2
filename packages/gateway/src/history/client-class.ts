import type { DecisionEvent } from 'attestkit';
import type { RolloutClass } from '../shapes/rollout.js';
import { compareVersions, cut } from './names.js';

/**
 * What is kept of a request. Whether a version is old is told when it is read: the configuration says it, which can change.
 * The numbers are in the file.
 */
export const FINE = 0;
const UNCHECKED = 1;
const BROKEN = 2;
/** Nothing was sent, by a client that says that it is the app. */
const CLAIMED = 3;
const UNKNOWN = 4;

/** Why enforcing would refuse a request. */
export interface Refusal {
  readonly class: number;
  readonly version: string | null;
}

/** Undefined if it would refuse nothing. */
export function refusalOf({ outcome, stage, app, claimed }: DecisionEvent): Refusal | undefined {
  if (outcome !== 'reported' && outcome !== 'refused') return undefined;
  // What is verified before what is said.
  const version = cut(app?.version ?? claimed?.version);
  if (stage === 'unavailable') return { class: UNCHECKED, version };
  if (stage !== 'missing') return { class: BROKEN, version };
  return { class: claimed === undefined ? UNKNOWN : CLAIMED, version };
}

/** @param since the first version that sends evidence */
export function classOf(kept: number, version: string | null, since: string | undefined): RolloutClass {
  if (kept === UNCHECKED) return 'unchecked';
  if (kept === BROKEN) return 'broken';
  if (kept === UNKNOWN) return 'unknown-origin';
  if (since === undefined || version === null) return 'our-app';
  return compareVersions(version, since) === -1 ? 'old-version' : 'our-app';
}

/** As they are listed: the likeliest to be a device that matters first. */
export const CLASSES: readonly RolloutClass[] = [
  'our-app',
  'broken',
  'unchecked',
  'old-version',
  'unknown-origin',
];

/** An expression of SQL, below 8: which one of several classes a client has that fits them equally well, the largest first. */
export function preference(column: string): string {
  return `(CASE ${column} WHEN ${CLAIMED} THEN 3 WHEN ${BROKEN} THEN 2 WHEN ${UNCHECKED} THEN 1 ELSE 0 END)`;
}
