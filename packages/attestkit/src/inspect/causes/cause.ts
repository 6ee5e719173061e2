import type { CATALOG } from '../../catalog.js';

/** The codes of rooms. */
export type CodeOf<Room extends keyof typeof CATALOG> = (typeof CATALOG)[Room]['checks'][number]['code'];

/**
 * Why a check usually fails for an honest app or operator, and what to do about it, as whole sentences. The remedy names who
 * acts: `Operator: …`, `App author: …`. If only an attacker gets there, the cause says so: `Not sent by an honest app: …`.
 */
export type Cause = readonly [cause: string, remedy: string];

/** One cause for each code of a room: a code that is left out does not compile. */
export type Causes<Code extends string> = Readonly<Record<Code, Cause>>;

/** The remedy if only a forger sends such evidence: there is nothing to repair. */
export const WATCH_FORGERIES =
  'Operator: nothing to repair. Watch how often this code occurs, and from which addresses. If a released build of your app gets it, keep the evidence and inspect it.';

/** The device was enrolled with an app that is no longer in the configuration. */
export const APP_REMOVED: Cause = [
  'The app was taken out of the server’s list of apps after the device enrolled with it.',
  'Operator: put the app back into the list if it was removed by mistake. App author: otherwise the user has to install a current app, which enrolls anew.',
];

/** A field that HTTP carries once. */
export function repeatedField(field: string): Cause {
  return [
    `The app’s HTTP client, or a proxy, added ${field} a second time instead of replacing it. An interceptor that runs again on a retry does this.`,
    'App author: set the field, do not append it. Operator: check that no proxy adds it too.',
  ];
}
