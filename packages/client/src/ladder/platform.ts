import { within } from '../deadline.js';
import { clientErrorOf, isAttesterError } from '../ports.js';
import type { Issued, Reply } from '../protocol/endpoints.js';
import type { Answer, PlatformAnswer } from './table.js';

/** How a step ended. */
export type StepReply = Reply<Issued, Answer>;

/** Reading a chain takes long on some phones; a bridge that never answers must not hold everything. */
const PLATFORM_MS = 60_000;

/** Asks the platform. A failure that the table has a row for is an answer. @throws ClientError (rejects with it) for the rest */
export async function platform<T>(ask: () => Promise<T>): Promise<T | PlatformReply> {
  try {
    return await within(PLATFORM_MS, ask);
  } catch (error) {
    const problem = isAttesterError(error) ? error.problem : undefined;
    if (problem === 'keyLost') return new PlatformReply('keyLost', error);
    if (problem === 'tryLater') return new PlatformReply('platformBusy', error);
    throw clientErrorOf(error);
  }
}

export class PlatformReply implements Reply<Issued, PlatformAnswer> {
  readonly answer: PlatformAnswer;
  readonly cause: unknown;

  constructor(answer: PlatformAnswer, cause: unknown) {
    this.answer = answer;
    this.cause = cause;
  }
}

export function isReply(value: unknown): value is PlatformReply {
  return value instanceof PlatformReply;
}
