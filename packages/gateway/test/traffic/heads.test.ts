import { beforeEach, describe, expect, it } from 'vitest';
import { gateway, raw, upstream } from '../support/gateway.js';
import { approovToken, SECRET } from '../support/tokens.js';

const api = await upstream();
const { url, events } = await gateway(
  `
traffic: { listen: '127.0.0.1:0' }
upstreams: { api: ${api.url} }
evidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }
routes: [{ path: /open/*, open: true }]
default: {}
`,
  { APPROOV_BASE64_SECRET: SECRET },
);

beforeEach(() => void (api.got.length = 0));

const token = `Approov-Token: ${approovToken()}\r\n`;

/** Sends a head, and gives the statuses of all answers. */
async function statuses(bytes: string): Promise<string[]> {
  const text = await raw(url, Buffer.from(bytes, 'latin1'));
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status);
}

describe('a head that two servers may read in two ways is refused', () => {
  const filler = Array.from({ length: 101 }, (_, at) => `A${at}: x\r\n`).join('');
  it.each<[string, string]>([
    ['two Host lines', `GET /open/x HTTP/1.1\r\nHost: api\r\nHost: other\r\n\r\n`],
    ['no Host', `GET /open/x HTTP/1.0\r\n\r\n`],
    ['a Host with a path', `GET /open/x HTTP/1.1\r\nHost: api/x\r\n\r\n`],
    ['a Host with a user', `GET /open/x HTTP/1.1\r\nHost: a@api\r\n\r\n`],
    [
      'an odd Transfer-Encoding',
      `POST /open/x HTTP/1.1\r\nHost: api\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'Transfer-Encoding on HTTP/1.0',
      `POST /open/x HTTP/1.0\r\nHost: api\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'both lengths',
      `POST /open/x HTTP/1.1\r\nHost: api\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', `POST /open/x HTTP/1.1\r\nHost: api\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx`],
    ['101 lines', `GET /open/x HTTP/1.1\r\nHost: api\r\n${filler}\r\n`],
    ['a request of HTTP/2.0', `GET /open/x HTTP/2.0\r\nHost: api\r\n\r\n`],
    [
      'two Authorization lines',
      `GET /open/x HTTP/1.1\r\nHost: api\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n`,
    ],
    ['the absolute form', `GET http://api/open/x HTTP/1.1\r\nHost: api\r\n\r\n`],
    ['the asterisk', `OPTIONS * HTTP/1.1\r\nHost: api\r\n\r\n`],
    ['a fragment', `GET /open/x#/y HTTP/1.1\r\nHost: api\r\n\r\n`],
    ['CONNECT', `CONNECT api:443 HTTP/1.1\r\nHost: api\r\n\r\n`],
    ['TRACE', `TRACE /open/x HTTP/1.1\r\nHost: api\r\n\r\n`],
    [
      'Connection that names a device',
      `GET /open/x HTTP/1.1\r\nHost: api\r\nConnection: close, X-Attest-Device\r\n\r\n`,
    ],
    [
      'Connection that names it folded',
      `GET /open/x HTTP/1.1\r\nHost: api\r\nConnection: x_attest_device\r\n\r\n`,
    ],
    [
      'Connection that names evidence',
      `GET /open/x HTTP/1.1\r\nHost: api\r\nConnection: approov-token\r\n\r\n`,
    ],
    [
      'Connection that names Authorization',
      `GET /open/x HTTP/1.1\r\nHost: api\r\nConnection: authorization\r\n\r\n`,
    ],
    [
      'a body on an upgrade',
      `GET /open/x HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc`,
    ],
    [
      'an upgrade to h2c',
      `GET /open/x HTTP/1.1\r\nHost: api\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
    ],
  ])('%s', async (_, bytes) => {
    const [status, ...more] = await statuses(bytes);
    expect(Number(status)).toBeGreaterThanOrEqual(400);
    expect(Number(status)).toBeLessThan(500);
    expect(more).toEqual([]);
    expect(api.got).toEqual([]);
  });

  it.each([
    '/open/../v1',
    '/open/%2e%2e/v1',
    '/open/..%2fv1',
    '/open%2fx',
    '//open/x',
    '/open//x',
    '/open/x;a=b',
    '/open/..;/v1',
    '/open/%61',
    '/open/a%2',
    '/open/a%zz',
    '/open/a%00',
    '/open/a\\b',
    '/open/x.',
    '/open/x%20',
    '/open/a%25b',
    '/open/"a"',
  ])('the target %s', async (target) => {
    expect(await statuses(`GET ${target} HTTP/1.1\r\nHost: api\r\n${token}\r\n`)).toEqual(['400']);
    expect(api.got).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'fault', status: 400 });
  });
});

it('what follows a refused head on its connection is not read', async () => {
  const bad = 'POST /open/x HTTP/1.1\r\nHost: api\r\nHost: b\r\nContent-Length: 40\r\n\r\n';
  const smuggled = 'GET /open/y HTTP/1.1\r\nHost: api\r\n\r\n';
  expect(await statuses(bad + smuggled.padEnd(40) + smuggled)).toEqual(['400']);
  expect(api.got).toEqual([]);
});

it.each([
  ['X-Attest-Device: evil', 'x-attest-device', 'none'],
  ['X_Attest_Device: evil', 'x_attest_device', undefined],
  ['x.attest.device: evil', 'x.attest.device', undefined],
  ['X-Attest-Token: evil', 'x-attest-token', undefined],
  ['X-Forwarded-User: evil', 'x-forwarded-user', undefined],
  ['X-Forwarded-For: 192.0.2.1', 'x-forwarded-for', '127.0.0.1'],
  ['Forwarded: for=192.0.2.1', 'forwarded', undefined],
  ['X-Request-Id: chosen', 'x-request-id', expect.not.stringMatching('chosen') as unknown],
  ['X-Original-URL: /admin', 'x-original-url', undefined],
  ['__proto__: x', '__proto__', undefined],
  ['TE: trailers', 'te', undefined],
  ['X-HTTP-Method-Override: DELETE', 'x-http-method-override', undefined],
  ['X-Rewrite-URL: /admin', 'x-rewrite-url', undefined],
  ['Proxy: http://evil', 'proxy', undefined],
  ['X+Attest+Device: evil', 'x+attest+device', undefined],
  ['Keep-Alive: timeout=9', 'keep-alive', undefined],
])('%s is not the client’s to say', async (line, name, expected) => {
  expect(await statuses(`GET /open/x HTTP/1.1\r\nHost: api\r\n${line}\r\nConnection: close\r\n\r\n`)).toEqual(
    ['200'],
  );
  const lines = api.got[0]?.raw ?? [];
  const values = lines.filter((_, at) => at % 2 === 1 && lines[at - 1]?.toLowerCase() === name);
  expect(values).toEqual(expected === undefined ? [] : [expected]);
});

it('passes on what is ordinary, byte for byte', async () => {
  const target = '/open/caf%C3%A9/a-b_c~d/!$&()*+,=:@?q=%2F..;&x="<>|{}&y=a%20b';
  const lines = `Accept: a\r\nACCEPT: b\r\nX-Odd:  sp aced \r\nCookie: a=b; c="d"\r\nX-Latin: caf\xe9\r\n`;
  await statuses(
    `PATCH ${target} HTTP/1.1\r\nHost: Api.example:8080\r\n${lines}Content-Length: 5\r\nConnection: close\r\n\r\nhello`,
  );
  const [got] = api.got;
  expect(got).toMatchObject({ method: 'PATCH', target, body: 'hello' });
  const raws = got?.raw ?? [];
  expect(raws.slice(0, 2)).toEqual(['host', 'Api.example:8080']);
  expect(raws.slice(4, 14)).toEqual([
    'Accept',
    'a',
    'ACCEPT',
    'b',
    'X-Odd',
    'sp aced',
    'Cookie',
    'a=b; c="d"',
    'X-Latin',
    'caf\xe9',
  ]);
});

it('drops the trailers of a chunked body, and passes on its bytes', async () => {
  const body = '5\r\nhello\r\n0\r\nX-Attest-Device: evil\r\n\r\n';
  await statuses(
    `POST /open/x HTTP/1.1\r\nHost: api\r\nTransfer-Encoding: chunked\r\nTrailer: X-Attest-Device\r\nConnection: close\r\n\r\n${body}`,
  );
  expect(api.got[0]?.body).toBe('hello');
  expect(api.got[0]?.raw.join()).not.toContain('evil');
});
