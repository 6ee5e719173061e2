import { describe, expect, it } from 'vitest';
import {
  createGuard,
  whenDecided,
  type Guard,
  type Route,
  type RouteOptions,
} from '../../src/guard/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Attestation } from '../../src/ports/attestation.js';
import type { Decision } from '../../src/ports/decision.js';
import type { Evidence } from '../../src/ports/evidence.js';
import type { DecisionEvent } from '../../src/ports/events.js';
import type { AttestedRequest } from '../../src/ports/request.js';
import { check, double, request } from './double.js';

const DOWN = check('STORE_DOWN', 'unavailable');

function guarding(
  evidence: Evidence[],
  more: { accept?: string[]; enforcement?: 'report' } = {},
): { guard: Guard; events: DecisionEvent[] } {
  const events: DecisionEvent[] = [];
  return { guard: createGuard({ evidence, onDecision: (event) => events.push(event), ...more }), events };
}

async function decided(guard: Guard, sent: AttestedRequest, route?: Route): Promise<unknown> {
  const decision = await guard.check(sent, route);
  if (decision.outcome === 'refuse') return [decision.response.status, decision.error.code];
  return [Object.keys(decision.results), decision.reported.map(({ code }) => code)];
}

const route = (guard: Guard, options: object) => guard.route(options as RouteOptions);

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
    expect(events).toMatchObject([{ outcome: 'refuse', status: 503, refused: { stage: 'unavailable' } }]);
  });

  it('a clock that fails', async () => {
    const guard = createGuard({ evidence: [double('a')], now: throwing(new Error('no clock')) });
    expect(await decided(guard, request({ a: 'good' }))).toEqual([503, 'ERR_GUARD_INTERNAL']);
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
  ])('a listener that %s changes nothing', async (_, onDecision) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const guard = createGuard({ evidence: [double('a')], onDecision: onDecision as () => void });
    expect(await decided(guard, request({ a: 'good' }))).toEqual([['a'], []]);
    expect(await decided(guard, request({ a: 'bad' }))).toEqual([403, 'a_bad']);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('report-only', () => {
  const unmet = (enforcement: 'enforce' | 'report') =>
    double('a', () => ({
      result: 1,
      unmet: { error: new AttestationError(check('UNMET', 'untrusted')), enforcement },
    }));
  it.each([
    ['a failure is let pass, without a result', double('a'), { a: 'bad' }, [[], ['a_bad']]],
    ['so is a missing item', double('a'), {}, [[], ['a_MISSING']]],
    [
      'so is a store that is down',
      double('a', () => Promise.reject(new AttestationError(DOWN))),
      { a: 'x' },
      [[], ['STORE_DOWN']],
    ],
    ['a genuine item keeps its result', double('a'), { a: 'good' }, [['a'], []]],
    ['an unmet demand that is enforced still refuses', unmet('enforce'), { a: 'x' }, [403, 'UNMET']],
    ['an unmet demand that is reported keeps the result', unmet('report'), { a: 'x' }, [['a'], ['UNMET']]],
  ])('%s', async (_, kind, fields, outcome) => {
    const { guard } = guarding([kind], { enforcement: 'report' });
    expect(await decided(guard, request(fields as Record<string, string>))).toEqual(outcome);
  });

  it('is the route’s choice before the guard’s', async () => {
    const { guard } = guarding([double('a')], { enforcement: 'report' });
    expect(await decided(guard, request(), route(guard, { enforcement: 'enforce' }))).toEqual([
      401,
      'a_MISSING',
    ]);
  });

  it('attaches no result of another kind either', async () => {
    const { guard } = guarding([double('a'), double('b')], { accept: ['a'], enforcement: 'report' });
    expect(
      await decided(guard, request({ a: 'good', b: 'bad' }), route(guard, { require: ['a', 'b'] })),
    ).toEqual([[], ['b_bad']]);
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

describe('events and counters', () => {
  it('tell what was decided and why, without a value of the request', async () => {
    const { guard, events } = guarding([
      double('a', (item) => {
        if (item === 'secret-token')
          throw new AttestationError(check('BAD', 'untrusted'), { cause: new Error('quotes secret-token') });
        return { result: 1, met: 'binding', skipped: 'other' };
      }),
    ]);
    const named = guard.route({ name: 'orders' });
    await decided(guard, request({ a: 'x' }), named);
    await decided(guard, request({ a: 'secret-token' }), named);
    const common = {
      route: 'orders',
      method: 'GET',
      path: '/path',
      enforcement: 'enforce',
      asked: ['a'],
      reported: [],
      exempt: undefined,
    };
    expect(events).toEqual([
      {
        ...common,
        outcome: 'accept',
        verified: ['a'],
        refused: undefined,
        met: ['binding'],
        skipped: ['other'],
        status: undefined,
      },
      {
        ...common,
        outcome: 'refuse',
        verified: [],
        met: [],
        skipped: [],
        status: 403,
        refused: {
          code: 'BAD',
          stage: 'untrusted',
          says: 'says BAD',
          check: check('BAD', 'untrusted'),
          cause: undefined,
        },
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/secret-token|query/);
  });

  it('name what lay beneath an outage', async () => {
    const { guard, events } = guarding([
      double('a', () => {
        throw new AttestationError(DOWN, { cause: new Error('ECONNREFUSED') });
      }),
    ]);
    await decided(guard, request({ a: 'x' }));
    expect(events[0]?.refused?.cause).toBe('ECONNREFUSED');
  });

  it('count by route and code', async () => {
    const { guard } = guarding([double('a')]);
    const [one, two] = [
      guard.route({ name: 'one', enforcement: 'report' }),
      guard.route({ name: 'two', exclude: ['/open'] }),
    ];
    for (const sent of [{ a: 'good' }, { a: 'bad' }, { a: 'bad' }, {}])
      await decided(guard, request(sent), one);
    for (const sent of [{ a: 'good' }, { a: 'bad' }]) await decided(guard, request(sent), two);
    await decided(guard, request({}, { target: '/open' }), two);
    await decided(guard, request({ a: 'good' }), guard.route({ name: 'two' }));
    const rows = guard
      .counters()
      .filter(({ route: name }) => name !== undefined)
      .map((each) => Object.values(each));
    expect(rows).toEqual([
      ['one', 'accepted', undefined, 1],
      ['one', 'reported', 'a_bad', 2],
      ['one', 'reported', 'a_MISSING', 1],
      ['two', 'accepted', undefined, 2],
      ['two', 'refused', 'a_bad', 1],
      ['two', 'exempt', 'excluded', 1],
    ]);
  });
});
