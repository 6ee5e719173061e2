import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { gateway } from '../support/gateway.js';
import { approovToken, SECRET } from '../support/tokens.js';

const folder = mkdtempSync(join(tmpdir(), 'attestkit-unix-'));
const path = join(folder, 'api.sock');
const api = createServer((req, res) => res.end(`${req.headers.host} ${req.url}`));
const sockets = new WebSocketServer({ server: api });
sockets.on('connection', (socket, req) => socket.send(String(req.headers['x-attest-outcome'])));
await new Promise<void>((resolve) => api.listen(path, resolve));
afterAll(() => {
  api.close();
  rmSync(folder, { recursive: true });
});

const yaml = (url: string): string => `
traffic: { listen: '127.0.0.1:0' }
upstreams: { api: '${url}' }
evidence: { approov: { secretBase64: '\${S}' } }
default: {}
`;
const { url } = await gateway(yaml(`unix:${path}`), { S: SECRET });
const headers = { 'approov-token': approovToken() };

it('passes requests on to a server behind a unix socket, under the name that the client called', async () => {
  expect(await (await fetch(`${url}/x?y=1`, { headers })).text()).toBe(`${new URL(url).host} /x?y=1`);
  expect((await fetch(`${url}/x`)).status).toBe(401);
});

it('passes WebSockets on to it', async () => {
  const client = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers });
  const first = await new Promise((resolve, reject) =>
    client.once('message', (data: Buffer) => resolve(data.toString())).once('error', reject),
  );
  expect(first).toBe('accepted');
  client.terminate();
});

it('says 502 where there is no such socket', async () => {
  const missing = await gateway(yaml(`unix:${folder}/missing.sock`), { S: SECRET });
  expect((await fetch(`${missing.url}/x`, { headers })).status).toBe(502);
});

it('takes no path of a socket that depends on where it was started', async () => {
  await expect(gateway(yaml('unix:api.sock'), { S: SECRET })).rejects.toThrow(
    /upstreams\.api.* is not a URL/,
  );
});
