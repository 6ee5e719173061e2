import { ClientError } from '../client-error.js';
import { AttesterError, ERROR_OF } from '../ports.js';
import type { Issued, Reply } from '../protocol/endpoints.js';
import type { Answer } from './table.js';

/** Asks the platform; what the ladder has a row for is an answer. @throws ClientError (rejects with it) for the rest */
export async function platform<T>(ask: () => Promise<T>): Promise<T | PlatformReply> {
  try {
    return await ask();
  } catch (error) {
    const { problem, code, action, message } =
      error instanceof AttesterError
        ? error
        : { problem: 'unknown' as const, code: undefined, action: undefined, message: String(error) };
    if (problem === 'keyLost') return new PlatformReply('keyLost', error);
    if (problem === 'tryLater') return new PlatformReply('platformBusy', error);
    throw new ClientError(ERROR_OF[problem], message, { code, action, cause: error });
  }
}

export class PlatformReply implements Reply<Issued> {
  readonly answer: Answer;
  readonly cause: unknown;

  constructor(answer: Answer, cause: unknown) {
    this.answer = answer;
    this.cause = cause;
  }
}

export function isReply(value: unknown): value is PlatformReply {
  return value instanceof PlatformReply;
}
