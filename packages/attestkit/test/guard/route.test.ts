import { describe, expect, it } from 'vitest';
import { createGuard, type GuardOptions } from '../../src/create-guard.js';
import type { RouteOptions } from '../../src/guard/internal.js';
import { double, request } from './support/double.js';

const guard = createGuard({ evidence: [double('a')] });

function outcome(options: object, target: string, more: Parameters<typeof request> = []): string {
  const decision = guard.check(
    request(more[0], { ...more[1], target }),
    guard.route(options as RouteOptions),
  );
  return decision instanceof Promise ? 'later' : decision.outcome;
}

describe('exclusions', () => {
  const exclude = ['/health', '/auth/*', '/'];

  it.each(['/health', '/health?token=1', '/auth/login', '/auth/a/b?c=/../', '/', '/?x'])(
    'let %s through',
    (target) => {
      expect(outcome({ exclude }, target)).toBe('accept');
    },
  );

  it.each([
    '/auth/',
    '/auth/?x',
    '/auth/#',
    '/auth/#/x',
    '/auth/a/..#',
    '/auth/x#',
    '/health#',
    '/health/',
    '/Health',
    '/healthz',
    '//health',
    '/health/../orders',
    '/auth',
    '/authx/y',
    '/auth/../orders',
    '/auth/..',
    '/auth/.',
    '/auth/%2e%2e/orders',
    '/auth/%2E./orders',
    '/auth//orders',
    '/auth/a;b',
    '/auth/..\\orders',
    '/auth\\..\\orders',
    '/orders',
    '*',
    '',
    'http://host/health',
    '//host/auth/login',
    '/orders?/auth/x',
    '/orders#/auth/',
    '/auth%2flogin',
  ])('do not let %j through', (target) => {
    expect(outcome({ exclude }, target)).toBe('refuse');
  });

  it.each([5, 'health', '', '*', '/*', '/a*', '/a/*/b', '/a?b', '/a%20b', '/a/../b', '//a', '/a/./*'])(
    'of %j are a configuration error',
    (path) => {
      expect(() => guard.route({ exclude: [path as string] })).toThrow(
        expect.objectContaining({ variable: 'exclude' }),
      );
    },
  );
});

describe('preflights', () => {
  const asked = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
  const options = { method: 'OPTIONS' };

  it('are checked like any request, unless they may pass', () => {
    expect(outcome({}, '/x', [asked, options])).toBe('refuse');
    expect(outcome({ preflight: 'pass' }, '/x', [asked, options])).toBe('accept');
  });

  it.each([
    ['another method', asked, { method: 'GET' }],
    ['no origin', { 'access-control-request-method': 'POST' }, options],
    ['no requested method', { origin: 'https://app.example' }, options],
  ])('are no way in for %s', (_, fields, more) => {
    expect(outcome({ preflight: 'pass' }, '/x', [fields, more])).toBe('refuse');
  });
});

describe('refusals', () => {
  const refusal = (
    ofGuard: Partial<GuardOptions>,
    ofRoute: RouteOptions = {},
    fields: Record<string, string> = { a: 'bad' },
  ) => {
    const configured = createGuard({ evidence: [double('a')], ...ofGuard });
    const decision = configured.check(request(fields), configured.route(ofRoute));
    if (decision instanceof Promise || decision.outcome === 'accept') throw new Error('nothing was refused');
    return decision.response;
  };

  it('say nothing, with the status of the kind', () => {
    expect(refusal({})).toEqual({
      status: 403,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'www-authenticate': 'Attest realm="attestkit", need="token"',
      },
      body: '{}',
    });
  });

  it('take their status from the route, the guard, the kind, in this order', () => {
    const ofGuard = { statuses: { untrusted: 410, missing: 411 } };
    expect(refusal(ofGuard).status).toBe(410);
    expect(refusal(ofGuard, { statuses: { untrusted: 400 } }).status).toBe(400);
    expect(refusal(ofGuard, { statuses: { untrusted: 400 } }, {}).status).toBe(411);
  });

  it('carry the configured body and headers', () => {
    const answer = refusal(
      { body: { error: 'no' }, headers: { 'X-Reason': 'guard' } },
      { headers: { 'WWW-Authenticate': 'Approov' } },
    );
    expect(answer.body).toBe('{"error":"no"}');
    expect(answer.headers).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-reason': 'guard',
      'www-authenticate': 'Approov',
    });
  });

  it('give the reason only when asked to', () => {
    const reason = { error: 'a_bad', message: 'says a_bad' };
    expect(JSON.parse(refusal({ expose: true }).body)).toEqual(reason);
    expect(JSON.parse(refusal({ expose: true }, { expose: false }).body)).toEqual({});
    expect(JSON.parse(refusal({ body: { own: 1 } }, { expose: true }).body)).toEqual({ own: 1, ...reason });
  });
});

describe('a configuration that makes no sense fails at start-up', () => {
  const two = { evidence: [double('a'), double('b')], accept: ['a'] };
  it.each([
    ['no evidence', { evidence: [] }, {}, 'evidence'],
    ['a kind twice', { evidence: [double('a'), double('a')] }, {}, 'evidence'],
    ['several kinds and no default', { evidence: [double('a'), double('b')] }, {}, 'accept'],
    ['a default that does not exist', { ...two, accept: ['c'] }, {}, 'accept'],
    ['an empty default', { ...two, accept: [] }, {}, 'accept'],
    ['an unknown enforcement', { ...two, enforcement: 'off' }, {}, 'enforcement'],
    ['a status that lets pass', { ...two, statuses: { untrusted: 200 } }, {}, 'statuses'],
    ['a status for an unknown stage', { ...two, statuses: { invalid: 400 } }, {}, 'statuses'],
    ['a status for unavailable', { ...two, statuses: { unavailable: 400 } }, {}, 'statuses'],
    ['no list of evidence', { evidence: double('a') }, {}, 'evidence'],
    ['no options', undefined, {}, 'options'],
    ['a clock in seconds', { ...two, now: () => Date.now() / 1000 }, {}, 'now'],
    ['a clock that gives text', { ...two, now: () => String(Date.now()) }, {}, 'now'],
    ['a clock that is none', { ...two, now: 5 }, {}, 'now'],
    ['the text false for expose', { ...two, expose: 'false' }, {}, 'expose'],
    ['the text false for expose of a route', two, { expose: 'false' }, 'expose'],
    [
      'a kind whose statuses let pass',
      { evidence: [{ ...double('a'), statuses: { untrusted: 200 } }] },
      {},
      'statuses of a',
    ],
    ['a header without a value', { ...two, headers: { 'x-a': undefined } }, {}, 'headers'],
    ['a header that is a list', { ...two, headers: { 'x-a': ['b'] } }, {}, 'headers'],
    ['a header about the connection', { ...two, headers: { 'Keep-Alive': 'timeout=1' } }, {}, 'headers'],
    ['a body that is a function', { ...two, body: () => ({}) }, {}, 'body'],
    ['a body that is text', { ...two, body: 'no' }, {}, 'body'],
    ['a body that becomes no object', { ...two, body: { toJSON: () => undefined } }, {}, 'body'],
    ['exclusions that are no list', two, { exclude: '/health' }, 'exclude'],
    ['a name that is no text', two, { name: 5 }, 'name'],
    ['a header that splits the response', { ...two, headers: { 'x-a': 'b\r\nx-c: d' } }, {}, 'headers'],
    ['a header that is no name', { ...two, headers: { 'x a': 'b' } }, {}, 'headers'],
    ['a header that frames the body', { ...two, headers: { 'Content-Length': '0' } }, {}, 'headers'],
    ['a body that is no JSON', { ...two, body: { big: 1n } }, {}, 'body'],
    ['a misspelt option of the guard', { ...two, enforcment: 'report' }, {}, 'enforcment'],
    ['a route that accepts an unknown kind', two, { accept: ['c'] }, 'accept'],
    ['a route that requires an unknown kind', two, { require: ['c'] }, 'require'],
    ['a route that accepts nothing', two, { accept: [] }, 'accept'],
    ['a route that requires nothing', two, { require: [] }, 'require'],
    ['a misspelt option', two, { biding: true }, 'biding'],
    ['an option of a kind that is not there', two, { cOption: true }, 'cOption'],
    ['an unknown enforcement of a route', two, { enforcement: 'none' }, 'enforcement'],
    ['an unknown preflight', two, { preflight: true }, 'preflight'],
  ])('%s', (_, ofGuard, ofRoute, variable) => {
    const make = () => createGuard(ofGuard as GuardOptions).route(ofRoute as RouteOptions);
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }));
  });
});
