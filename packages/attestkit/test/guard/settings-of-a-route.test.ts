import { describe, expect, it } from 'vitest';
import { exclusion, pathOf } from '../../src/guard/exempt.js';
import { routeOf } from '../../src/guard/route-of.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { Evidence } from '../../src/ports/evidence.js';
import { decided, double, guarding, request, route } from './support/double.js';

/** A kind that requires others. */
const requiring = (kind: string, ...others: string[]): Evidence => ({
  ...double(kind),
  requires: () => others,
});

function refusal(run: () => unknown): { variable: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return { variable: error.variable, message: error.message };
    throw error;
  }
  return { variable: 'none', message: '' };
}

describe('a route', () => {
  it.each([0, -1, 1.5, Number.NaN, 2 ** 30 + 1])('takes no cap of %d bytes on the body', (maxBodyBytes) => {
    const { guard } = guarding([double('a')]);
    expect(refusal(() => guard.route({ maxBodyBytes })).variable).toBe('maxBodyBytes');
  });

  it.each([1, 2 ** 30])('takes a cap of %d bytes on the body', (maxBodyBytes) => {
    expect(guarding([double('a')]).guard.route({ maxBodyBytes })).toMatchObject({ maxBodyBytes });
  });

  it('accepts no kind without effect beside one that is required', () => {
    const { guard } = guarding([double('a'), double('b')], { accept: ['a', 'b'] });
    const { variable, message } = refusal(() => route(guard, { require: ['a'], accept: ['a', 'b'] }));
    expect([variable, message]).toEqual(['accept', expect.stringContaining('names b, which has no effect')]);
    expect(route(guard, { require: ['a'] }).asked).toEqual(['a']);
    expect(route(guard, { require: ['a'], accept: ['a'] }).asked).toEqual(['a']);
  });

  it('takes no preflight but the two', () => {
    const { guard } = guarding([double('a')]);
    expect(refusal(() => route(guard, { preflight: 'maybe' })).variable).toBe('preflight');
  });

  it('names the kinds of the guard where another is asked for', () => {
    const { guard } = guarding([double('a'), double('b')], { accept: ['a'] });
    expect(refusal(() => route(guard, { require: ['c'] }))).toMatchObject({
      variable: 'require',
      message: expect.stringContaining('name one of a, b.') as string,
    });
  });

  it('asks for a kind of which it sets one of several options', () => {
    const { guard } = guarding([double('a'), { ...double('b'), routeOptions: ['x', 'y'] }], {
      accept: ['a'],
    });
    expect(route(guard, { x: 1 }).asked).toEqual(['b', 'a']);
    expect(route(guard, { x: false }).asked).toEqual(['a']);
  });

  it('names the option that is empty, or whose kind the guard does not have', () => {
    const { guard } = guarding([requiring('a', 'c'), double('b')], { accept: ['b'] });
    const variable = (options: object) => refusal(() => route(guard, options)).variable;
    expect(variable({ accept: ['a'] })).toBe('accept');
    expect(variable({ require: ['a'] })).toBe('require');
    expect([
      variable({ require: [] }),
      variable({ accept: [] }),
      variable({ require: [], accept: [] }),
    ]).toEqual(['require', 'accept', 'accept']);
  });

  it('asks once for kinds that require each other', () => {
    const { guard } = guarding([requiring('a', 'b'), requiring('b', 'a')], { accept: ['a'] });
    expect(route(guard, { require: ['a'] }).asked).toEqual(['b', 'a']);
    expect(guard.route({ require: ['b', 'a'] }).asked).toEqual(['a', 'b']);
  });

  it('accepts none of several kinds that requires one which it does not', () => {
    const { guard } = guarding([requiring('a', 'c'), double('b'), double('c')], { accept: ['b'] });
    expect(refusal(() => guard.route({ accept: ['a', 'b'] })).variable).toBe('accept');
    expect(guard.route({ accept: ['a', 'b'], require: ['c'] }).asked).toEqual(['c', 'a', 'b']);
    expect(guard.route({ accept: ['a'] }).asked).toEqual(['c', 'a']);
  });

  it('gives caching advice that no handler can change', async () => {
    const kinds = [{ ...double('a'), fields: ['A', 'authorization'] }];
    const { guard } = guarding(kinds);
    const decision = await guard.check(request({ a: 'good' }), guard.route({ caching: 'private' }));
    if (decision.outcome !== 'accept') throw new Error('it was refused');
    expect(decision.caching).toEqual({ cacheControl: 'private', vary: ['a'] });
    expect([decision.caching, decision.caching?.vary].map((each) => Object.isFrozen(each))).toEqual([
      true,
      true,
    ]);
  });

  it('answers with the statuses of the kind that refused, though another comes before it', async () => {
    const statuses = { missing: 401, malformed: 422, untrusted: 401, denied: 401 };
    const { guard } = guarding([double('a'), { ...double('b'), statuses }], { accept: ['a', 'b'] });
    expect(await decided(guard, request({ b: ['x', 'y'] }))).toEqual([422, 'b_REPEATED']);
    expect(await decided(guard, request({ a: ['x', 'y'] }))).toEqual([402, 'a_REPEATED']);
  });
});

describe('an excluded path', () => {
  it('is let through where both the path that was sent and the path that is routed are excluded', async () => {
    const { guard } = guarding([double('a')]);
    const open = guard.route({ exclude: ['/health'] });
    const paths = (target: string, routed: string) => decided(guard, request({}, { target, routed }), open);
    expect(await paths('/health', '/health')).toEqual([[], []]);
    expect(await paths('/health', '/pay')).toEqual([401, 'a_MISSING']);
    expect(await paths('/pay', '/health')).toEqual([401, 'a_MISSING']);
    const passed = await guard.check(request({}, { target: '/health' }), open);
    expect(passed).toMatchObject({ outcome: 'accept' });
    expect('results' in passed && Object.isFrozen(passed.results)).toBe(true);
  });

  it('is one below a prefix, without a segment of one or two dots', () => {
    const isOpen = exclusion(['/auth/*']);
    expect(['/auth/x', '/auth/.../x', '/auth/.x'].map(isOpen)).toEqual([true, true, true]);
    expect(
      ['/auth/', '/auth', '/other/auth/', '/auth/../x', '/auth/./x', '/auth/..', '/x'].map(isOpen),
    ).toEqual(Array.from({ length: 7 }, () => false));
  });

  it('is what stands before the query, which may be nothing', () => {
    expect(['/a?b', '?b', '/a', '/a??'].map(pathOf)).toEqual(['/a', '', '/a', '/a']);
  });
});

it('an adapter takes a guard, and nothing else for one', () => {
  const { guard } = guarding([double('a')]);
  expect(routeOf(guard, { name: 'orders' }).name).toBe('orders');
  for (const wrong of [undefined, null, {}, { route: () => 1 }, { check: 1, route: 1 }])
    expect(refusal(() => routeOf(wrong as never)).variable).toBe('guard');
});
