import { describe, expect, it } from 'vitest';
import { matchesExactly, matchesLiberally, overlap, patternOf, splitPath } from '../../src/routes/pattern.js';
import { isAtLeast, OPEN, type Demands } from '../../src/routes/strictness.js';
import { tableOf, type Rule } from '../../src/routes/table.js';
import { readTarget } from '../../src/routes/target.js';

const enforced: Demands = { enforced: 1, clauses: [['approov']] };
const reported: Demands = { enforced: 0, clauses: [['approov']] };
const signed: Demands = { enforced: 1, clauses: [['approov'], ['signedRequest=true']] };
const either: Demands = { enforced: 1, clauses: [['approov', 'session']] };
const session: Demands = { enforced: 1, clauses: [['session']] };

const rule = (path: string, demands: Demands, more: Partial<Rule> = {}): Rule => ({
  name: path,
  path: patternOf(path),
  methods: undefined,
  host: undefined,
  demands,
  ...more,
});

describe('targets', () => {
  it.each([
    '*',
    'x',
    '',
    '//evil'.slice(1),
    'http://api/x',
    '/a b',
    '/a\tb',
    '/a#b',
    '/a\\b',
    '/a%',
    '/a%2',
    '/a%zz',
    '/a%00',
    '/a%1f',
    '/a%7F',
    '/\xe9',
    '/'.padEnd(8193, 'a'),
  ])('%j is refused whatever the routes say', (target) => {
    const isPlain = target === '/evil';
    expect(readTarget(target) === undefined).toBe(!isPlain);
  });

  it.each([
    '/',
    '/v1/x',
    '/v1/x?a=//..%2f',
    '/caf%C3%A9',
    '/a-b_c~d.e',
    "/a!$&'()*+,=:@",
    '/.well-known/x',
    '/a.b/c',
    '/v1/x?',
  ])('%s is read by all alike', (target) => {
    expect(readTarget(target)?.isAmbiguous).toBe(false);
  });

  it.each([
    ['/open/../v1', '/v1'],
    ['/open/%2e%2e/v1', '/v1'],
    ['/open/..%2fv1', '/v1'],
    ['/open/%252e%252e/v1', '/v1'],
    ['/open%2f..%2fv1', '/v1'],
    ['//v1', '/v1'],
    ['/open/..;/v1', '/v1'],
    ['/v1;x=1/a', '/v1/a'],
    ['/%76%31', '/v1'],
    ['/v1.', '/v1'],
    ['/v1%20', '/v1'],
    ['/v1%3Fx', '/v1'],
    ['/v1%23x', '/v1'],
    ['/a%5c..%5cv1', '/v1'],
    ['/./v1/.', '/v1/'],
  ])('%s may be read as %s', (target, reading) => {
    const read = readTarget(target);
    expect(read?.isAmbiguous).toBe(true);
    expect(read?.readings()?.[0]).toBe(target);
    expect(read?.readings()).toContain(reading);
  });
});

describe('targets of an attacker', () => {
  it('cost little to read, whatever is in them', () => {
    const ends = ['.', '%20', ' ', './', ';', '%2e', '/..', '%25', '\\', '//', '%2f..'];
    const started = performance.now();
    for (const end of ends)
      for (const more of ['', 'x', '/x', '%20x'])
        readTarget(
          `/a;b//%252525252e%2541/./${end.repeat(8000 / end.length)}${more}`.slice(0, 8192),
        )?.readings();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('with too many readings have none: they are not judged by those that were counted', () => {
    const target = readTarget('/pub%2e/%2525/%2f/./%2e///b.%20/%2e%2e/%2e%2e/%2e%2e/admin;x');
    expect(target?.isAmbiguous).toBe(true);
    expect(target?.readings()).toBeUndefined();
  });
});

describe('patterns', () => {
  it.each(['v1', '/a?b', '/a#b', '/a//b', '/../a', '/a%2fb', '/*/*', '/a*', '/a b', '/%61'])(
    '%s is none',
    (text) => {
      expect(() => patternOf(text)).toThrow();
    },
  );

  it.each([
    ['/v1/*', '/v1/x', true, true],
    ['/v1/*', '/v1/x/y', true, true],
    ['/v1/*', '/v1', false, true],
    ['/v1/*', '/v1/', false, true],
    ['/v1/*', '/V1/x', false, true],
    ['/v1/*', '/v2/x', false, false],
    ['/v1/*', '/v1x/y', false, false],
    ['/v1/x', '/v1/x/', false, true],
    ['/v1/x/', '/v1/x', false, true],
    ['/users/*/photo', '/users/7/photo', true, true],
    ['/users/*/photo', '/users//photo', false, true],
    ['/users/*/photo', '/users/7/8/photo', false, false],
    ['/*', '/anything/at/all', true, true],
    ['/', '/', true, true],
  ])('%s and %s: exactly %s, liberally %s', (pattern, path, exactly, liberally) => {
    expect(matchesExactly(patternOf(pattern), splitPath(path))).toBe(exactly);
    expect(matchesLiberally(patternOf(pattern), splitPath(path))).toBe(liberally);
  });

  it('what both of two patterns match, they overlap in', () => {
    const texts = [
      '/',
      '/a',
      '/a/',
      '/A',
      '/a/b',
      '/a/*',
      '/*',
      '/*/b',
      '/a/b/*',
      '/b',
      '/b/*',
      '/a/*/c',
      '/a/b/c',
    ];
    const paths = [
      '/',
      '/a',
      '/a/',
      '/a/b',
      '/a/b/',
      '/a/x',
      '/a/b/c',
      '/a/x/c',
      '/b',
      '/b/b',
      '/x/b',
      '/a/b/c/d',
      '/A/B',
    ];
    let count = 0;
    for (const one of texts.map(patternOf))
      for (const other of texts.map(patternOf)) {
        const common = paths.some(
          (path) => matchesLiberally(one, splitPath(path)) && matchesLiberally(other, splitPath(path)),
        );
        if (common) expect([one.text, other.text, overlap(one, other)]).toEqual([one.text, other.text, true]);
        if (common) count += 1;
      }
    expect(count).toBeGreaterThan(50);
  });
});

describe('strictness', () => {
  it.each<[string, Demands, Demands, boolean]>([
    ['enforcing is stricter than reporting', enforced, reported, true],
    ['reporting is not stricter than enforcing', reported, enforced, false],
    ['reporting is stricter than nothing', reported, OPEN, true],
    ['nothing is not stricter than reporting', OPEN, reported, false],
    ['a signature besides is stricter', signed, enforced, true],
    ['without it it is not', enforced, signed, false],
    ['one kind is stricter than either', enforced, either, true],
    ['either is not stricter than one', either, enforced, false],
    ['two kinds cannot be ordered', enforced, session, false],
    ['each is as strict as itself', signed, signed, true],
  ])('%s', (_, one, other, expected) => {
    expect(isAtLeast(one, other)).toBe(expected);
  });
});

describe('the table', () => {
  const host = 'api.example.com';
  const rules = [
    rule('/health', OPEN),
    rule('/public/*', OPEN),
    rule('/v1/*', reported),
    rule('/v2/*', enforced),
    rule('/v2/forms', signed, { methods: ['POST'] }),
    rule('/admin/*', OPEN, { host: 'open.example.com' }),
  ];
  const table = tableOf(rules, rule('/*', enforced, { name: 'default' }), 'refuse');
  const strictest = tableOf(rules, rule('/*', enforced, { name: 'default' }), 'strictest');
  const named = (method: string, text: string, of = table, at = host): string => {
    const target = readTarget(text);
    if (target === undefined) return 'refused';
    const { rule: found } = of.match({ method, host: at, target });
    return found?.name ?? 'ambiguous';
  };

  it.each([
    ['GET', '/health', '/health'],
    ['GET', '/health?x=1', '/health'],
    ['GET', '/Health', 'default'],
    ['GET', '/health/', 'default'],
    ['GET', '/public/a/b', '/public/*'],
    ['GET', '/PUBLIC/a', 'default'],
    ['GET', '/v1/shapes', '/v1/*'],
    ['GET', '/V1/shapes', 'default'],
    ['GET', '/V2/forms/', '/v2/*'],
    ['POST', '/v2/forms', '/v2/forms'],
    ['POST', '/V2/FORMS/', '/v2/forms'],
    ['GET', '/admin/x', 'default'],
    ['GET', '/elsewhere', 'default'],
    ['GET', '/public/../v2/x', 'ambiguous'],
  ])('%s %s: %s', (method, target, expected) => {
    expect(named(method, target)).toBe(expected);
  });

  it.each([
    ['/public/account', '/public/account'],
    ['/public/account/', '/public/account'],
    ['/public/Account', '/public/account'],
    ['/PUBLIC/account', 'default'],
    ['/public/other', '/public/*'],
    ['/Public/other', 'default'],
    ['/v1/orders:pay', '/v1/orders:pay'],
    ['/v1/orders%3Apay', '/v1/orders:pay'],
    ['/v1/orders%3apay', '/v1/orders:pay'],
    ['/v1/orders', 'default'],
    ['/users/%40me', '/users/@me'],
  ])('a route below a weaker one keeps what it asks for: %s is judged as %s', (target, expected) => {
    const nested = tableOf(
      [
        rule('/public/*', OPEN),
        rule('/public/account', enforced),
        rule('/v1/orders:pay', signed),
        rule('/users/@me', signed),
      ],
      rule('/*', { enforced: 1, clauses: [['approov'], ['binding=authorization']] }, { name: 'default' }),
      'refuse',
    );
    const found = named('GET', target, nested);
    expect(found === 'ambiguous' ? expected : found).toBe(expected);
  });

  it('a host of its own opens only there', () => {
    expect(named('GET', '/admin/x', table, 'open.example.com')).toBe('/admin/*');
  });

  it.each([
    ['GET', '/public/../v2/x', '/v2/*'],
    ['GET', '/public/../x', 'default'],
    ['POST', '/public/../v2/forms', '/v2/forms'],
    ['POST', '/public/%2e%2e%2fv2%2fforms', '/v2/forms'],
    ['GET', '/public//a', '/public/*'],
    ['GET', '/public/%2e%2e/v1/x', '/v1/*'],
  ])('read in every way, %s %s is judged by the strictest: %s', (method, target, expected) => {
    expect(named(method, target, strictest)).toBe(expected);
  });

  it('routes that cannot be ordered are named, and only those', () => {
    const overlaps = tableOf(
      [
        rule('/a/*', enforced),
        rule('/a/b', session),
        rule('/c', session),
        rule('/A/B/', OPEN, { methods: ['GET'] }),
        rule('/a/b', session, { methods: ['PUT'], host: 'x' }),
      ],
      rule('/*', enforced, { name: 'default' }),
      'refuse',
    ).overlaps;
    expect(overlaps.map(({ one, other }) => `${one.name} ${other.name}`)).toEqual(['/a/* /a/b', '/a/* /a/b']);
  });

  it('of routes that ask the same, the narrower one serves', () => {
    const twins = tableOf(
      [rule('/a/*', enforced), rule('/a/b', enforced), rule('/a/*/c', enforced)],
      rule('/*', enforced, { name: 'default' }),
      'refuse',
    );
    expect(named('GET', '/a/b', twins)).toBe('/a/b');
    expect(named('GET', '/a/x', twins)).toBe('/a/*');
    expect(named('GET', '/a/x/c', twins)).toBe('/a/*/c');
  });
});
