import { describe, expect, it } from 'vitest';
import { createGuard, type GuardOptions } from '../../src/create-guard.js';
import { markFetch, markNode } from '../../src/guard/internal.js';
import { Backend, bearer } from '../sessions/support/backend.js';
import { double, request } from './support/double.js';

const CACHING = { cacheControl: 'private', vary: ['x-a', 'x-b'] } as const;

/** A response of Node's server, as far as fields go. */
function response(fields: Record<string, string> = {}) {
  const set = new Map(Object.entries(fields));
  return {
    getHeader: (name: string) => set.get(name),
    setHeader: (name: string, value: string) => set.set(name, value),
    fields: () => Object.fromEntries(set),
  };
}

describe('what an accepted request tells caches', () => {
  const kinds = [
    { ...double('a'), fields: ['X-A', 'Authorization'] },
    { ...double('b'), fields: ['x-b'] },
    double('c'),
  ];
  const of = async (ofGuard: Partial<GuardOptions>, ofRoute: object, fields = { a: 'good' }) => {
    const guard = createGuard({ evidence: kinds, accept: ['a', 'b'], ...ofGuard });
    const decision = await guard.check(request(fields), guard.route(ofRoute));
    return decision.outcome === 'accept' ? decision.caching : decision.response.headers['cache-control'];
  };

  it('is nothing unless the guard or the route says private', async () => {
    expect(await of({}, {})).toBeUndefined();
    expect(await of({ caching: 'private' }, { caching: 'unchanged' })).toBeUndefined();
    expect(await of({ caching: 'private' }, {})).toEqual(CACHING);
    expect(await of({}, { caching: 'private', accept: ['a'] })).toEqual({ ...CACHING, vary: ['x-a'] });
    expect(await of({}, { caching: 'private', accept: ['c', 'a'] })).toMatchObject({ vary: ['x-a'] });
    expect(await of({ caching: 'private' }, {}, { a: 'bad' })).toBe('no-store');
    for (const caching of ['public', true, ''])
      expect(() => createGuard({ evidence: kinds, accept: ['a'], caching: caching as 'private' })).toThrow(
        expect.objectContaining({ name: 'ConfigurationError' }),
      );
  });

  it('names the fields of devices, but not Authorization', async () => {
    const backend = new Backend({ caching: 'private', sessions: { header: 'X-Session' } });
    const { session: token } = await backend.enrolled();
    expect(await backend.check({ fields: { 'x-session': token } })).toMatchObject({
      caching: { vary: ['x-session'] },
    });
    const usual = new Backend({ caching: 'private' });
    const fields = bearer((await usual.enrolled()).session);
    expect(await usual.check({ fields })).toMatchObject({ caching: { vary: [] } });
  });

  it('is written before the handler answers, beside what is there', () => {
    const marked = (fields: Record<string, string>) => {
      const res = response(fields);
      markNode(res, CACHING);
      return res.fields();
    };
    expect(marked({})).toEqual({ 'cache-control': 'private', vary: 'x-a, x-b' });
    expect(marked({ 'cache-control': 'no-store', vary: 'Origin, X-A' })).toEqual({
      'cache-control': 'no-store',
      vary: 'Origin, X-A, x-b',
    });
    expect(marked({ vary: '*' })).toEqual({ 'cache-control': 'private', vary: '*' });
    const untouched = response({ a: 'b' });
    markNode(untouched, undefined);
    expect(untouched.fields()).toEqual({ a: 'b' });
  });

  it('is added to a fetch response, one that cannot be changed too', async () => {
    const plain = new Response('x', { status: 201, headers: { vary: 'Origin' } });
    const marked = markFetch(plain, CACHING);
    expect([marked.status, marked.headers.get('vary'), marked.headers.get('cache-control')]).toEqual([
      201,
      'Origin, x-a, x-b',
      'private',
    ]);
    expect(await marked.text()).toBe('x');
    const fixed = markFetch(Response.redirect('https://example.com/', 302), CACHING);
    expect([fixed.status, fixed.headers.get('cache-control')]).toEqual([302, 'private']);
    expect(markFetch(plain, undefined)).toBe(plain);
  });
});
