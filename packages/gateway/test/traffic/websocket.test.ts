import { createServer } from 'node:http';
import { createServer as createTcp, connect, type AddressInfo, type Socket } from 'node:net';
import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { gateway, raw } from '../support/gateway.js';
import { approovToken, SECRET } from '../support/tokens.js';

const api = createServer();
const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'chat' });
api.on('upgrade', (req, socket, head) => {
  if (req.url === '/ws')
    return sockets.handleUpgrade(req, socket, head, (client) => void sockets.emit('connection', client, req));
  socket.end('HTTP/1.1 418 No\r\nX-Attest-Device: lie\r\nContent-Length: 14\r\n\r\nno socket here');
});
const seen: (readonly string[])[] = [];
sockets.on('connection', (socket, req) => {
  seen.push(req.rawHeaders);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
/** Agrees to everything, with what the test says. */
let lie = '';
const got: string[] = [];
const liar = createTcp((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    got.push(chunk.toString('latin1'));
    socket.write(lie);
  });
});
await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
afterAll(() => void (api.close(), liar.close(), sockets.close()));
const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

const { url } = await gateway(
  `
traffic: { listen: '127.0.0.1:0' }
upstreams:
  api: http://127.0.0.1:${portOf(api)}
  liar: http://127.0.0.1:${portOf(liar)}
evidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }
routes: [{ path: /liar, upstream: liar }]
default: { upstream: api }
`,
  { APPROOV_BASE64_SECRET: SECRET },
);
const ws = url.replace('http', 'ws');
const headers = { 'approov-token': approovToken() };

it('joins a WebSocket with genuine evidence, both ways', async () => {
  const client = new WebSocket(`${ws}/ws`, ['chat'], {
    headers: { ...headers, 'X-Attest-Device': 'forged' },
  });
  await new Promise((resolve, reject) => client.once('open', resolve).once('error', reject));
  expect(client.protocol).toBe('chat');
  const large = Buffer.alloc(300_000, 1);
  const echo = new Promise<Buffer>((resolve) => client.once('message', (data) => resolve(data as Buffer)));
  client.send(large);
  expect((await echo).equals(large)).toBe(true);
  client.close();
  await new Promise((resolve) => client.once('close', resolve));
  const lines = seen[0] ?? [];
  const names = lines.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  expect(names).not.toContain('approov-token');
  expect(names.filter((name) => name === 'x-attest-device')).toHaveLength(1);
  expect(lines.join()).not.toContain('forged');
});

it('refuses one without evidence by the same answer as a request', async () => {
  const client = new WebSocket(`${ws}/ws`);
  const refused = await new Promise<{ statusCode?: number | undefined }>((resolve) =>
    client.once('unexpected-response', (_, response) => resolve(response)).once('error', () => undefined),
  );
  expect(refused.statusCode).toBe(401);
  expect(seen).toHaveLength(1);
});

it('passes on the answer of an upstream that does not agree', async () => {
  const text = await raw(url, upgrade('/elsewhere'));
  expect(text).toMatch(/^HTTP\/1\.1 418 [^]*no socket here$/);
  expect(text.toLowerCase()).not.toContain('x-attest-device');
});

function upgrade(path: string, more = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\nApproov-Token: ${approovToken()}\r\n${more}\r\n`;
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

it.each([
  [
    'without a key to it',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ],
  [
    'to another protocol',
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`,
  ],
])('an agreement %s is not one', async (_, says) => {
  lie = says;
  expect(await raw(url, upgrade('/liar'))).toMatch(/^HTTP\/1\.1 502 /);
});

it('holds what the client sends before the upstream has agreed', async () => {
  got.length = 0;
  lie = '';
  const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`${upgrade('/liar')}GET /smuggled HTTP/1.1\r\nHost: api\r\n\r\n`);
  await expect.poll(() => got.length).toBeGreaterThan(0);
  expect(got.join('')).not.toContain('smuggled');
  socket.destroy();
});
