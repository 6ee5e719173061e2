import { describe, expect, it, vi } from 'vitest';
import { createGuard } from '../../src/create-guard.js';
import { healthOf } from '../../src/guard/health.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend } from '../sessions/support/backend.js';
import { DOWN } from '../sessions/support/failing.js';
import { double } from './support/double.js';

const WELL = { healthy: true, down: [] };

describe('the health of a guard', () => {
  it('is well where the store answers, and where there is none', async () => {
    expect(await new Backend().guard.health()).toEqual(WELL);
    expect(await createGuard({ evidence: [double('a')] }).health()).toEqual(WELL);
  });

  it.each([
    ['rejects', () => Promise.reject(new AttestationError(DOWN)), `${DOWN.code}: ${DOWN.says}`],
    [
      'quotes an address',
      () => Promise.reject(new Error('redis://user:secret@10.0.0.1')),
      'the store failed',
    ],
    [
      'throws at once',
      () => {
        throw new TypeError('x');
      },
      'the store failed',
    ],
    ['rejects with nothing', () => Promise.reject(undefined as unknown as Error), 'the store failed'],
  ])('names the store where it %s', async (_, get, problem) => {
    const backend = new Backend({ store: { ...memoryStore(), get } });
    expect(await backend.guard.health()).toEqual({ healthy: false, down: [{ name: 'store', problem }] });
  });

  it('does not wait longer than half a second', async () => {
    vi.useFakeTimers();
    try {
      const health = healthOf({ get: () => new Promise(() => undefined) });
      const asked = health();
      let answered = false;
      void asked.then(() => (answered = true));
      await vi.advanceTimersByTimeAsync(499);
      expect(answered).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(await asked).toEqual({
        healthy: false,
        down: [{ name: 'store', problem: 'no answer within 500 ms' }],
      });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is one read for all who ask within a second, and sees the store come back after it', async () => {
    vi.useFakeTimers();
    try {
      let [reads, down] = [0, true];
      const health = healthOf({
        get: async () => {
          reads += 1;
          if (down) throw new AttestationError(DOWN);
          return undefined;
        },
      });
      const first = await Promise.all(Array.from({ length: 100 }, () => health()));
      expect(new Set(first.map(({ healthy }) => healthy))).toEqual(new Set([false]));
      down = false;
      await vi.advanceTimersByTimeAsync(999);
      expect([(await health()).healthy, reads]).toEqual([false, 1]);
      await vi.advanceTimersByTimeAsync(1);
      expect([await health(), reads]).toEqual([WELL, 2]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('has nobody’s late answer unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const late = () =>
      new Promise<never>((_, reject) => void setTimeout(() => reject(new Error('late')), 520));
    expect((await healthOf({ get: late })()).healthy).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 60));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
