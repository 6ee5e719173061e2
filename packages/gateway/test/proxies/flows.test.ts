import { connect } from 'node:net';
import { sessionBytes } from 'attestkit/sessions';
import type { VirtualKey } from 'attestkit-testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { raw } from '../support/gateway.js';
import { readAnswer } from '../support/questions.js';
import { approovToken } from '../support/tokens.js';
import { fieldOf, type Served } from './support/api.js';
import { APP_ID, AUDIENCE, apple, chain, type Chain } from './support/chain.js';
import { saidIn } from './support/observe.js';
import { PROXIES, versionOf } from './support/proxies.js';

interface Issued {
  readonly session_token: string;
  readonly refresh_token: string;
}

/** What a body would be for a server that does not know that there is one. */
const SMUGGLED = 'GET /v1/smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

describe.each(PROXIES)('$name', (proxy) => {
  if (versionOf(proxy) === undefined) return it.skip('is not installed');
  let all: Chain;
  beforeAll(async () => {
    all = await chain(proxy, {
      routes: [
        { path: '/open/*', open: true, upstream: 'api' },
        { path: '/v1/new', enforcement: 'report', upstream: 'api' },
        { path: '/balance', methods: ['GET'], signedRequest: true, upstream: 'api' },
        { path: '/other/*', upstream: 'other' },
        { path: '/other/ours', open: true, methods: ['GET'], upstream: 'api' },
        { path: '/v2/*', host: 'other.example', require: ['approov'], upstream: 'other' },
      ],
      default: { upstream: 'api' },
    });
  });
  afterAll(() => all.close());
  beforeEach(() => {
    all.api.served.length = 0;
    all.other.served.length = 0;
    all.questions.asked.length = 0;
  });

  const label = 'a3f1c2d4e5b60718293a4b5c6d7e8f90';
  let key: VirtualKey;
  let issued: Issued;

  const post = async (endpoint: string, body: object): Promise<Issued> => {
    const answer = await fetch(`${all.url}/device/${endpoint}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([endpoint, answer.status]).toEqual([endpoint, 200]);
    return (await answer.json()) as Issued;
  };
  const challenge = async (purpose: string): Promise<string> => {
    const answer = await fetch(`${all.url}/device/challenge?device_id=${label}&purpose=${purpose}`);
    return ((await answer.json()) as { readonly challenge: string }).challenge;
  };
  const bearer = (): Record<string, string> => ({ authorization: `Bearer ${issued.session_token}` });

  it('a phone enrolls through the proxy, which asks nothing about it', async () => {
    key = apple.createIPhone({ appId: APP_ID }).generateKey();
    const made = await challenge('attest');
    const attestation = Buffer.from(key.attest({ challenge: made })).toString('base64');
    issued = await post('attest', { challenge: made, device_id: label, key_id: key.keyId, attestation });
    expect((await fetch(`${all.url}/.well-known/attestkit/jwks.json`)).status).toBe(200);
    expect(all.questions.asked).toEqual([]);
    expect(all.api.served).toEqual([]);
  });

  it('its session opens the API, which gets the device and not the session', async () => {
    const answer = await fetch(`${all.url}/v1/x?y=1`, { headers: bearer() });
    expect([answer.status, await answer.text()]).toEqual([200, 'served']);
    const [served] = all.api.served as [Served];
    expect(fieldOf(served, 'x-attest-evidence')).toEqual(['"session"']);
    expect(fieldOf(served, 'x-attest-device')[0]).toMatch(/^"[\w-]{16,}"$/);
    expect(fieldOf(served, 'authorization')).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('private');
    expect(answer.headers.get('vary')).toContain('approov-token');
    expect(answer.headers.get('x-request-id')).toBe(fieldOf(served, 'x-request-id')[0]);
  });

  it('it refreshes, and asserts', async () => {
    issued = await post('refresh', { refresh_token: issued.refresh_token });
    const made = await challenge('assert');
    const clientData = sessionBytes({ audience: AUDIENCE, deviceId: label, challenge: made });
    const assertion = Buffer.from(key.assert({ clientData })).toString('base64');
    issued = await post('assert', { challenge: made, device_id: label, key_id: key.keyId, assertion });
    expect((await fetch(`${all.url}/v1/x`, { headers: bearer() })).status).toBe(200);
  });

  it('it signs a request without a body, once, and nobody can add one', async () => {
    const signed = (): Record<string, string> => ({
      ...bearer(),
      'x-app-attest': key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/balance' }).xAppAttest,
    });
    const headers = signed();
    expect((await fetch(`${all.url}/balance`, { headers })).status).toBe(200);
    const [served] = all.api.served as [Served];
    expect(fieldOf(served, 'x-attest-evidence')).toEqual(['"session", "signedRequest"']);
    expect([...fieldOf(served, 'authorization'), ...fieldOf(served, 'x-app-attest')]).toEqual([]);
    const again = await fetch(`${all.url}/balance`, { headers });
    expect([again.status, await again.text()]).toEqual([401, '{}']);
    all.api.served.length = 0;
    const stuffed = async (body: string): Promise<number> => {
      const lines = Object.entries(signed()).map(([name, value]) => `${name}: ${value}\r\n`);
      const head = 'GET /balance HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n';
      return readAnswer(await raw(all.url, `${head}${lines.join('')}${body}`, 1500)).status;
    };
    const statuses = [
      await stuffed(`Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`),
      await stuffed(
        `Transfer-Encoding: chunked\r\n\r\n${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
      ),
      await stuffed('Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n0\r\n\r\n'),
    ];
    // nginx leaves the body behind; the others refuse the request.
    expect(statuses).toEqual(proxy.name === 'nginx' ? [200, 200, 200] : [400, 400, 400]);
    expect(all.api.served.map(({ body }) => body)).toEqual(proxy.name === 'nginx' ? ['', '', ''] : []);
    for (const { lines } of all.api.served)
      expect(lines.filter(([name]) => /^(?:content-length|transfer-encoding)$/.test(name))).toEqual([]);
  });

  it('is granted again what a question used up whose answer was lost, and the client is not', async () => {
    const headers = {
      ...bearer(),
      'x-app-attest': key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/balance' }).xAppAttest,
    };
    // On a connection that was used before: what proxies ask again on.
    expect((await fetch(`${all.url}/v1/x`, { headers: bearer() })).status).toBe(200);
    all.questions.asked.length = 0;
    all.api.served.length = 0;
    all.questions.losing = 1;
    const { status } = await fetch(`${all.url}/balance`, { headers });
    all.questions.losing = 0;
    // nginx does not ask again; the others do, and are granted the same once more.
    const asksAgain = proxy.name !== 'nginx';
    expect([status, all.questions.asked.length, all.api.served.length]).toEqual(
      asksAgain ? [200, 2, 1] : [503, 1, 0],
    );
    // The client itself cannot use it again.
    expect((await fetch(`${all.url}/balance`, { headers })).status).toBe(401);
    expect(
      (await fetch(`${all.url}/balance`, { headers: { ...headers, 'x-request-id': requestIdOf(all) } }))
        .status,
    ).toBe(401);
    expect(all.api.served.length).toBe(asksAgain ? 1 : 0);
  });

  it('one session does not sign for another path', async () => {
    const { xAppAttest } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/other' });
    const answer = await fetch(`${all.url}/balance`, {
      headers: { ...bearer(), 'x-app-attest': xAppAttest },
    });
    expect(answer.status).toBe(401);
    expect(all.api.served).toEqual([]);
  });

  it('goes to the upstream of the route that decides', async () => {
    const headers = { 'approov-token': approovToken() };
    const arrived = async (method: string, target: string, host = 'api.example.com'): Promise<string> => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`;
      const { status } = readAnswer(await raw(all.url, `${head}${lines.join('')}\r\n`, 1500));
      const found = [all.api.served.length, all.other.served.length].join('/');
      all.api.served.length = 0;
      all.other.served.length = 0;
      return `${status} ${found}`;
    };
    expect(await arrived('GET', '/v1/x')).toBe('200 1/0');
    expect(await arrived('GET', '/other/x?a=/v1/')).toBe('200 0/1');
    expect(await arrived('GET', '/OTHER/')).toBe('200 0/1');
    expect(await arrived('GET', '/others')).toBe('200 1/0');
    // Open, and yet below a route that is stricter, which decides.
    expect(await arrived('GET', '/other/ours')).toBe('200 0/1');
    expect(await arrived('GET', '/v2/x')).toBe('200 1/0');
    expect(await arrived('GET', '/v2/x', 'Other.Example.:8443')).toBe('200 0/1');
  });

  it('says what was reported and what is open, and that to no cache', async () => {
    const reported = await fetch(`${all.url}/v1/new`, { headers: { 'approov-token': 'junk' } });
    const open = await fetch(`${all.url}/open/x`);
    expect([reported.headers.get('cache-control'), open.headers.get('cache-control')]).toEqual([
      'private',
      null,
    ]);
    expect(all.api.served.map((each) => fieldOf(each, 'x-attest-outcome')[0])).toEqual(['reported', 'open']);
  });

  it('tunnels a WebSocket, and asks about bytes behind one that the API does not take', async () => {
    const head = (target: string, more: string): string =>
      `GET ${target} HTTP/1.1\r\nHost: api.example.com\r\n${more}\r\n`;
    const websocket = head(
      '/v1/socket',
      `Approov-Token: ${approovToken()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n`,
    );
    expect(await switched(all.url, websocket, 'frames')).toMatch(/^HTTP\/1\.1 101 /);
    await expect.poll(() => all.api.tunneled.join('')).toBe('frames');
    all.api.tunneled.length = 0;
    all.api.upgrades = false;
    await raw(all.url, `${websocket}${head('/v1/early', '')}`, 700);
    expect(all.api.served.map(({ target }) => target)).toEqual(['/v1/socket', '/v1/socket']);
    expect(all.api.tunneled).toEqual([]);
    all.api.upgrades = true;
  });

  it('leaves an Authorization of the API’s own, and what the API says to caches', async () => {
    all.api.answer =
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=5\r\nVary: Accept\r\n\r\nok';
    const headers = { 'approov-token': approovToken(), authorization: 'Bearer of-the-api' };
    const answer = await fetch(`${all.url}/v1/x`, { headers });
    expect(fieldOf(all.api.served[0] as Served, 'authorization')).toEqual(['Bearer of-the-api']);
    expect(answer.headers.get('cache-control')).toBe('max-age=5');
    expect(answer.headers.get('vary')).toMatch(/Accept/);
  });
});

/** Sends a request for another protocol, and bytes once it was answered. */
function switched(url: string, request: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', reject);
    socket.once('data', (answer) => socket.end(bytes, () => resolve(answer.toString('latin1'))));
    socket.write(request);
  });
}

/** The id that the proxy gave the last request that it asked about. */
function requestIdOf({ questions }: Chain): string {
  return saidIn(questions.asked.at(-1) ?? '', 'x-request-id') ?? '';
}
