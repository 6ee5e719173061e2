import { createServer as createTcp, connect, type AddressInfo, type Server } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { gateway, raw, upstream } from '../support/gateway.js';

/** An upstream that answers with bytes. */
async function answering(bytes: string, endsAfter = false): Promise<{ port: number; server: Server }> {
  const server = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (endsAfter ? socket.end(bytes) : socket.write(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => void server.close());
  return { port: (server.address() as AddressInfo).port, server };
}

async function before(port: number, more = '', connections = 100): Promise<string> {
  const { url } = await gateway(
    `
traffic: { listen: '127.0.0.1:0' }
upstreams: { api: { url: 'http://127.0.0.1:${port}', connections: ${connections} } }
evidence: { approov: { secretBase64: '\${S}' } }
routes: [{ path: /*, open: true${more} }]
default: {}
`,
    { S: (await import('../support/tokens.js')).SECRET },
  );
  return url;
}

it('an upstream that is down is 502', async () => {
  const { port, server } = await answering('');
  await new Promise((resolve) => server.close(resolve));
  expect((await fetch(`${await before(port)}/x`)).status).toBe(502);
});

it('one that is slow is 504', async () => {
  const { port } = await answering('');
  expect((await fetch(`${await before(port, ', timeoutMs: 1200')}/x`)).status).toBe(504);
});

it('one that answers in no HTTP is 502', async () => {
  const { port } = await answering('hello\r\n\r\n');
  expect((await fetch(`${await before(port)}/x`)).status).toBe(502);
});

it('half an answer never looks whole', async () => {
  const { port } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', true);
  await expect(fetch(`${await before(port)}/x`).then((answer) => answer.text())).rejects.toThrow();
});

it('what an upstream says of the connection, or of the device, ends here', async () => {
  const { port } = await answering(
    'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\nX-Attest-Device: lie\r\nx_attest_key: lie\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok',
  );
  const text = await raw(await before(port), 'GET /x HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n');
  expect(text.match(/^set-cookie: [ab]=/gim)).toHaveLength(2);
  expect(text).not.toMatch(/x-secret|attest/i);
});

it('a client that goes away ends the work of the upstream', async () => {
  let isClosed = false;
  const api = await upstream((_, res) => {
    res.write('first');
    res.on('close', () => (isClosed = !res.writableFinished));
  });
  const url = await before(Number(new URL(api.url).port));
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET /x HTTP/1.1\r\nHost: api\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  await expect.poll(() => isClosed).toBe(true);
});

it('sends events as they come', async () => {
  let next: () => void = () => undefined;
  const api = await upstream((_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write('data: 1\n\n');
    next = () => res.end('data: 2\n\n');
  });
  const answer = await fetch(`${await before(Number(new URL(api.url).port))}/events`);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe('data: 1\n\n');
  next();
  expect((await reader?.read())?.value).toBe('data: 2\n\n');
});

it('a large answer waits for a client that reads slowly', async () => {
  const chunk = Buffer.alloc(65_536);
  let written = 0;
  const api = await upstream((_, res) => {
    const more = (): void => {
      while (written < 64 * 1_048_576) {
        written += chunk.length;
        if (!res.write(chunk)) return void res.once('drain', more);
      }
      res.end();
    };
    more();
  });
  const url = await before(Number(new URL(api.url).port));
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET /x HTTP/1.1\r\nHost: api\r\n\r\n');
  socket.pause();
  await new Promise((resolve) => setTimeout(resolve, 500));
  // What fits into the buffers of two connections, and no more.
  expect(written).toBeLessThan(32 * 1_048_576);
  socket.destroy();
});

it('asks to continue only where the body is wanted', async () => {
  const api = await upstream((_, res, body) => res.end(body));
  const url = await before(Number(new URL(api.url).port));
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  socket.write(
    'POST /x HTTP/1.1\r\nHost: api\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n',
  );
  await expect.poll(() => text).toContain('100 Continue');
  socket.write('hello');
  await expect.poll(() => text).toMatch(/200 OK[^]*hello$/);
  expect(api.got[0]?.raw.join().toLowerCase()).not.toContain('expect');
});

it('an answer without content is whole, whatever length it names', async () => {
  const heads = [
    'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 100\r\n\r\n',
    'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok',
  ];
  for (const head of heads) {
    const { port } = await answering(head);
    const answer = await fetch(`${await before(port)}/x`);
    expect(answer.status).toBe(Number(head.slice(9, 12)));
    expect(await answer.text()).toBe('');
  }
});

it('one that is busy with all its connections says so at once', async () => {
  const waiting: (() => void)[] = [];
  const api = await upstream((_, res) => void waiting.push(() => res.end('ok')));
  const url = await before(Number(new URL(api.url).port), '', 2);
  const first = [fetch(`${url}/a`), fetch(`${url}/b`)];
  await expect.poll(() => waiting.length).toBe(2);
  const third = await fetch(`${url}/c`);
  expect(third.status).toBe(503);
  expect(third.headers.get('retry-after')).toBe('5');
  for (const end of waiting) end();
  expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
  expect(
    (await fetch(`${url}/d`, { signal: AbortSignal.timeout(200) }).catch(() => undefined))?.status,
  ).toBeUndefined();
});

it('a client that stops in its body, or reads nothing, is cut off', async () => {
  const api = await upstream((_, res) => {
    for (let at = 0; at < 200; at += 1) res.write(Buffer.alloc(100_000));
  });
  const url = await before(Number(new URL(api.url).port), ', timeoutMs: 100');
  const ended = (bytes: string, isPaused: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', resolve).on('close', resolve);
      socket.write(bytes);
      if (isPaused) socket.pause();
      // A socket that is not read does not tell of its end.
      if (isPaused) setTimeout(() => socket.resume(), 4500);
      else socket.resume();
    });
  await ended('POST /x HTTP/1.1\r\nHost: api\r\nContent-Length: 10\r\n\r\nx', false);
  await ended('GET /x HTTP/1.1\r\nHost: api\r\n\r\n', true);
});

it('a connection has few requests without an answer at once', async () => {
  const api = await upstream(() => undefined);
  const url = await before(Number(new URL(api.url).port));
  const text = await raw(url, 'GET /x HTTP/1.1\r\nHost: api\r\n\r\n'.repeat(1000), 1000);
  expect(text).toBe('');
  expect(api.got.length).toBeLessThanOrEqual(16);
});

it('a handshake behind a request without an answer is not passed on', async () => {
  const api = await upstream((_, res) => void setTimeout(() => res.end('late'), 200));
  const url = await before(Number(new URL(api.url).port));
  const handshake =
    'GET /ws HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  expect(await raw(url, `GET /x HTTP/1.1\r\nHost: api\r\n\r\n${handshake}`, 600)).not.toContain('101');
  expect(api.got.map(({ target }) => target)).not.toContain('/ws');
});

it('an unknown expectation is refused with an event', async () => {
  const api = await upstream();
  const url = await before(Number(new URL(api.url).port));
  expect(await raw(url, 'GET /x HTTP/1.1\r\nHost: api\r\nExpect: magic\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(api.got).toEqual([]);
});
