import { ClientError } from '../client-error.js';
import { isAttesterError } from '../ports.js';
import type { Answer } from './table.js';
import type { Reply } from '../protocol/endpoints.js';

/** The episode ends, and the next one goes on. */
export function later(
  rung: string,
  { answer, status, retryAfterMs, cause }: Reply<unknown, Answer>,
): ClientError {
  const code = isAttesterError(cause) ? cause.code : undefined;
  const facts = { status, retryAfterMs, cause, code };
  if (answer === 'silent') return new ClientError('offline', `${rung} was not answered`, facts);
  if (answer === 'platformBusy') return new ClientError('throttled', 'the platform asks to wait', facts);
  if (answer === 'keyLost') return new ClientError('unsupported', 'the platform does not attest', facts);
  return new ClientError('throttled', `the server asks to wait at ${rung}`, facts);
}

export function mistake(rung: string, status: number | undefined): ClientError {
  return new ClientError('misconfigured', `${rung} answered ${status}`, { status });
}

export function refused(rung: string, status: number | undefined): ClientError {
  return new ClientError('refused', `the server refused ${rung}`, { status });
}

export function exhausted(what: string): ClientError {
  return new ClientError('throttled', `no ${what} are left in this episode`);
}
