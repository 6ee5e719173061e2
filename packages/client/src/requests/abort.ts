/** What comes first: the result, or the app's own signal. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (signal === undefined || signal === null) return await promise;
  return await new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(reasonOf(signal));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** React Native's signals have no reason. */
export function reasonOf({ reason }: AbortSignal): unknown {
  if (reason !== undefined) return reason as unknown;
  const error = new Error('the request was aborted');
  error.name = 'AbortError';
  return error;
}
