import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { forge, mintToken } from '../tokens/fixtures.js';

/** The listeners of the gateway that is attacked. */
export interface Attacked {
  readonly traffic: URL;
  readonly authorization: URL;
}

/** What one attacker does, again and again. Rejections are his own loss. */
type Attack = (attacked: Attacked) => Promise<unknown>;

const HOST = 'api.example.com';

/** How many do at once what takes long; of everything else, a few. */
export const AT_ONCE: Readonly<Record<string, number>> = {
  'heads that never end': 150,
  'answers that are not read': 20,
  'bodies that break off': 10,
};

/** By kind: each has something new in every turn, which whoever remembers it would have to keep. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  'tokens that are junk': ({ traffic }) =>
    say(traffic, head(`GET /v1/${random(8)}?${random(8)}`, [`Approov-Token: ${random(90)}`])),
  'tokens with a forged signature': ({ traffic }) =>
    say(traffic, head('GET /v1/x', [`Approov-Token: ${forge(mintToken('HS256'))}`])),
  'sessions of nobody': ({ traffic }) => say(traffic, head('GET /account', [`Authorization: ${session()}`])),
  'proofs of nobody': ({ traffic }) =>
    say(
      traffic,
      head(
        'POST /transfers',
        [
          `Authorization: ${session()}`,
          `X-App-Attest: v=1; key_id=${random(32)}; assertion=${random(200)}`,
          'Content-Length: 2000',
        ],
        random(1500).slice(0, 2000),
      ),
    ),
  'challenges that are not used': ({ traffic }) =>
    say(traffic, head(`GET /device/challenge?device_id=${random(16)}&purpose=attest`)),
  'attestations that are junk': ({ traffic }) => {
    const body = JSON.stringify({
      device_id: random(16),
      challenge: random(64),
      key_id: randomBytes(32).toString('base64'),
      attestation: randomBytes(4000).toString('base64'),
    });
    const lines = ['Content-Type: application/json', `Content-Length: ${body.length}`];
    return say(traffic, head('POST /device/attest', lines, body));
  },
  'names nobody knows': ({ traffic }) =>
    say(
      traffic,
      head(
        `${pick(['GET', 'PUT', 'TRACE', 'M-SEARCH'])} /${random(9)}`,
        [`X-${random(9)}: 1`],
        '',
        random(9),
      ),
    ),
  'heads that two servers read differently': ({ traffic }) =>
    say(
      traffic,
      head(
        pick(['GET //v1/../x', 'GET http://other.example/x', 'GET /v1%2fx', 'CONNECT other:443']),
        pick([
          [`Host: ${random(6)}`],
          ['Content-Length: 3', 'Transfer-Encoding: chunked'],
          ['Connection: close, X-Attest-Device'],
          ['X_Attest_Device: "me"', 'Transfer-Encoding: gzip, chunked'],
        ]),
      ),
    ),
  'heads that are too large': ({ traffic }) =>
    say(
      traffic,
      head(
        'GET /v1/x',
        Array.from({ length: pick([99, 101, 900]) }, () => `X-${random(3)}: ${random(9)}`),
      ),
    ),
  'bytes that are not HTTP': ({ traffic }) => say(traffic, randomBytes(600)),
  'heads that never end': ({ traffic }) => say(traffic, `GET /v1/x HTTP/1.1\r\nHost: ${HOST}\r\nX-`, 4000),
  'bodies that break off': ({ traffic }) =>
    say(traffic, head('POST /open/x', ['Content-Length: 1000000'], random(20_000)), 50),
  'answers that are not read': ({ traffic }) => say(traffic, head('GET /open/large'), 300, false),
  'connections that are left alone': async ({ traffic }) => {
    const socket = connect(Number(traffic.port), traffic.hostname).unref();
    socket.on('error', () => undefined).resume();
    socket.write(head('GET /open/x'));
    await sleep(1000);
  },
  'requests all at once': ({ traffic }) =>
    say(traffic, head(`GET /open/${random(6)}`).repeat(pick([4, 15, 40]))),
  'upgrades that nobody wants': ({ traffic }) =>
    say(
      traffic,
      head('GET /open/x', [
        'Connection: Upgrade',
        `Upgrade: ${pick(['websocket', 'h2c', random(4)])}`,
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ]),
      100,
    ),
  'questions of nobody': ({ authorization }) =>
    say(
      authorization,
      head(`GET /authz/${pick(['forward-auth', 'auth-request', random(5)])}`, [
        'X-Forwarded-Method: GET',
        'X-Original-Method: GET',
        `X-Forwarded-Uri: /v1/${random(9)}`,
        `X-Original-URI: /v1/${random(9)}`,
        `X-Forwarded-Host: ${random(9)}.example.com`,
        'X-Forwarded-Proto: https',
        `X-Forwarded-For: ${[...randomBytes(4)].join('.')}`,
        `X-Request-Id: ${random(24)}`,
        `Approov-Token: ${random(60)}`,
        `X-App-Attest: v=1; key_id=${random(32)}; assertion=${random(200)}`,
      ]),
    ),
};

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

function pick<T>(of: readonly T[]): T {
  return of[Math.floor(Math.random() * of.length)] as T;
}

/** Like one of ours, by its type. */
function session(): string {
  const header = part({ alg: 'HS256', typ: 'attested-session+jwt', kid: random(6) });
  return `Bearer ${header}.${part({ sub: random(9), exp: 4e9 })}.${random(32)}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function head(first: string, lines: readonly string[] = [], body = '', host = HOST): string {
  return [`${first} HTTP/1.1`, `Host: ${host}`, ...lines, '', body].join('\r\n');
}

/**
 * Sends bytes on a connection of its own, and breaks it off after the first bytes of an answer, or the time.
 *
 * @param isReading whether anything is read; else it takes the whole time
 */
function say(url: URL, bytes: string | Buffer, forMs = 1000, isReading = true): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname, () => socket.write(bytes));
    const late = setTimeout(() => socket.resetAndDestroy(), forMs);
    if (isReading) socket.once('data', () => socket.resetAndDestroy());
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(late);
      resolve();
    });
  });
}
