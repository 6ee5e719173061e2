import type { Proxy } from './proxies.js';

/** How a proxy deals with the cases, beyond what holds for all. All lists are of names of cases. */
interface Expected {
  /** Answered by the proxy itself, by a status from 400 on: the gateway is not asked. */
  readonly byItself: readonly string[];
  /** Told and passed on in another spelling than it was sent. */
  readonly respelled: Readonly<Record<string, string>>;
  /** Refused by the gateway's parser, before the question was read: without a body. */
  readonly unread: readonly string[];
  /** Trailers reach the API. */
  readonly trailers: readonly string[];
}

const twice = (names: readonly string[]): readonly string[] => [
  ...names,
  ...names.map((name) => `${name} with a token`),
];

const absolute = {
  'http://api.example.com/v1/x': '/v1/x',
  'http://evil.example/v1/x': '/v1/x',
  'http://api.example.com/open/x': '/open/x',
};

const framing = ['two lengths', 'a length with +', 'two codings', 'chunked twice', 'identity as a coding'];
const always = ['a space before the colon', 'two Host lines', 'CONNECT to a host', ...framing];

export const EXPECTED: Readonly<Record<Proxy['name'], Expected>> = {
  nginx: {
    byItself: [
      ...twice([
        '/open/a%00b',
        '/open/%zz',
        '/open/%2',
        '/open/x y',
        '/open/x\ty',
        '?x',
        'open/x',
        '*',
        '/..',
      ]),
      ...twice(['/../v1/x', '9506 bytes', '17006 bytes', '40006 bytes']),
      ...always,
      'two Authorization lines',
      '1100 lines, the token last',
      '15 kB of one line',
      'NUL in a value',
      'a folded line',
      'no name',
      'no Host',
      'an empty Host',
      'a Host with a path',
      'TRACE',
      'CONNECT',
      'get',
      'a list of lengths',
      'length and chunks',
      'chunks and length',
      'chunks on HTTP/1.0',
    ],
    respelled: absolute,
    unread: [],
    trailers: [],
  },
  caddy: {
    byItself: [
      ...twice(['/open/%zz', '/open/%2', '/open/x y', '/open/x\ty', '?x', 'open/x']),
      ...always.filter((name) => name !== 'CONNECT to a host'),
      'NUL in a value',
      'no Host',
      'a Host with a user',
      'a Host with a path',
      'a list of lengths',
      'another Expect',
    ],
    respelled: {
      ...absolute,
      '/open\\..\\v1\\x': '/open%5C..%5Cv1%5Cx',
      '/v1/x#/open/y': '/v1/x%23/open/y',
      '/open/x#y': '/open/x%23y',
      '/open/caf\xe9': '/open/caf%E9',
      '/open/"<>': '/open/%22%3C%3E',
      '/open/{}|^`': '/open/%7B%7D%7C%5E%60',
      'CONNECT to a host': '/',
    },
    unread: twice(['40006 bytes']),
    trailers: [],
  },
  haproxy: {
    byItself: [
      ...twice([
        '/v1/x#/open/y',
        '/open/x#y',
        '/open/x?y#z',
        '/open/caf\xe9',
        '/open/x y',
        '/open/x\ty',
        '?x',
      ]),
      ...twice(['open/x', '*', ...Object.keys(absolute), '17006 bytes', '40006 bytes']),
      ...always,
      '90 lines',
      '95 lines',
      '99 lines',
      '105 lines',
      '120 lines',
      '1100 lines, the token last',
      'no name',
      'no Host',
      'no Host, HTTP/1.0',
      'two names in Host',
      'CONNECT',
      'PRI',
      'a WebSocket and another protocol',
    ],
    respelled: {},
    unread: ['NUL in a value'],
    trailers: ['trailers', 'identity in trailers'],
  },
};
