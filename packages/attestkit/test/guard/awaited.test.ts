import { describe, expect, it } from 'vitest';
import { createGuard } from '../../src/create-guard.js';
import { whenDecided } from '../../src/guard/internal.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, bearer, requestOf } from '../sessions/support/backend.js';
import { check, double, request } from './support/double.js';

const later = (good: boolean) =>
  createGuard({
    evidence: [
      double('a', async () => {
        if (!good) throw new AttestationError(check('BAD', 'untrusted'));
        return { result: 1 };
      }),
    ],
  });

describe('a decision that was not awaited', () => {
  it('lets no request pass: reading its outcome throws, and says why', async () => {
    const store = memoryStore();
    const backend = new Backend({ store, sessions: { revocation: 'immediate' } });
    const { session: token } = await backend.enrolled();
    await backend.control.end({ recordId: (await backend.recordId()) ?? '' });
    const sent = requestOf({ fields: bearer(token) });
    const forgetful = (): string => {
      const decision = backend.guard.check(sent) as { outcome: string };
      return decision.outcome === 'refuse' ? 'refused' : 'let in';
    };
    expect(forgetful).toThrow(/was not awaited/);
    expect(await backend.guard.check(sent)).toMatchObject({ outcome: 'refuse' });
  });

  it.each([true, false])('is a promise like any other, of one that is accepted: %s', async (good) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const guard = later(good);
    const outcome = good ? 'accept' : 'refuse';
    const promised = guard.check(request({ a: 'x' }));
    expect(promised).toBeInstanceOf(Promise);
    expect(Object.keys(promised)).toEqual([]);
    expect(await promised).toMatchObject({ outcome });
    expect(await Promise.resolve(promised).then((decision) => decision.outcome)).toBe(outcome);
    expect(await Promise.race([promised, new Promise(() => undefined)])).toMatchObject({ outcome });
    const applied = new Promise((resolve) => whenDecided(promised, (decision) => resolve(decision.outcome)));
    expect(await applied).toBe(outcome);
    // Never touched again, and nobody complains.
    void guard.check(request({ a: 'x' }));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
