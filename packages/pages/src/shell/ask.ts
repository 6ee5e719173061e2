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
  const text = await response.text();
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (!response.ok && !taken.includes(response.status))
    throw new AskError(
      response.status,
      (answer as Refused | undefined)?.says ?? `The gateway answered ${response.status}.`,
    );
  return answer as Answer;
}
