import { approovToken } from './tokens.js';

/** mulberry32: the same heads for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The only one that holds. */
export const TOKEN = approovToken();
const PARTS = [
  '/open',
  '/v1',
  '/V1',
  '/Files/7/photo',
  '/x',
  '/..',
  '/.',
  '//',
  '/%2e%2e',
  '/%2f',
  '/%76%31',
  '/;a=b',
  '/a.b',
  '/caf%C3%A9',
  '/a b',
  '/a%',
  '/%00',
  '\\',
  '#x',
  '*',
  '/é',
  '/a%252e',
  '/a%3b',
  '/_~-',
  "/!$&'()*+,=:@",
];
const LINES = [
  `Approov-Token: ${TOKEN}`,
  `Approov-Token: ${TOKEN}`,
  `approov-token: ${TOKEN}`,
  'Approov-Token: junk',
  'Approov-Token:',
  'Approov_Token: x',
  'X-Attest-Device: evil',
  'X_Attest_Device: evil',
  'x.attest.outcome: accepted',
  'X-Attest-Token: a.b.c',
  'X-Forwarded-For: 1.2.3.4',
  'Forwarded: for=1.2.3.4',
  'X-Request-Id: mine',
  'X-Original-URI: /open/x',
  'X-Real-IP: 1.2.3.4',
  'Authorization: Bearer of-the-api',
  'Authorization: Attest v=1',
  'Cookie: a=b',
  'Accept: */*',
  'accept: text/html',
  'X-Odd:   spaced  ',
  'X-Latin: \xe9\xff',
  'Empty:',
  'Connection: close',
  'Connection: keep-alive',
  'Connection: close, X-Attest-Device',
  'Connection: x-custom',
  'X-Custom: 1',
  'Connection: approov-token',
  'TE: trailers',
  'Trailer: X-Attest-Device',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'Expect: 200-ok',
  'Keep-Alive: timeout=5',
  'Proxy-Connection: close',
  '__proto__: x',
  'Host: other',
  ' folded: x',
  'Bad Name: x',
  'X-Nul: a\x00b',
  'Via: 1.1 x',
  'Content-Type: text/plain',
];
const METHODS = [
  'GET',
  'GET',
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'CONNECT',
  'get',
  'FROB',
];

/** A request as it was written. */
export interface Sent {
  readonly bytes: string;
  readonly method: string;
  readonly target: string;
  readonly lines: readonly string[];
  readonly body: string;
}

export function headOf(random: () => number, name: string): Sent {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  // Half of them are ordinary, so that something is accepted.
  const isOrdinary = random() < 0.75;
  const isPlain = random() < 0.75;
  const parts = isPlain ? ['/open', '/v1', '/x', '/a.b', '/caf%C3%A9', '/_~-', '/Files/7/photo'] : PARTS;
  const lines = isOrdinary
    ? LINES.filter((line) =>
        /^(Accept|accept|Cookie|X-Custom|X-Odd|X-Latin|Empty|Content-Type|Connection: (close|keep)|X[-_]Attest|Authorization: Bearer|X-F|X-R)/.test(
          line,
        ),
      )
    : LINES;
  const path = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(parts)).join('');
  const target = `${path}${random() < 0.3 ? pick(['?a=1', '?x=%2f..', '?', '?a="b"']) : ''}`;
  const method = isOrdinary ? pick(METHODS.slice(0, 9)) : pick(METHODS);
  const chosen = Array.from({ length: Math.floor(random() * 6) }, () => pick(lines));
  if (isOrdinary && random() < 0.7) chosen.push(`Approov-Token: ${TOKEN}`);
  const host = isOrdinary
    ? 'Host: api'
    : pick(['Host: api', 'Host: api', 'Host: API.example:80', 'Host: a/b', 'Host:', 'X-Host: api']);
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method) && random() < 0.7;
  const body = hasBody
    ? pick(['hello', '', 'a\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: api\r\n\r\n', '\xe9\x00'])
    : '';
  const framing = !hasBody
    ? []
    : isOrdinary || random() < 0.6
      ? [`Content-Length: ${body.length}`]
      : pick([
          [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'],
          ['Transfer-Encoding: gzip, chunked'],
          [`Content-Length: ${body.length}`, `Content-Length: ${body.length + 1}`],
          ['Transfer-Encoding : chunked'],
          ['Transfer-Encoding: chunked'],
        ]);
  const all = [host, `X-Name: ${name}`, ...chosen, ...framing];
  const version = isOrdinary
    ? 'HTTP/1.1'
    : pick(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2']);
  const end = isOrdinary ? '\r\n' : pick(['\r\n', '\r\n', '\r\n', '\n']);
  return {
    bytes: `${method} ${target} ${version}${end}${all.join(end)}${end}${end}${body}`,
    method,
    target,
    lines: all,
    body,
  };
}
