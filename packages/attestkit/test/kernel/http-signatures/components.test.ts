import { describe, expect, it } from 'vitest';
import {
  componentValue,
  isSupported,
  readTarget,
  type SignedMessage,
} from '../../../src/kernel/http-signatures/components.js';
import { readItem, type Item } from '../../../src/kernel/http-signatures/structured-fields.js';

const component = (text: string): Item => readItem(text) as Item;

describe('derived components (RFC 9421 §2.2)', () => {
  const request = (uri: string, fields: Readonly<Record<string, readonly string[]>> = {}): SignedMessage => ({
    method: 'POST',
    target: readTarget(uri),
    fields: (name) => fields[name] ?? [],
  });

  it.each([
    ['"@method"', 'https://www.example.com/path?param=value', 'POST'],
    ['"@target-uri"', 'https://www.example.com/path?param=value', 'https://www.example.com/path?param=value'],
    ['"@authority"', 'https://www.example.com/path', 'www.example.com'],
    ['"@authority"', 'https://WWW.example.com:443/path', 'www.example.com'],
    ['"@authority"', 'http://www.example.com:80/path', 'www.example.com'],
    ['"@authority"', 'http://www.example.com:443/path', 'www.example.com:443'],
    ['"@authority"', 'https://www.example.com:8443/path', 'www.example.com:8443'],
    ['"@authority"', 'https://[::1]:443/path', '[::1]'],
    ['"@authority"', 'ws://undefined.example.com:80/path', 'undefined.example.com:80'],
    ['"@scheme"', 'git+https://www.example.com/path', 'git+https'],
    ['"@scheme"', 'x://www.example.com/path', 'x'],
    ['"@scheme"', 'HTTPS://www.example.com/path', 'https'],
    ['"@request-target"', 'https://www.example.com/path?param=value', '/path?param=value'],
    ['"@path"', 'https://www.example.com/path?param=value', '/path'],
    ['"@path"', 'https://www.example.com', '/'],
    ['"@path"', 'https://www.example.com/a/%2e%2e/admin', '/a/%2e%2e/admin'],
    ['"@path"', 'https://www.example.com//a/../b', '//a/../b'],
    [
      '"@query"',
      'https://www.example.com/path?param=value&foo=bar&baz=bat%2Dman',
      '?param=value&foo=bar&baz=bat%2Dman',
    ],
    ['"@query"', 'https://www.example.com/path?queryString', '?queryString'],
    ['"@query"', 'https://www.example.com/path', '?'],
    ['"@query"', 'https://www.example.com/path?', '?'],
    [
      '"@query-param";name="baz"',
      'https://www.example.com/path?param=value&foo=bar&baz=batman&qux=',
      'batman',
    ],
    ['"@query-param";name="qux"', 'https://www.example.com/path?param=value&foo=bar&baz=batman&qux=', ''],
    [
      '"@query-param";name="var"',
      'https://www.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value',
      'this%20is%20a%20big%0Amultiline%20value',
    ],
    [
      '"@query-param";name="bar"',
      'https://www.example.com/parameters?bar=with+plus+whitespace',
      'with%20plus%20whitespace',
    ],
    [
      '"@query-param";name="fa%C3%A7ade%22%3A%20"',
      'https://www.example.com/parameters?fa%C3%A7ade%22%3A%20=something',
      'something',
    ],
    ['"@query-param";name="a"', "https://www.example.com/?a=!'()*~-._", '%21%27%28%29*%7E-._'],
  ])('%s of %s', (name, uri, value) => {
    const wanted = component(name);
    expect(isSupported(wanted)).toBe(true);
    expect(componentValue(wanted, request(uri), {})).toBe(value);
  });

  it.each([
    ['a query parameter that is there twice', '"@query-param";name="a"', '/?a=1&a=2'],
    ['one that is there twice, written in two ways', '"@query-param";name="a"', '/?a=1&%61=2'],
    ['one that is not there', '"@query-param";name="b"', '/?a=1'],
    ['one that is no UTF-8', '"@query-param";name="a"', '/?a=%ff'],
    ['a field that is not there', '"x-a"', '/'],
    ['the status of a request', '"@status"', '/'],
  ])('there is no value of %s', (_, name, path) => {
    expect(componentValue(component(name), request(`https://example.com${path}`), {})).toBeUndefined();
  });

  it('a response has no method, and no target', () => {
    const response: SignedMessage = { status: 200, fields: () => [] };
    for (const name of ['method', 'target-uri', 'authority', 'scheme', 'request-target', 'path', 'query'])
      expect(componentValue(component(`"@${name}"`), response, {})).toBeUndefined();
    for (const name of ['a', 'X', ''])
      expect(componentValue(component(`"@query-param";name="${name}"`), response, {})).toBeUndefined();
    expect(componentValue(component('"@status"'), response, {})).toBe('200');
  });

  it.each([
    ['a name in upper case', '"Date"'],
    ['a token', 'date'],
    ['an unknown derived component', '"@signature-params"'],
    ['a name of Object', '"constructor@"'],
    ['the empty name', '""'],
    ['a field as a structured one', '"date";sf'],
    ['a member of a field', '"date";key="a"'],
    ['a field in bytes', '"date";bs'],
    ['a trailer', '"date";tr'],
    ['a component of the request', '"@method";req'],
    ['a query parameter without a name', '"@query-param"'],
    ['a query parameter with something else than a name', '"@query-param";sf'],
    ['a query parameter whose name is a token', '"@query-param";name=a'],
    ['a query parameter with more', '"@query-param";name="a";req'],
  ])('%s is not supported', (_, name) => {
    expect(isSupported(component(name))).toBe(false);
  });

  it('a query parameter without a name does not have a value', () => {
    expect(
      componentValue(component('"@query-param"'), request('https://example.com/?a=1'), {}),
    ).toBeUndefined();
  });

  it('what producers do otherwise is asked for by name', () => {
    const message = request('https://example.com:8443/?a=1');
    expect(componentValue(component('"@authority"'), message, { authorityWithoutPort: true })).toBe(
      'example.com',
    );
    for (const uri of ['https://[::1]:8443/', 'https://[::1]:/', 'https://[::1]/'])
      expect(componentValue(component('"@authority"'), request(uri), { authorityWithoutPort: true })).toBe(
        '[::1]',
      );
    expect(componentValue(component('"@query"'), message, { queryWithoutMark: true })).toBe('a=1');
    expect(
      componentValue(component('"@query"'), request('https://example.com/'), { queryWithoutMark: true }),
    ).toBe('');
  });
});

describe('fields (RFC 9421 §2.1)', () => {
  const valueOf = (...lines: readonly string[]) =>
    componentValue(component('"x-a"'), { fields: (name) => (name === 'x-a' ? lines : []) }, {});

  it.each([
    [['  leading and trailing \t'], 'leading and trailing'],
    [[' a', 'b '], 'a, b'],
    [[''], ''],
    [['a', ''], 'a, '],
    [['in\tside'], 'in\tside'],
  ])('%j', (lines, value) => expect(valueOf(...lines)).toBe(value));

  it.each(['x-a', 'constructor', 'a+b', 'a*b', "!#$%&'*+-.^_`|~09"])('may have the name %s', (name) => {
    const wanted = component(`"${name}"`);
    expect(isSupported(wanted)).toBe(true);
    const message: SignedMessage = { fields: (asked) => (asked === name ? ['value'] : []) };
    expect(componentValue(wanted, message, {})).toBe('value');
    expect(componentValue(wanted, { fields: () => [] }, {})).toBeUndefined();
  });

  it.each(['a\r\n b', 'a\nb', 'a\0', 'é', '\u{141}', '\x7f'])('there is no value of %j', (line) => {
    expect(valueOf(line)).toBeUndefined();
    expect(valueOf('a', line)).toBeUndefined();
  });
});

describe('a target', () => {
  it.each([
    '/path',
    'https://example.com/#fragment',
    'https://user@example.com/',
    'https://example.com/a b',
    'https://example.com/é',
    'https://',
    'example.com/a',
    'https://example.com/a\n',
    ' https://example.com/a',
    '1https://example.com/a',
    '://example.com/a',
    'https://example.com\\@evil.example/',
    '*',
    '',
  ])('is not read from %j', (uri) => expect(readTarget(uri)).toBeUndefined());
});
