// The one place that says what follows an answer. The episode runs it, the documentation shows it, the model counts its cells.

import type { ServerAnswer } from '../protocol/answers.js';

/** What the client has, and so what it calls: the first that fits. */
export const RUNGS = ['refresh', 'assertPending', 'assertKey', 'attest', 'begin'] as const;
export type Rung = (typeof RUNGS)[number];

/** How a call ended. */
export type Answer = ServerAnswer | PlatformAnswer;

/** There was no call. */
export type PlatformAnswer =
  /** The platform does not sign with the key, or cannot attest it. */
  | 'keyLost'
  /** The platform asks to wait. */
  | 'platformBusy';

/** What follows: a rung, or one of these. */
export type Next =
  | Rung
  /** The session is there. */
  | 'done'
  /** The same call once more, with a new challenge (Android: and a new key). Once in an episode. */
  | 'again'
  /** The same token once more, within its retry time; then as after 401. */
  | 'repeat'
  /** The rest of the installation decides: the first rung that fits, without the one that failed. */
  | 'climb'
  /** A new label and a new key. Once in an episode. */
  | 'reset'
  /** The episode ends: the next one goes on from here, after a pause. */
  | 'later'
  /** The episode ends with `refused`. */
  | 'refuse'
  /** The episode ends with `misconfigured`: a mistake of the app or the server. */
  | 'mistake';

type Row = Readonly<Record<ServerAnswer, Next>>;
type RowWithoutKey = Row & { readonly platformBusy: Next };
type RowWithKey = RowWithoutKey & { readonly keyLost: Next };

/** `keyed` and `keyless` rows differ: a record without a key is proved by its refresh token alone. */
export interface Ladder {
  readonly keyed: { readonly refresh: Row } & Readonly<Record<Exclude<Rung, 'refresh'>, RowWithKey>>;
  readonly keyless: { readonly refresh: Row } & Readonly<Record<'attest' | 'begin', RowWithoutKey>>;
}

// prettier-ignore
export const LADDER: Ladder = {
  keyed: {
    //                   invalid    unproven   conflict  silent           keyLost
    refresh:       call('mistake', 'climb',   'reset',  'repeat'),
    assertPending: step('again',   'attest',  'reset',  'later',         'climb'),
    assertKey:     step('again',   'attest',  'reset',  'later',         'reset'),
    attest:        step('again',   'mistake', 'reset',  'assertPending', 'attest'),
    begin:         step('again',   'mistake', 'refuse', 'assertPending', 'begin'),
  },
  keyless: {
    refresh:       call('mistake', 'attest',  'reset',  'repeat'),
    attest:        step('again',   'mistake', 'reset',  'again'),
    begin:         step('again',   'mistake', 'refuse', 'attest'),
  },
};

/** A call of the server alone. */
function call(invalid: Next, unproven: Next, conflict: Next, silent: Next): Row {
  return { ok: 'done', refused: 'refuse', busy: 'later', invalid, unproven, conflict, silent };
}

/** A call for which the platform is asked first. */
function step(invalid: Next, unproven: Next, conflict: Next, silent: Next, keyLost: Next): RowWithKey;
function step(invalid: Next, unproven: Next, conflict: Next, silent: Next): RowWithoutKey;
function step(invalid: Next, unproven: Next, conflict: Next, silent: Next, keyLost?: Next): object {
  const key = keyLost && { keyLost };
  return { ...call(invalid, unproven, conflict, silent), platformBusy: 'later', ...key };
}

/** What follows an answer. */
export function nextOf(isKeyed: boolean, rung: Rung, answer: Answer): Next {
  const rows: Partial<Record<Rung, Partial<Record<Answer, Next>>>> = isKeyed ? LADDER.keyed : LADDER.keyless;
  return rows[rung]?.[answer] ?? 'later';
}

// What an episode may cost at most; the server's side counts on it.
export const MOST_REQUESTS = 12;
export const MOST_ATTESTATIONS = 2;
/** If one of them met a challenge that had expired. */
export const MOST_ATTESTATIONS_AFTER_INVALID = 3;
export const MOST_RESETS = 1;
export const MOST_CHALLENGES = 1;

/** All of them, for the documentation and the vectors. */
export const LIMITS = {
  requests: MOST_REQUESTS,
  attestations: MOST_ATTESTATIONS,
  attestationsAfterInvalid: MOST_ATTESTATIONS_AFTER_INVALID,
  resets: MOST_RESETS,
  challenges: MOST_CHALLENGES,
} as const;
