import { connect } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayEvent } from 'attestkit-gateway';
import { describe, expect, it } from 'vitest';
import { gateway } from '../support/gateway.js';
import {
  ask,
  HTTP_CONVENTIONS,
  question,
  questionOf,
  readAnswer,
  type RawAnswer,
} from '../support/questions.js';
import { PHONE_DEVICES, PHONE_ENV } from '../support/phone.js';
import { SECRET } from '../support/tokens.js';

const yaml = (authorization: string) => `
authorization: ${authorization}
evidence: { approov: { secretBase64: '\${APPROOV_SECRET}' } }
routes:
  - { path: /open, open: true }
default: {}
`;
const env = { APPROOV_SECRET: SECRET };
const { authorizationUrl: url, events } = await gateway(
  yaml(`{ listen: '127.0.0.1:0', requestIdsByProxy: true }`),
  env,
);

/** What all conventions read, as a client would forge it to be taken for a request of the open route. */
const FORGED = [
  'X-Original-URI: /open',
  'X-Original-URL: https://api.example.com/open',
  'X-Original-Method: GET',
  'X-Forwarded-Uri: /open',
  'X-Forwarded-Method: GET',
  'X-Forwarded-Host: open.example.com',
  'X-Forwarded-Proto: http',
  'X-Forwarded-For: 127.0.0.1',
  'X-Forwarded-Prefix: /open',
  'X-Rewrite-URL: /open',
  'Forwarded: for=127.0.0.1;host=open.example.com',
  'X-Real-IP: 127.0.0.1',
  'X-Envoy-Original-Path: /open',
  'X-Envoy-Auth-Partial-Body: false',
];

function fieldsOf(lines: readonly string[]): Set<string> {
  return new Set(lines.map((line) => (line.split(':')[0] as string).toLowerCase()));
}

/** The status that is meant: nginx gets 401 for all. */
const meant = ({ status, headers }: RawAnswer) => Number(headers['x-attest-status'] ?? status);
const lastFault = (all: readonly GatewayEvent[] = events) =>
  all.findLast((event) => event.type === 'fault')?.says;

describe.each(HTTP_CONVENTIONS)('%s', (by) => {
  const own = questionOf[by]()[1].filter((line) => !line.startsWith('Host: gateway'));
  const names = own.map((line) => line.split(':')[0] as string);
  // Envoy tells scheme and address only where it is configured to.
  const required = by === 'ext-authz' ? ['Host'] : names;

  it('believes no field of another convention', async () => {
    const foreign = FORGED.filter((line) => !fieldsOf(own).has((line.split(':')[0] as string).toLowerCase()));
    const answer = await question(url, by, { lines: foreign });
    expect(meant(answer)).toBe(401);
    // And the other way: what a client says of an open request does not close it, or change what it is.
    const other = foreign.map((line) => line.replace('/open', '/v1/x'));
    expect((await question(url, by, { target: '/open', lines: other })).status).toBe(200);
  });

  it.each(names)('refuses %s twice, also if it says the same', async (name) => {
    const line = own.find((each) => each.startsWith(`${name}:`)) as string;
    for (const second of [line, `${name}: x`, line.replace(name, name.toUpperCase())]) {
      const answer = await question(url, by, { target: '/open', lines: [second] });
      expect(meant(answer)).toBe(400);
      expect(lastFault()).toBe(`${name} comes twice`);
    }
  });

  it.each(names)('refuses %s without a value', async (name) => {
    const [first, lines] = questionOf[by]({ target: '/open' });
    const answer = await ask(
      url,
      first,
      lines.map((line) => (line.startsWith(`${name}:`) ? `${name}:` : line)),
    );
    expect(meant(answer)).toBe(400);
    expect(lastFault()).toBe(`${name} is empty`);
  });

  it.each(required.filter((name) => name !== 'Host'))('refuses a question without %s', async (name) => {
    const [first, lines] = questionOf[by]({ target: '/open' });
    const answer = await ask(
      url,
      first,
      lines.filter((line) => !line.startsWith(`${name}:`)),
    );
    expect(meant(answer)).toBe(400);
    expect(lastFault()).toBe(`${name} is missing`);
  });

  it.each(names.filter((name) => name.includes('-')))('refuses what folds to %s beside it', async (name) => {
    for (const folded of [
      name.replaceAll('-', '_'),
      name.replace('-', '.'),
      name.toLowerCase().replace('-', '_'),
    ]) {
      const answer = await question(url, by, { target: '/open', lines: [`${folded}: x`] });
      expect(meant(answer)).toBe(400);
      expect(lastFault()).toBe(`a field that may be read as ${name}`);
    }
  });

  it.each([
    '',
    '*',
    'open',
    'http://api.example.com/open',
    '//api.example.com/open',
    '/open#x',
    '/o\\pen',
    '/op en',
  ])('refuses the target %j', async (target) => {
    // In the request line of Envoy's question, Node itself refuses some.
    const answer = await question(url, by, { target });
    expect(meant(answer)).toBe(400);
  });

  it.each(['TRACE', 'get', 'GET, GET', 'FROB', 'GET /open'])('refuses the method %j', async (method) => {
    const answer = await question(url, by, { target: '/open', method });
    expect([400, 405]).toContain(meant(answer));
  });

  it.each([
    'api.example.com, open.example.com',
    'evil@api.example.com',
    'a/b',
    'a b',
    '[::1',
    'a:999999',
    'ä',
  ])('refuses the host %j', async (host) => {
    expect(meant(await question(url, by, { target: '/open', host }))).toBe(400);
  });

  it.each(['junk', 'unknown', '203.0.113.7, _hidden', '203.0.113.7,', '300.1.1.1'])(
    'refuses the address %j',
    async (address) => {
      expect(meant(await question(url, by, { target: '/open', address }))).toBe(400);
      expect(lastFault()).toBe('X-Forwarded-For does not end with an address');
    },
  );

  it.each(['ftp', 'HTTPS', 'https, http'])('refuses the scheme %j', async (scheme) => {
    expect(meant(await question(url, by, { target: '/open', scheme }))).toBe(400);
  });
});

it('a fault says which field, and nothing of what is in it', async () => {
  await question(url, 'forward-auth', { target: '/secret#x', lines: ['X_Forwarded_Uri: /secret'] });
  await question(url, 'forward-auth', { target: '/secret#x' });
  expect(JSON.stringify(events.filter(({ type }) => type === 'fault'))).not.toContain('secret');
  expect(events.findLast(({ type }) => type === 'question')).toMatchObject({ outcome: 'unreadable' });
});

describe('peers that are not trusted', () => {
  it('get 403 and nothing else, on each path, and an event', async () => {
    const strange = await gateway(yaml(`{ listen: '127.0.0.1:0', trustedPeers: [192.0.2.1] }`), env);
    for (const by of HTTP_CONVENTIONS) {
      const answer = await question(strange.authorizationUrl, by, {
        target: '/open',
        lines: ['X-Request-Id: forged-id'],
      });
      expect(answer).toMatchObject({ status: 403, body: '' });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-'))).toEqual([]);
    }
    expect((await ask(strange.authorizationUrl, 'GET /nowhere HTTP/1.1', ['Host: x'])).status).toBe(403);
    const faults = strange.events.filter((event) => event.type === 'fault');
    expect(faults).toHaveLength(4);
    expect(faults[0]).toMatchObject({
      status: 403,
      says: 'a question by an address that authorization.trustedPeers does not list',
    });
    expect(faults.map(({ requestId }) => requestId)).not.toContain('forged-id');
    expect(strange.events.some(({ type }) => type === 'decision' || type === 'question')).toBe(false);
  });

  it('a unix socket has none: who may connect is for its rights to say', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'authz.sock');
    const local = await gateway(yaml(`{ listen: 'unix:${path}', trustedPeers: [192.0.2.1] }`), env);
    expect(local.authorizationUrl).toBe(`unix:${path}`);
    const [first, lines] = questionOf['forward-auth']({ target: '/open' });
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(path);
      let got = '';
      socket.on('data', (chunk) => (got += chunk.toString()));
      socket.on('close', () => resolve(got)).on('error', reject);
      socket.write([first, ...lines, 'Connection: close', '', ''].join('\r\n'));
    });
    expect(readAnswer(text).status).toBe(200);
  });
});

describe('the client’s address', async () => {
  const settings = {
    authorization: { listen: '127.0.0.1:0', trustedPeers: ['loopback', '10.0.0.0/8'] },
    devices: PHONE_DEVICES,
    store: 'memory',
    shutdown: { deadlineMs: 500 },
    default: {},
  };
  const { authorizationUrl, events: seen } = await gateway(JSON.stringify(settings), PHONE_ENV);
  const hashOf = async (address: string) => {
    expect((await question(authorizationUrl, 'forward-auth', { address })).status).toBe(401);
    return seen.findLast((event) => event.type === 'decision')?.address;
  };

  it.each([
    '203.0.113.8, 203.0.113.7',
    '203.0.113.8, 203.0.113.7, 10.0.0.5',
    'junk, 203.0.113.7, 10.0.0.5, 127.0.0.1',
    '203.0.113.7:4711, 10.0.0.5',
    '::ffff:203.0.113.7',
  ])('is the last one that is not a trusted peer’s: %s', async (forwarded) => {
    const direct = await hashOf('203.0.113.7');
    expect(direct).toMatch(/^[\w-]{20,}$/);
    expect(await hashOf('203.0.113.8')).not.toBe(direct);
    expect(await hashOf(forwarded)).toBe(direct);
  });
});
