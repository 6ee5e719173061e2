import { describe, expect, it } from 'vitest';
import { signableUrl, splitUrl } from '../src/protocol/target.js';
import { readNeeds } from '../src/protocol/needs.js';
import { retryAfterOf } from '../src/protocol/endpoints.js';

describe('WWW-Authenticate', () => {
  it.each([
    [null, []],
    ['', []],
    ['Bearer realm="x", error="invalid_token"', []],
    ['Attest realm="https://a.example", need="session"', [{ need: 'session' }]],
    ['Attest realm="x", need="session", Bearer realm="x", error="invalid_token"', [{ need: 'session' }]],
    ['Bearer realm="x", Attest realm="x", need=signature', [{ need: 'signature' }]],
    ['attest Need="challenge"', [{ need: 'challenge' }]],
    [
      'Attest realm="x", need="token", header="Approov-Token", Attest realm="x", need="session"',
      [{ need: 'token', header: 'Approov-Token' }, { need: 'session' }],
    ],
    ['Basic realm="Attest need=\\"session\\""', []],
    ['Attest realm="x"', []],
    ['Negotiate, Attest need="session"', [{ need: 'session' }]],
    ['Bearer, Attest realm="x", need="session"', [{ need: 'session' }]],
    ['Negotiate YWJj==, Attest need="session"', [{ need: 'session' }]],
    ['Attest, need="session"', [{ need: 'session' }]],
    ['Attest need="session" need="x"', []],
  ])('%j asks for %j', (field, needs) =>
    expect(readNeeds(field).map(({ need, header }) => ({ need, header }))).toEqual(needs),
  );

  it('of which each names its audience', () => {
    expect(readNeeds('Attest realm="https://a.example", need="session", Attest need="token"')).toEqual([
      { need: 'session', realm: 'https://a.example' },
      { need: 'token' },
    ]);
  });

  it('of a hostile server is read in no time', () => {
    const started = performance.now();
    readNeeds(`Attest ${'a="'.repeat(50_000)}`);
    readNeeds(`${' '.repeat(100_000)}x`);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('a URL', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com', '/'],
    ['https://API.example.com:8443/a?b#c', 'https://api.example.com:8443', '/a?b'],
    ['http://127.0.0.1:8002?x=1', 'http://127.0.0.1:8002', '/?x=1'],
    ['https://[::1]/a', 'https://[::1]', '/a'],
    ['https://a.example/#/x', 'https://a.example', '/'],
  ])('%s is cut', (url, origin, target) => expect(splitUrl(url)).toEqual({ origin, target }));

  it.each([
    '/a',
    'a.example',
    'ftp://a.example/',
    'https://u@a.example/',
    'https://a.example\\b',
    'https://ä.example/',
    'https:///a',
  ])('%s is not one of them', (url) => expect(() => splitUrl(url)).toThrow(/not an absolute URL/));

  it.each(['/a b', '/ä', '/a"b', '/{a}', '/a|b', '/a\\b', '/./a', '/a/..', '/a/%2E%2e/b', '/a\n'])(
    'with the target %j is not signed',
    (target) => expect(() => signableUrl(`https://a.example${target}`)).toThrow(/"/),
  );

  it.each([
    ['/', '/'],
    ['', '/'],
    ['?', '/'],
    ['?a=b', '/?a=b'],
    ['/a?b=c&d=[1]#e', '/a?b=c&d=%5B1%5D'],
    ['/a/.b/..c/d.', '/a/.b/..c/d.'],
    ["/it's?name=O'Brien", "/it's?name=O%27Brien"],
    ['/a?x=../y', '/a?x=../y'],
    ['/a?x=/../y?', '/a?x=/../y?'],
    ['/%7Ba%7D', '/%7Ba%7D'],
  ])('with %j is signed and sent as %j', (rest, sent) => {
    const url = signableUrl(`https://[::1]:8443${rest}`);
    expect(url).toBe(`https://[::1]:8443${sent}`);
    const parsed = new URL(url);
    expect(parsed.pathname + parsed.search).toBe(sent);
    expect(splitUrl(url).target).toBe(sent);
  });
});

describe('Retry-After', () => {
  const of = (value: string, date = new Date().toUTCString()): number | undefined =>
    retryAfterOf(new Response('', { headers: { 'retry-after': value, date } }));
  it('is seconds or a date, of an hour at most', () => {
    expect(of('7')).toBe(7000);
    expect(of('0')).toBe(0);
    expect(of('99999999')).toBe(600_000);
    expect(of(new Date(Date.now() + 60_000).toUTCString())).toBeGreaterThan(50_000);
    expect(of(new Date(0).toUTCString())).toBe(0);
    expect(of(new Date().toUTCString(), '')).toBeUndefined();
    expect(of('soon')).toBeUndefined();
    expect(of('')).toBeUndefined();
  });
});
