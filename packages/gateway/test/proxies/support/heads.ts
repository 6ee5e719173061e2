import { request, type Case, type Parts } from './request.js';

const token = 'Approov-Token: TOKEN';
const chunked = 'Transfer-Encoding: chunked';
const filler = (count: number): string[] => Array.from({ length: count }, (_, at) => `A${at}: a`);
const websocket = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

/** With a token, and lines of its own. */
const lines = (name: string, ...more: readonly string[]): Case => ({
  name,
  bytes: request({ more: [token, ...more] }),
});
const bare = (name: string, ...more: readonly string[]): Case => ({ name, bytes: request({ more }) });
/** With a token, and parts of its own. */
const odd = (name: string, { more = [], ...parts }: Parts): Case => ({
  name,
  bytes: request({ ...parts, more: [token, ...more] }),
});
const post = (name: string, more: readonly string[], body: string): Case =>
  odd(name, { method: 'POST', more, body });

const smuggled = '0\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

/** Requests that say more than one thing, or speak in another's name. */
export const HEADS: readonly Case[] = [
  lines(
    'identity that a client says',
    'X-Attest-Device: "evil"',
    'X-Attest-Outcome: accepted',
    'X-Attest-Token: evil',
  ),
  lines('identity with _', 'X_Attest_Device: "evil"', 'X-Attest_Outcome: evil'),
  lines('identity with .', 'x.attest.device: "evil"'),
  lines('identity with others', ...[..."!#$%&'+^`|~"].map((each) => `X${each}Attest${each}Device: "evil"`)),
  lines(
    'another method',
    'X-HTTP-Method-Override: DELETE',
    'X-HTTP-Method: PUT',
    'X-Method-Override: PUT',
    'Proxy: http://evil',
  ),
  odd('Connection names identity', {
    more: ['Connection: close, X-Attest-Device, X-Attest-Outcome'],
    close: false,
  }),
  odd('Connection names the token', { more: ['Connection: close, Approov-Token'], close: false }),
  odd('two Connection lines', { more: ['Connection: close', 'Connection: X-Attest-Outcome'], close: false }),
  bare('another target of Traefik', 'X-Forwarded-Uri: /open/x', 'X-Forwarded-Method: GET'),
  bare(
    'another target of nginx',
    'X-Original-URI: /open/x',
    'X-Original-Method: GET',
    'X-Original-URL: http://a/open/x',
  ),
  bare('another target with _', 'X_Forwarded_Uri: /open/x', 'X_Original_URI: /open/x'),
  bare('another target with .', 'x.forwarded.uri: /open/x', 'x.original.uri: /open/x'),
  lines('another prefix', 'X-Forwarded-Prefix: /open', 'X-Rewrite-URL: /open/x'),
  lines('another host', 'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example;for=192.0.2.1'),
  lines('another address', 'X-Forwarded-For: 192.0.2.1', 'X-Real-IP: 192.0.2.1'),
  lines('the id of a request', 'X-Request-Id: of-the-client-itself'),
  bare('a health check', 'User-Agent: kube-probe/1.30'),
  lines('two tokens', 'Approov-Token: junk'),
  bare('two tokens, the other way round', 'Approov-Token: junk', token),
  bare('a token with _', 'Approov_Token: TOKEN'),
  lines('two Authorization lines', 'Authorization: Bearer a', 'Authorization: Bearer b'),
  lines('__proto__', '__proto__: x', 'constructor: y'),
  ...[60, 85, 90, 95, 99, 105, 120].map((count) => lines(`${count} lines`, ...filler(count - 4))),
  bare('1100 lines, the token last', ...filler(1100), token),
  lines('15 kB of one line', `A: ${'a'.repeat(15_000)}`),
  lines('NUL in a value', 'X-Odd: a\0b'),
  lines('bytes above ASCII in a value', 'X-Odd: caf\xe9'),
  lines('a folded line', 'X-Odd: a', ' b'),
  lines('a space before the colon', 'X-Odd : a'),
  lines('no name', ': a'),
  lines('two Host lines', 'Host: evil.example'),
  odd('no Host', { host: '' }),
  odd('no Host, HTTP/1.0', { host: '', version: 'HTTP/1.0' }),
  odd('HTTP/1.0', { version: 'HTTP/1.0' }),
  odd('HTTP/1.2', { version: 'HTTP/1.2' }),
  odd('two names in Host', { host: 'Host: admin.example.com,api.example.com' }),
  odd('an empty Host', { host: 'Host:' }),
  odd('a Host with a port', { host: 'Host: api.example.com:8443' }),
  odd('a Host with a dot at the end', { host: 'Host: api.example.com.' }),
  odd('a Host in capitals', { host: 'Host: API.example.com' }),
  odd('a Host with a user', { host: 'Host: evil@api.example.com' }),
  odd('a Host with a path', { host: 'Host: api.example.com/x' }),
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'].map((method) =>
    odd(method, { method, more: ['Content-Length: 0'] }),
  ),
  ...['TRACE', 'CONNECT', 'FROB', 'get', 'PRI'].map((method) => odd(method, { method })),
  odd('CONNECT to a host', { method: 'CONNECT', target: 'evil.example:443' }),
  post('a body', ['Content-Length: 5'], 'hello'),
  post('a body in chunks', [chunked], '5\r\nhello\r\n0\r\n\r\n'),
  {
    name: 'a body without a token',
    bytes: request({ method: 'POST', more: ['Content-Length: 5'], body: 'hello' }),
  },
  {
    name: 'chunks without a token',
    bytes: request({ method: 'POST', more: [chunked], body: '5\r\nhello\r\n0\r\n\r\n' }),
  },
  post('trailers', [chunked, 'Trailer: x-odd'], '5\r\nhello\r\n0\r\nx-odd: a\r\n\r\n'),
  post(
    'identity in trailers',
    [chunked, 'Trailer: x-attest-device'],
    '5\r\nhello\r\n0\r\nx-attest-device: "evil"\r\n\r\n',
  ),
  post('extensions of chunks', [chunked], '5;a=b\r\nhello\r\n0\r\n\r\n'),
  post('two lengths', ['Content-Length: 5', 'Content-Length: 6'], 'hello!'),
  post('a list of lengths', ['Content-Length: 5, 5'], 'hello'),
  post('a length with +', ['Content-Length: +5'], 'hello'),
  post('length and chunks', ['Content-Length: 45', chunked], smuggled),
  post('chunks and length', [chunked, 'Content-Length: 45'], smuggled),
  post('two codings', ['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'),
  post('chunked twice', [chunked, chunked], '0\r\n\r\n'),
  post('identity as a coding', ['Transfer-Encoding: identity', 'Content-Length: 5'], 'hello'),
  odd('chunks on HTTP/1.0', { method: 'POST', version: 'HTTP/1.0', more: [chunked], body: '0\r\n\r\n' }),
  { name: 'ends of lines without CR', bytes: request({ more: [token] }).replaceAll('\r\n', '\n') },
  {
    name: 'a second request behind a GET',
    bytes: `${request({ more: [token], close: false })}${request({ target: '/v1/second' }).replace('CASE', 'X: y')}`,
  },
  odd('a body on a GET', { more: ['Content-Length: 5'], body: 'hello' }),
  post('Expect: 100-continue', ['Expect: 100-continue', 'Content-Length: 5'], 'hello'),
  {
    name: 'Expect: 100-continue without a token',
    bytes: request({ method: 'POST', more: ['Expect: 100-continue', 'Content-Length: 5'], body: 'hello' }),
  },
  lines('another Expect', 'Expect: more'),
  odd('a WebSocket', { more: websocket, close: false }),
  { name: 'a WebSocket without a token', bytes: request({ more: websocket, close: false }) },
  odd('a WebSocket whose Connection names identity', {
    more: ['Connection: Upgrade, X-Attest-Outcome', ...websocket.slice(1)],
    close: false,
  }),
  odd('a WebSocket by POST with a body', {
    method: 'POST',
    more: [...websocket, 'Content-Length: 5'],
    body: 'hello',
    close: false,
  }),
  odd('a WebSocket by GET with a body', {
    more: [...websocket, 'Content-Length: 5'],
    body: 'hello',
    close: false,
  }),
  odd('a WebSocket of another version', {
    more: [...websocket.slice(0, 3), 'Sec-WebSocket-Version: 777'],
    close: false,
  }),
  odd('HTTP/2 in clear text', {
    more: ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
    close: false,
  }),
  odd('another protocol', { more: ['Connection: Upgrade', 'Upgrade: other'], close: false }),
  odd('a WebSocket and another protocol', {
    more: ['Connection: Upgrade', 'Upgrade: websocket, h2c'],
    close: false,
  }),
];
