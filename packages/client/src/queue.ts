/** Runs work in order, or side by side. */
export interface Queue {
  run<T>(isOrdered: boolean, work: () => Promise<T>): Promise<T>;
}

/**
 * @param most pieces of ordered work at the same time
 * @param holdMs for how long unfinished work keeps others waiting. Default: until it ends
 */
export function queueOf(most: number, holdMs?: number): Queue {
  let running = 0;
  const waiting: (() => void)[] = [];
  /** The place goes to the next one, or is free. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return {
    async run(isOrdered, work) {
      if (!isOrdered) return await work();
      if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      let leaveOnce: (() => void) | undefined = leave;
      const end = (): void => {
        leaveOnce?.();
        leaveOnce = undefined;
      };
      const timer = holdMs && setTimeout(end, holdMs);
      try {
        return await work();
      } finally {
        if (timer) clearTimeout(timer);
        end();
      }
    },
  };
}
