import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { raw } from '../support/gateway.js';
import { readAnswer } from '../support/questions.js';
import { approovToken } from '../support/tokens.js';
import { chain, type Chain } from './support/chain.js';
import { PROXIES, versionOf } from './support/proxies.js';

const accepted = 'X-Attest-Outcome: accepted\r\nX-Attest-Evidence: "approov"\r\nX-Attest-Device: "d"\r\n';
const says =
  (text: string) =>
  (socket: Socket): void =>
    void socket.end(text, 'latin1');

/** Whoever listens where the gateway should: all that is no accept of the gateway. */
const FAULTS: Readonly<Record<string, (socket: Socket) => void>> = {
  'closes the connection': (socket) => socket.destroy(),
  'breaks the connection off': (socket) => socket.resetAndDestroy(),
  'ends in the first line': says('HTTP/1.1 200'),
  'ends in the head of a yes': says(`HTTP/1.1 200 OK\r\n${accepted}`),
  'says yes, as another server': says('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  'says yes by a page': says('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>welcome</h1>'),
  'says 204, as another server': says('HTTP/1.1 204 No Content\r\n\r\n'),
  'sends the client elsewhere': says('HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n'),
  'says 103, and no more': says('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'),
  'says 100, then no': says('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n'),
  'says 500': says('HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\noh'),
  'says 404': says('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
  'says no, without a word': says('HTTP/1.1 401 No\r\n\r\n'),
  'says no in 30 kB': says(`HTTP/1.1 401 No\r\nX-Long: ${'a'.repeat(30_000)}\r\nContent-Length: 0\r\n\r\n`),
  'says something in 1 MB': says(
    `HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'a'.repeat(1_000_000)}`,
  ),
  'speaks another protocol': says('SSH-2.0-OpenSSH_9.2\r\n'),
  'speaks nonsense': says('\0\x01\xff\xfe\r\n\r\n\r\n'),
  'says another outcome': says(
    `HTTP/1.1 200 OK\r\n${accepted.replace('accepted', 'denied')}Content-Length: 0\r\n\r\n`,
  ),
  'says a status that is none': says(`HTTP/1.1 2000 OK\r\n${accepted}Content-Length: 0\r\n\r\n`),
  hangs: () => undefined,
};

describe.each(PROXIES)('$name', (proxy) => {
  if (versionOf(proxy) === undefined) return it.skip('is not installed');
  let all: Chain;
  beforeAll(async () => {
    all = await chain(proxy, { default: { upstream: 'api' } });
  });
  afterAll(() => all.close());
  beforeEach(() => {
    all.api.served.length = 0;
    all.questions.asked.length = 0;
    all.questions.stand = undefined;
  });

  /** A request with a genuine token, on a connection of its own. */
  const request = async (): Promise<number> => {
    const head = `GET /v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nApproov-Token: ${approovToken()}\r\n\r\n`;
    const answer = await raw(all.url, head, 15_000);
    return answer === '' ? 0 : readAnswer(answer.replace(/^HTTP\/1\.1 10\d [^]*?\r\n\r\n/, '')).status;
  };

  it.each(Object.entries(FAULTS))('refuses if the gateway %s', async (_, stand) => {
    expect(await request()).toBe(200);
    all.api.served.length = 0;
    all.questions.stand = stand;
    const status = await request();
    expect(all.questions.asked.length).toBeGreaterThan(1);
    expect(all.api.served).toEqual([]);
    expect(status === 0 || status >= 300).toBe(true);
    all.questions.stand = undefined;
    expect(await request()).toBe(200);
  });

  it('refuses if the gateway is dead', async () => {
    await all.questions.close();
    const status = await request();
    expect(all.api.served).toEqual([]);
    expect([502, 503]).toContain(status);
  });
});

const haproxy = PROXIES.find(({ name }) => name === 'haproxy');
describe('haproxy', () => {
  if (haproxy === undefined || versionOf(haproxy) === undefined) return it.skip('is not installed');

  it('refuses if its script itself fails', async () => {
    const start: (typeof haproxy)['start'] = ([site = '', lua = ''], port) =>
      haproxy.start([site, lua.replace('local asked, answer = pcall(ask, txn)', 'error("a mistake")')], port);
    const all = await chain({ ...haproxy, start }, { default: { upstream: 'api' } });
    const head = `GET /v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nApproov-Token: ${approovToken()}\r\n\r\n`;
    expect(readAnswer(await raw(all.url, head, 3000)).status).toBe(503);
    expect(all.api.served).toEqual([]);
    expect(all.log()).toContain('a mistake');
    await all.close();
  });
});
