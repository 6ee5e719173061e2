import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { gateway } from '../support/gateway.js';
import { approovToken, SECRET } from '../support/tokens.js';

const HEADS = Number(process.env['ATTESTKIT_GATEWAY_HEADS'] ?? 5000);
const SEED = Number(process.env['ATTESTKIT_GATEWAY_SEED'] ?? 1);

/** What arrived behind the gateway, byte for byte, by the name that the client gave it. */
const arrived: string[] = [];
const upstream = createServer((socket) => {
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = text.slice(0, end).toLowerCase();
    const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
    const isChunked = /\r\ntransfer-encoding: chunked/.test(head);
    const body = text.slice(end + 4);
    if (isChunked ? !body.endsWith('0\r\n\r\n') : body.length < length) return;
    arrived.push(text);
    text = '';
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
});
await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
afterAll(() => void upstream.close());

const { url } = await gateway(
  `
traffic: { listen: '127.0.0.1:0' }
upstreams: { api: 'http://127.0.0.1:${(upstream.address() as AddressInfo).port}' }
evidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }
routes:
  - { path: /open/*, open: true }
  - { path: /v1/*, accept: [approov] }
  - { path: /Files/*/photo, open: true }
default: {}
`,
  { APPROOV_BASE64_SECRET: SECRET },
);
const port = Number(new URL(url).port);

/** mulberry32: the same heads for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const token = approovToken();
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
  `Approov-Token: ${token}`,
  `Approov-Token: ${token}`,
  `approov-token: ${token}`,
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

interface Sent {
  readonly bytes: string;
  readonly method: string;
  readonly target: string;
  readonly lines: readonly string[];
  readonly body: string;
}

function headOf(random: () => number, name: string): Sent {
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
  if (isOrdinary && random() < 0.7) chosen.push(`Approov-Token: ${token}`);
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

function exchanged(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (/^HTTP\/1\.1 (?!100)[^]*\r\n\r\n/.test(text)) socket.end();
    });
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}

/** The path as a lenient server reads it, by rules that the gateway does not share. */
function lenient(target: string): string {
  let path = target.split(/[?#]/, 1)[0] ?? '';
  for (let turn = 0; turn < 3; turn += 1) {
    try {
      path = decodeURIComponent(path);
    } catch {}
    path = path.replaceAll('\\', '/').replace(/;[^/]*/g, '');
  }
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(segment);
  }
  return `/${kept.join('/')}`.toLowerCase();
}

const SAID_HERE =
  /^(?:host|connection|x-forwarded-(?:for|proto|host)|x-request-id|x-attest-(?:outcome|evidence|device|user|key)|content-length|transfer-encoding)$/;

it(`of ${HEADS} heads, what is judged is what arrives, byte for byte`, { timeout: 3_600_000 }, async () => {
  const random = randomOf(SEED);
  let accepted = 0;
  let open = 0;
  for (let at = 0; at < HEADS; at += 1) {
    const sent = headOf(random, `n${at}`);
    arrived.length = 0;
    const answer = await exchanged(sent.bytes);
    const fail = (why: string): never => {
      throw new Error(
        `seed ${SEED}, head ${at}: ${why}\n${JSON.stringify(sent.bytes)}\n${JSON.stringify(arrived)}\n${JSON.stringify(answer.slice(0, 200))}`,
      );
    };
    if (/^HTTP\/1\.1 5/.test(answer)) fail('the gateway itself fails');
    if (arrived.length > 1) fail('one request became several');
    const [got] = arrived;
    if (got === undefined) continue;
    accepted += 1;
    const split = got.indexOf('\r\n\r\n');
    const [line = '', ...lines] = got.slice(0, split).split('\r\n');
    if (line !== `${sent.method} ${sent.target} HTTP/1.1`) fail('another request line arrived');
    const fields = lines.map(
      (each) =>
        [each.slice(0, each.indexOf(':')).toLowerCase(), each.slice(each.indexOf(':') + 1).trim()] as const,
    );
    const valuesOf = (name: string): string[] =>
      fields.flatMap(([field, value]) => (field === name ? [value] : []));
    for (const name of [
      'x-attest-outcome',
      'x-attest-evidence',
      'x-attest-device',
      'x-attest-user',
      'x-attest-key',
      'host',
      'x-forwarded-for',
    ])
      if (valuesOf(name).length !== 1) fail(`${name} arrived ${valuesOf(name).length} times`);
    if (valuesOf('x-attest-device')[0] !== 'none' || valuesOf('x-forwarded-for')[0] !== '127.0.0.1')
      fail('the client said who it is');
    if (
      fields.some(([name]) =>
        /^approov-token$|[_.]|^forwarded$|^te$|^trailer$|^upgrade$|^expect$|^x-original|^x-real|^via$/.test(
          name,
        ),
      )
    )
      fail('what ends at the gateway arrived');
    const own = sent.lines.map(
      (each) =>
        `${each.slice(0, each.indexOf(':')).toLowerCase()}:${each.slice(each.indexOf(':') + 1).trim()}`,
    );
    for (const [name, value] of fields)
      if (!SAID_HERE.test(name) && !own.includes(`${name}:${value}`)) fail(`nobody sent ${name}: ${value}`);
    const [outcome] = valuesOf('x-attest-outcome');
    const hasToken = sent.lines.some((each) => /^approov-token: /i.test(each) && each.endsWith(token));
    if (outcome === 'open') {
      open += 1;
      const read = lenient(sent.target);
      if (!/^\/open\/|^\/files\/[^/]+\/photo$/.test(read)) fail(`open, and may be served as ${read}`);
    } else if (outcome !== 'accepted' || !hasToken) fail(`${outcome} without a token`);
    if (/transfer-encoding: chunked/i.test(sent.lines.join('\n'))) continue;
    if (got.slice(split + 4) !== sent.body) fail('another body arrived');
  }
  process.stdout.write(`gateway: ${HEADS} heads, seed ${SEED}: ${accepted} accepted, ${open} of them open\n`);
  expect(accepted / HEADS).toBeGreaterThan(0.3);
  expect(open / HEADS).toBeGreaterThan(0.05);
});
