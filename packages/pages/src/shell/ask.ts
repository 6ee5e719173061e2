import type { Refused } from '../../../gateway/src/shapes/access.js';

/** An answer above 399, or none. */
export class AskError extends Error {
  /** 0 if there was no answer. */
  readonly status: number;

  constructor(status: number, says: string) {
    super(says);
    this.name = 'AskError';
    this.status = status;
  }
}

const signedOut = new Set<() => void>();

/**
 * Calls `listener` when the gateway answers that the session has ended.
 *
 * @returns a function that stops it
 */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/**
 * Asks the gateway that the page came from.
 *
 * @param body sent as JSON, by POST
 * @param taken statuses above 399 whose answer is returned as well
 * @throws AskError
 */
export async function ask<Answer>(
  path: string,
  {
    body,
    method = body === undefined ? 'GET' : 'POST',
    signal,
    taken = [],
  }: {
    readonly body?: unknown;
    readonly method?: 'GET' | 'POST' | 'DELETE';
    readonly signal?: AbortSignal;
    readonly taken?: readonly number[];
  } = {},
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new AskError(0, 'The gateway does not answer. Look whether it runs, and try again.');
  }
  if (response.status === 401) for (const listener of signedOut) listener();
  const answer = parsed(await response.text());
  if (answer === UNREADABLE && response.ok)
    throw new AskError(response.status, 'The answer cannot be read. Look whether something is in between.');
  if (!response.ok && !taken.includes(response.status))
    throw new AskError(
      response.status,
      (answer as Partial<Refused> | undefined)?.says ?? `The gateway answered ${response.status}.`,
    );
  return answer as Answer;
}

/** Such as the page of a proxy. */
const UNREADABLE = {};

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return UNREADABLE;
  }
}
