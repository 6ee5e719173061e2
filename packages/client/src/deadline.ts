/** Rejects if there is no result in time. `AbortSignal.timeout` is missing in React Native. */
export async function within<T>(
  ms: number,
  run: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const controller = typeof AbortController === 'undefined' ? undefined : new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${ms / 1000} s`));
      controller?.abort();
    }, ms);
  });
  try {
    return await Promise.race([run(controller?.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
