import type { Clock } from './ports.js';

/** Measures what has passed since now, in milliseconds: the longer of two clocks, and never less than nothing. */
export function stopwatch(clock: Clock): () => number {
  const [wall, monotonic] = [clock.wall(), clock.monotonic()];
  return () => Math.max(clock.wall() - wall, clock.monotonic() - monotonic, 0);
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => (typeof performance === 'undefined' ? Date.now() : performance.now()),
};
