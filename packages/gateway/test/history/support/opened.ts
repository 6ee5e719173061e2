import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openHistory, type History } from '../../../src/history/history.js';

/** Noon of a day, in the middle of a minute. */
export const NOON = Date.UTC(2026, 10, 29, 12, 0, 30);
export const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

export interface Opened {
  readonly history: History;
  /** What it warned of. */
  readonly warnings: readonly string[];
  /** Its clock, which stands. */
  readonly clock: { now: number };
}

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A history with a clock of the test's; closed after the test. */
export async function opened(file?: string, now = NOON): Promise<Opened> {
  const clock = { now };
  const warnings: string[] = [];
  const history = await openHistory(file, { now: () => clock.now, warn: (says) => warnings.push(says) });
  ends.unshift(() => history.close());
  return { history, warnings, clock };
}

/** A path in a folder that is removed after the test. */
export function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'history-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'history.db');
}

/** Numbers from 0 to 1, the same ones each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const READY = { ready: true, components: {} };
