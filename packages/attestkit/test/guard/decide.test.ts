import { describe, expect, it } from 'vitest';
import { createGuard } from '../../src/create-guard.js';
import { whenDecided } from '../../src/guard/internal.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Attestation } from '../../src/ports/attestation.js';
import type { Decision } from '../../src/ports/decision.js';
import type { Evidence } from '../../src/ports/evidence.js';
import { check, decided, double, DOWN, guarding, request, route } from './support/double.js';

describe('one kind', () => {
  const { guard } = guarding([double('a')]);

  it.each([
    ['nothing', {}, [401, 'a_MISSING']],
    ['an ambiguous item', { a: ['good', 'good'] }, [402, 'a_REPEATED']],
    ['an item that does not hold', { a: 'bad' }, [403, 'a_bad']],
    ['an item that policy denies', { a: 'denied' }, [404, 'a_denied']],
    ['an item that holds', { a: 'good' }, [['a'], []]],
  ])('%s', async (_, fields, outcome) => {
    expect(await decided(guard, request(fields))).toEqual(outcome);
  });

  it('decides at once, and hands over at once', () => {
    let outcome = '';
    whenDecided(guard.check(request({ a: 'good' })), (decision) => (outcome = decision.outcome));
    expect(outcome).toBe('accept');
  });

  it('waits only where it has to', async () => {
    const later = createGuard({ evidence: [double('a', () => Promise.resolve({ result: 1 }))] });
    const decision = later.check(request({ a: 'x' }));
    expect(decision).toBeInstanceOf(Promise);
    const outcome = await new Promise<Decision<Attestation>>((resolve) => whenDecided(decision, resolve));
    expect(outcome).toMatchObject({ outcome: 'accept', results: { a: 1 } });
  });

  it('gives results that nobody can change', async () => {
    const decision = await guard.check(request({ a: 'good' }));
    expect(decision.outcome === 'accept' && Object.isFrozen(decision.results)).toBe(true);
  });
});

describe('several kinds', () => {
  const { guard } = guarding([double('a'), double('b'), double('c')], { accept: ['b', 'a'] });

  it.each([
    ['the first accepted kind that is present decides', { a: 'good', b: 'good' }, {}, [['b'], []]],
    ['a later one serves where the first is absent', { a: 'good' }, {}, [['a'], []]],
    ['a present one that fails is not made good by a later one', { a: 'good', b: 'bad' }, {}, [403, 'b_bad']],
    [
      'an ambiguous one is not made good by a later one',
      { a: 'good', b: ['good', 'good'] },
      {},
      [402, 'b_REPEATED'],
    ],
    ['a kind that is not accepted does not count', { c: 'good' }, {}, [401, 'b_MISSING']],
    ['the route accepts others than the guard', { c: 'good' }, { accept: ['c'] }, [['c'], []]],
    ['the route accepts one, another is sent', { a: 'good' }, { accept: ['c'] }, [401, 'c_MISSING']],
    ['all required kinds are there', { a: 'good', c: 'good' }, { require: ['a', 'c'] }, [['a', 'c'], []]],
    ['one required kind is absent', { a: 'good' }, { require: ['a', 'c'] }, [401, 'c_MISSING']],
    ['one required kind fails', { a: 'good', c: 'bad' }, { require: ['a', 'c'] }, [403, 'c_bad']],
    [
      'one required and one accepted',
      { a: 'good', c: 'good' },
      { require: ['a'], accept: ['b', 'c'] },
      [['a', 'c'], []],
    ],
    [
      'the required one without an accepted one',
      { a: 'good' },
      { require: ['a'], accept: ['b', 'c'] },
      [401, 'b_MISSING'],
    ],
    ['an option requires the kind that it belongs to', { b: 'good' }, { aOption: true }, [401, 'a_MISSING']],
    [
      'an option of one kind beside another required',
      { a: 'good', c: 'good' },
      { aOption: true, require: ['c'] },
      [['c', 'a'], []],
    ],
    [
      'an option beside a default that it does not answer',
      { c: 'good' },
      { cOption: true },
      [401, 'b_MISSING'],
    ],
    ['an option and the default both', { b: 'good', c: 'good' }, { cOption: true }, [['c', 'b'], []]],
    ['an option that is off requires nothing', { b: 'good' }, { aOption: false }, [['b'], []]],
  ])('%s', async (_, fields, options, outcome) => {
    expect(await decided(guard, request(fields as Record<string, string>), route(guard, options))).toEqual(
      outcome,
    );
  });

  it('verifies in order, waiting where it has to, and stops at the first failure', async () => {
    const seen: string[] = [];
    const slow = (kind: string) =>
      double(kind, async (item) => {
        seen.push(kind);
        if (item === 'bad') throw new AttestationError(check(`${kind}_bad`, 'untrusted'));
        return { result: item };
      });
    const { guard: waiting } = guarding([slow('a'), double('b'), slow('c')], { accept: ['a'] });
    const all = route(waiting, { require: ['a', 'b', 'c'] });
    expect(await decided(waiting, request({ a: 'x', b: 'good', c: 'x' }), all)).toEqual([
      ['a', 'b', 'c'],
      [],
    ]);
    seen.length = 0;
    expect(await decided(waiting, request({ a: 'bad', b: 'good', c: 'x' }), all)).toEqual([403, 'a_bad']);
    expect(seen).toEqual(['a']);
  });
});

describe('total: whatever happens within is a refusal', () => {
  const throwing = (thrown: unknown) => () => {
    throw thrown;
  };
  const evidence: [string, Evidence, unknown][] = [
    ['a bug in verify', double('a', throwing(new TypeError('secret value'))), [503, 'ERR_GUARD_INTERNAL']],
    ['a bug that throws no error', double('a', throwing(undefined)), [503, 'ERR_GUARD_INTERNAL']],
    ['a rejection', double('a', () => Promise.reject(new RangeError('x'))), [503, 'ERR_GUARD_INTERNAL']],
    ['a store that is down', double('a', throwing(new AttestationError(DOWN))), [503, 'STORE_DOWN']],
    ['a bug in find', { ...double('a'), find: throwing(new Error('x')) }, [503, 'ERR_GUARD_INTERNAL']],
    ['an appraisal that is none', double('a', () => undefined as never), [503, 'ERR_GUARD_INTERNAL']],
  ];
  it.each(evidence)('%s', async (_, kind, outcome) => {
    const { guard, events } = guarding([kind]);
    expect(await decided(guard, request({ a: 'good' }))).toEqual(outcome);
    expect(events).toMatchObject([{ outcome: 'refused', status: 503, refused: { stage: 'unavailable' } }]);
  });

  it('a clock that fails', async () => {
    let clock = (): number => 1e12;
    const guard = createGuard({ evidence: [double('a')], now: () => clock() });
    clock = throwing(new Error('no clock'));
    expect(await decided(guard, request({ a: 'good' }))).toEqual([503, 'ERR_GUARD_INTERNAL']);
  });

  it('a route that is none', async () => {
    const { guard } = guarding([double('a')]);
    for (const wrong of [{ binding: true }, 5, null]) {
      expect(await decided(guard, request({ a: 'good' }), wrong as never)).toEqual([
        503,
        'ERR_GUARD_INTERNAL',
      ]);
    }
  });

  it('a request that cannot be read', async () => {
    const { guard } = guarding([double('a')]);
    const broken = request({}, { fields: throwing(new Error('broken')) });
    expect(await decided(guard, broken)).toEqual([503, 'ERR_GUARD_INTERNAL']);
  });

  it('says when to try again', async () => {
    const { guard } = guarding([double('a', throwing(new AttestationError(DOWN, { retryAfter: 17 })))]);
    expect(await guard.check(request({ a: 'x' }))).toMatchObject({
      response: { headers: { 'retry-after': '17' } },
    });
  });

  it.each([
    ['throws', throwing(new Error('disk full'))],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('a listener that %s changes nothing', async (_, onEvent) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const guard = createGuard({ evidence: [double('a')], onEvent: onEvent as () => void });
    expect(await decided(guard, request({ a: 'good' }))).toEqual([['a'], []]);
    expect(await decided(guard, request({ a: 'bad' }))).toEqual([403, 'a_bad']);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('the body', () => {
  const reading = double('a', async (_, context) => ({
    result: Buffer.from(await context.body()).toString(),
  }));

  it('is handed to the evidence that asks for it', async () => {
    const { guard } = guarding([reading]);
    const decision = await guard.check(
      request({ a: 'x' }, { body: () => Promise.resolve(Buffer.from('bytes')) }),
    );
    expect(decision).toMatchObject({ results: { a: 'bytes' } });
  });

  it('is never replaced by an empty one where it is gone, or cannot be read', async () => {
    const { guard } = guarding([reading]);
    expect(await decided(guard, request({ a: 'x' }))).toEqual([503, 'ERR_GUARD_BODY_UNAVAILABLE']);
    const cut = () => Promise.reject(new Error('aborted'));
    expect(await decided(guard, request({ a: 'x' }, { body: cut }))).toEqual([
      402,
      'ERR_GUARD_BODY_UNREADABLE',
    ]);
  });
});
