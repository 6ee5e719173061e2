import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { gateway } from '../support/gateway.js';
import { headOf, randomOf, TOKEN } from '../support/random-heads.js';
import { SECRET } from '../support/tokens.js';

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
    if (answer.startsWith('HTTP/1.1 5')) fail('the gateway itself fails');
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
    const hasToken = sent.lines.some((each) => /^approov-token: /i.test(each) && each.endsWith(TOKEN));
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
