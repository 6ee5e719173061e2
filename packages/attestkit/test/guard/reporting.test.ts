import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { Backend } from '../sessions/support/backend.js';
import { check, decided, double, DOWN, guarding, request, route } from './support/double.js';

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
    [
      'an unmet demand that says nothing of it refuses',
      unmet(undefined as never),
      { a: 'x' },
      [403, 'UNMET'],
    ],
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
      type: 'decision',
      at: expect.any(Number) as number,
      durationMs: expect.any(Number) as number,
      requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      route: 'orders',
      method: 'GET',
      path: '/path',
      enforcement: 'enforce',
      kinds: ['a'],
      reported: [],
      exempt: undefined,
    };
    expect(events).toEqual([
      {
        ...common,
        outcome: 'accepted',
        code: undefined,
        stage: undefined,
        evidence: ['a'],
        refused: undefined,
        demandsMet: ['binding'],
        demandsSkipped: ['other'],
        status: undefined,
      },
      {
        ...common,
        outcome: 'refused',
        code: 'BAD',
        stage: 'untrusted',
        evidence: [],
        demandsMet: [],
        demandsSkipped: [],
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

  it('give of an unexpected error its name and place, never its message', async () => {
    const quoting = double('a', (item) => JSON.parse(item) as never);
    const { guard, events } = guarding([quoting]);
    await decided(guard, request({ a: 'hunter2\u009b31m' }));
    expect(events[0]?.refused?.cause).toMatch(/^SyntaxError at JSON\.parse/);
    expect(JSON.stringify(events)).not.toMatch(/hunter2|\u009b/);
  });

  it('hand out checks that no listener can change', async () => {
    const { guard, events } = guarding([double('a', () => Promise.reject(new TypeError('x')))]);
    await decided(guard, request({ a: 'x' }));
    expect(() => Object.assign(events[0]?.refused?.check ?? {}, { stage: 'missing' })).toThrow(TypeError);
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
      ['two', 'open', 'excluded', 1],
    ]);
  });
});

describe('what a handler gets to know in report mode', () => {
  it('is what would have been refused, without looking like a result', async () => {
    const { guard } = guarding([double('a'), double('b')], { accept: ['a'], enforcement: 'report' });
    const decision = await guard.check(request({ a: 'bad' }));
    if (decision.outcome !== 'accept') throw new Error('it was refused');
    const { results } = decision;
    expect(results.reported?.map(({ code }) => code)).toEqual(['a_bad']);
    expect([Object.keys(results), JSON.stringify(results)]).toEqual([[], '{}']);
    expect(Object.isFrozen(results) && Object.isFrozen(results.reported)).toBe(true);
    const good = await guard.check(request({ a: 'good' }));
    expect(good).toMatchObject({ results: { a: { kind: 'a' } } });
    expect(good.outcome === 'accept' && 'reported' in good.results).toBe(false);
    // Nothing of one request is left for the next.
    expect((await guard.check(request())) as object).toMatchObject({ reported: [{ code: 'a_MISSING' }] });
  });

  it('stands beside the result of evidence that holds', async () => {
    const error = new AttestationError(check('UNMET', 'untrusted'));
    const unmet = double('a', () => ({ result: { bound: false }, unmet: { error, enforcement: 'report' } }));
    const decision = await guarding([unmet]).guard.check(request({ a: 'x' }));
    if (decision.outcome !== 'accept') throw new Error('it was refused');
    expect(decision.results).toEqual({ a: { bound: false } });
    expect(decision.results.reported).toEqual([error]);
  });

  it('is kept apart from a kind of this name', () => {
    expect(() => guarding([double('reported')])).toThrow(expect.objectContaining({ variable: 'evidence' }));
  });
});

describe('who a decision is about', () => {
  it('is told by the keyed hashes that endpoints tell, as far as it is known', async () => {
    const backend = new Backend({ enforcement: 'report' });
    const { session: token } = await backend.enrolled();
    await backend.use(token);
    await backend.use('junk');
    await backend.use(token, { ip: undefined });
    const enrolled = backend.events.find(({ endpoint }) => endpoint === 'attest');
    expect(enrolled?.address).toMatch(/^[\w-]{22}$/);
    const { address, device } = enrolled ?? {};
    expect(backend.decisions.map((event) => [event.address, event.device])).toEqual([
      [address, device],
      [address, undefined],
      [undefined, device],
    ]);
    expect(JSON.stringify(backend.decisions)).not.toMatch(/phone-1|203\.0\.113/);
  });

  it('is nothing where the guard has no secret', async () => {
    const { guard, events } = guarding([double('a')]);
    await decided(guard, request({ a: 'good' }, { ip: '203.0.113.7' }));
    expect([events[0]?.address, events[0]?.device]).toEqual([undefined, undefined]);
  });
});
