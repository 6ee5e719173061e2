import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { protect, rawBody } from '../../src/adapters/node/index.js';
import { protect as protectWeb } from '../../src/adapters/web.js';
import type { RouteOptions } from '../../src/guard/internal.js';
import { bodyGuard, digestOf, syncGuard } from './support/guards.js';
import { listening, open, send, serve } from './support/wire.js';

const MIB = 1_048_576;

/** A kind whose own status for what is malformed is another one. */
const OTHERWISE = { statuses: { malformed: 422 } };

describe('the cap on the body of a signed request', () => {
  const status = async (bytes: number, options: RouteOptions, ofGuard: { maxBodyBytes?: number } = {}) => {
    const { guard, codes } = bodyGuard({ ...ofGuard, ...OTHERWISE });
    const port = await serve(protect(guard, (_req, res) => void res.end('ok'), options));
    const body = 'b'.repeat(bytes);
    const headers = Object.fromEntries([digestOf(body)]);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
    return [answer.status, codes[0]];
  };

  test.each([
    ['1 MiB by default', MIB, {}, {}],
    ['the option of the route', 100, { maxBodyBytes: 100 }, {}],
    ['the option of the guard', 100, {}, { maxBodyBytes: 100 }],
    ['the route’s before the guard’s', 2 * MIB, { maxBodyBytes: 2 * MIB }, { maxBodyBytes: 100 }],
  ])('is %s: 413 above', async (_, limit, ofRoute, ofGuard) => {
    expect(await status(limit, ofRoute, ofGuard)).toEqual([200, undefined]);
    expect(await status(limit + 1, ofRoute, ofGuard)).toEqual([413, 'ERR_GUARD_BODY_TOO_LARGE']);
  });

  test('counts bytes that a body parser has kept too', async () => {
    const { guard } = bodyGuard({ maxBodyBytes: 100, ...OTHERWISE });
    for (const [length, expected] of [
      [100, 200],
      [101, 413],
    ] as const) {
      const body = 'b'.repeat(length);
      const port = await serve((req, res) => {
        req.on('data', (bytes: Buffer) => rawBody(req, res, bytes));
        // Without a length that says so beforehand.
        req.on('end', () => protect(guard, (_req, next) => void next.end('ok'))(req, res));
      });
      const sent = { method: 'POST', body, fields: [digestOf(body)] };
      expect((await send(port, sent)).status).toBe(expected);
    }
  });

  test('holds for fetch requests, without a declared length too', async () => {
    const { guard, codes } = bodyGuard({ maxBodyBytes: 100, ...OTHERWISE });
    const handler = protectWeb(guard, () => new Response('ok'));
    const ask = async (length: number, declared: boolean) => {
      const bytes = Buffer.alloc(length, 'b');
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(bytes);
          controller.close();
        },
      });
      const [name, value] = digestOf(bytes.toString());
      const headers = { [name]: `${value}`, ...(declared && { 'content-length': `${length}` }) };
      const init = { method: 'POST', headers, body: stream, duplex: 'half' };
      return (await handler(new Request('http://localhost/', init as RequestInit))).status;
    };
    expect(await Promise.all([ask(100, false), ask(101, false), ask(101, true)])).toEqual([200, 413, 413]);
    expect(codes.filter((code) => code !== undefined)).toEqual([
      'ERR_GUARD_BODY_TOO_LARGE',
      'ERR_GUARD_BODY_TOO_LARGE',
    ]);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity, '100', 2 ** 31])('is no %s', (maxBodyBytes) => {
    const wrong = expect.objectContaining({ name: 'ConfigurationError', variable: 'maxBodyBytes' });
    expect(() => bodyGuard({ maxBodyBytes: maxBodyBytes as number })).toThrow(wrong);
    const { guard } = bodyGuard();
    expect(() => guard.route({ maxBodyBytes: maxBodyBytes as number })).toThrow(wrong);
  });
});

test('a refused client that never stops sending is cut off', async () => {
  let arrived = 0;
  const server = createServer(protect(syncGuard().guard, (_req, res) => void res.end()));
  server.on('connection', (socket: Socket) => socket.on('close', () => (arrived = socket.bytesRead)));
  const client = await open(await listening(server));
  client.on('error', () => undefined).resume();
  client.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `10000\r\n${'a'.repeat(0x1_0000)}\r\n`;
  const closed = new Promise((resolve) => client.on('close', resolve));
  let sent = 0;
  const pump = (): void => {
    // Far above what is read, and far below what a minute lets through.
    while (!client.destroyed && sent < 256 * MIB) {
      sent += chunk.length;
      if (!client.write(chunk)) return void client.once('drain', pump);
    }
  };
  pump();
  await closed;
  expect(sent).toBeLessThan(256 * MIB);
  await expect.poll(() => arrived).toBeGreaterThan(0);
  expect(arrived).toBeLessThan(16 * MIB);
});
