/** Runs work in order, or side by side. */
export interface Queue {
  run<T>(isOrdered: boolean, work: () => Promise<T>): Promise<T>;
}

/** @param most pieces of ordered work at the same time */
export function queueOf(most: number): Queue {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(isOrdered, work) {
      if (!isOrdered) return await work();
      if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        return await work();
      } finally {
        // The place goes to the next one, or is free.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
