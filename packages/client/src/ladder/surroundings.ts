import type { Kept } from '../installation/installation.js';
import type { Clock, KeyAttester, KeylessAttester } from '../ports.js';
import type { Endpoints, Issued } from '../protocol/endpoints.js';
import type { Answer, Next, Rung } from './table.js';

/** What an episode works with. */
export interface Surroundings {
  readonly attester: KeyAttester | KeylessAttester;
  readonly audience: string;
  readonly kept: Kept;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  /** A new label: 128 random bits. */
  readonly newLabel: () => string;
  /** Runs what makes an assertion, from there until it is answered, in turn with signed requests: their counters have to arrive in order. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly onStep: (step: Step) => void;
}

/** One step of an episode. */
export interface Step {
  readonly rung: Rung;
  readonly answer: Answer;
  readonly next: Next;
  readonly keyed: boolean;
  readonly status: number | undefined;
}

/** What an episode ends with: a session, and whose it is. */
export interface Session extends Issued {
  readonly label: string;
  /** The platform's name of the key of this session. */
  readonly key: string | undefined;
}
