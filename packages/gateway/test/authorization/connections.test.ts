import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { gateway, raw } from '../support/gateway.js';
import { questionOf, readAnswer } from '../support/questions.js';
import { SECRET } from '../support/tokens.js';

const { authorizationUrl: url } = await gateway(
  `
authorization: { listen: '127.0.0.1:0' }
evidence: { approov: { secretBase64: '\${APPROOV_SECRET}' } }
routes:
  - { path: /open, open: true }
default: {}
`,
  { APPROOV_SECRET: SECRET },
);

const bytesOf = ([first, lines]: readonly [string, readonly string[]], ...more: string[]) =>
  [first, ...lines, ...more, '', ''].join('\r\n');

/** The answers on one connection, each to a question that is sent after the answer before it. */
async function inTurn(questions: readonly string[]): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const answers: string[] = [];
  for (const each of questions) {
    const got = new Promise<string>((resolve, reject) => {
      socket.once('data', (chunk) => resolve(chunk.toString()));
      socket.once('close', () => reject(new Error('closed')));
    });
    socket.write(each);
    answers.push(await got);
  }
  socket.destroy();
  return answers;
}

const upgradeTo = (protocol: string) => [
  `Upgrade: ${protocol}`,
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==',
];

it.each(['forward-auth', 'auth-request'] as const)(
  '%s: a question that arrives as an upgrade to a WebSocket is answered, and never by 101',
  async (by) => {
    const no = readAnswer(await raw(url, bytesOf(questionOf[by](), ...upgradeTo('websocket'))));
    expect(no.status).toBe(401);
    const asked = bytesOf(questionOf[by]({ target: '/open' }), ...upgradeTo('WebSocket'));
    const yes = readAnswer(await raw(url, asked));
    expect(yes).toMatchObject({ status: 200, body: '' });
    expect(yes.headers).not.toHaveProperty('upgrade');
  },
);

it.each(['h2c', 'websocket, h2c', 'TLS/1.2'])(
  'an upgrade to %s is refused, whatever the route',
  async (protocol) => {
    const asked = bytesOf(questionOf['forward-auth']({ target: '/open' }), ...upgradeTo(protocol));
    expect(readAnswer(await raw(url, asked))).toMatchObject({ status: 400, body: '{}' });
  },
);

it('the connection goes on after each answer, also to an upgrade and to a refusal', async () => {
  const open = questionOf['forward-auth']({ target: '/open' });
  const upgrade = ['Upgrade: websocket', 'Connection: Upgrade'];
  const answers = await inTurn([
    bytesOf(open),
    bytesOf(questionOf['forward-auth']()),
    bytesOf(open, ...upgrade),
    bytesOf(questionOf['auth-request']()),
    bytesOf(questionOf['forward-auth']({ target: '/a/../b' })),
    bytesOf(open),
  ]);
  expect(answers.map((text) => readAnswer(text).status)).toEqual([200, 401, 200, 401, 400, 200]);
  for (const text of answers) expect(text).toMatch(/\r\nKeep-Alive: timeout=1[23][0-9]\r\n/i);
});

it.each(['100-continue', 'something-else'])('Expect: %s has no answer of its own', async (expected) => {
  const text = await raw(
    url,
    bytesOf(questionOf['forward-auth'](), `Expect: ${expected}`, 'Connection: close'),
  );
  expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 401']);
});

it('nginx asks by HTTP/1.0 if it is not told otherwise', async () => {
  const [first, lines] = questionOf['auth-request']({ target: '/open' });
  const text = await raw(url, bytesOf([first.replace('1.1', '1.0'), lines]));
  expect(readAnswer(text)).toMatchObject({
    status: 200,
    headers: { 'content-length': '0', connection: 'close' },
  });
});

it('a head above the limit, and one that is none, are refused', async () => {
  const long = Array.from({ length: 5 }, (_, at) => `X-Filler-${at}: ${'y'.repeat(8000)}`);
  expect(await raw(url, bytesOf(questionOf['forward-auth']({ target: '/open' }), ...long))).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(await raw(url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
});

it('a field that comes after a thousand others is not lost', async () => {
  const fillers = Array.from({ length: 1100 }, (_, at) => `A${at}:`);
  const [first, lines] = questionOf['forward-auth']({ target: '/open' });
  const text = await raw(url, bytesOf([first, [...fillers, ...lines]], 'Connection: close'));
  expect(readAnswer(text).status).toBe(431);
});
