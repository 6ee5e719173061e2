import { createServer as createHttp2Server, connect, constants, type ServerHttp2Session } from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { protect } from '../../src/adapters/node/index.js';
import { asyncGuard, syncGuard, tokenField } from './support/guards.js';
import { afterTest, head, open, received, send, serve } from './support/wire.js';

type Listener = (req: IncomingMessage, res: ServerResponse) => unknown;

const mine = new Error('mine');
const warn = vi.spyOn(process, 'emitWarning');
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeEach(() => {
  rejections.length = 0;
  warn.mockReset().mockImplementation(() => undefined);
  process.on('unhandledRejection', onRejection);
});
afterEach(async () => {
  await new Promise((resolve) => void setImmediate(resolve));
  process.off('unhandledRejection', onRejection);
  expect(rejections).toEqual([]);
});

/** The listener fails with this, after it has done something. */
function fail(thrown: unknown): never {
  throw thrown;
}
async function failLater(thrown: unknown): Promise<never> {
  await new Promise((resolve) => void setImmediate(resolve));
  throw thrown;
}

describe.each([
  ['at once', syncGuard],
  ['later', asyncGuard],
])('a guard that decides %s', (_name, makeGuard) => {
  describe.each([
    ['throws', fail],
    ['rejects', failLater],
  ])('a listener that %s', (_how, failing) => {
    const start = (before: Listener = () => undefined): Promise<number> =>
      serve(
        protect(makeGuard().guard, (req, res) => {
          before(req, res);
          return failing(mine);
        }),
      );

    test('is answered with 500, and its error a warning', async () => {
      const answer = await send(await start(), { fields: [tokenField()] });
      expect(answer).toMatchObject({ status: 500, body: '{}' });
      expect(answer.fields).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' });
      expect(warn.mock.calls).toEqual([[mine]]);
    });

    test('leaves nothing of its own answer in the 500', async () => {
      const port = await start((_req, res) => {
        res.statusCode = 201;
        res.setHeader('Content-Length', 5000);
        res.setHeader('Content-Encoding', 'gzip');
        res.setHeader('Cache-Control', 'max-age=60');
      });
      const answer = await send(port, { fields: [tokenField()] });
      expect(answer).toMatchObject({ status: 500, body: '{}' });
      expect(Object.keys(answer.fields).toSorted()).toEqual([
        'connection',
        'content-length',
        'content-type',
        'date',
      ]);
    });

    test('is answered without a body where HEAD was asked', async () => {
      const answer = await send(await start(), { method: 'HEAD', fields: [tokenField()] });
      expect(answer).toMatchObject({ status: 500, body: '' });
    });

    test('is answered on a connection that goes on, whatever the request brought', async () => {
      const socket = await open(await start());
      const answers = received(socket);
      const body = 'z'.repeat(300_000);
      const [name, value] = tokenField();
      socket.write(
        `POST / HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      socket.write(body);
      socket.write(head({ fields: [tokenField()] }));
      expect(await answers).toMatch(/^HTTP\/1.1 500 [^]*\{\}HTTP\/1.1 500 [^]*\{\}$/);
    });

    test('has its answer cut off where it has begun', async () => {
      const answer = await send(await start((_req, res) => void res.write('begun')), {
        fields: [tokenField()],
      });
      expect(answer).toMatchObject({ body: expect.not.stringContaining('0\r\n\r\n') });
      expect(answer.body).not.toContain('{}');
      expect(warn.mock.calls).toEqual([[mine]]);
    });

    test('keeps its answer and its connection where it is complete', async () => {
      const socket = await open(await start((_req, res) => void res.end('whole')));
      const answers = received(socket);
      const [name, value] = tokenField();
      socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\n\r\n`);
      await vi.waitFor(() => expect(warn.mock.calls).toEqual([[mine]]));
      socket.write(head({ fields: [tokenField()] }));
      expect(await answers).toMatch(/^HTTP\/1.1 200 [^]*whole\r?\n?[^]*HTTP\/1.1 200 [^]*whole/);
    });

    test('has its connection closed where not even 500 can be said', async () => {
      const port = await start((_req, res) => void (res.statusMessage = 'not\nallowed'));
      const socket = await open(port);
      const answer = received(socket);
      socket.write(head({ fields: [tokenField()] }));
      expect(await answer).toBe('');
      expect(warn.mock.calls).toEqual([[mine]]);
    });

    test('is no matter where the client has gone', async () => {
      const port = await start((_req, res) => void res.socket?.destroy());
      await send(port, { fields: [tokenField()] });
      await vi.waitFor(() => expect(warn.mock.calls).toEqual([[mine]]));
    });

    describe('over HTTP/2', () => {
      test('is answered with 500, and the session goes on', async () => {
        const get = await http2Client(
          protect(makeGuard().guard, (_req, res) => {
            res.setHeader('Cache-Control', 'max-age=60');
            return failing(mine);
          }),
        );
        for (let times = 0; times < 2; times += 1) {
          const { fields, body, code } = await get();
          expect(fields).toMatchObject({ ':status': 500, 'content-type': 'application/json' });
          expect(fields).not.toHaveProperty('cache-control');
          expect({ body, code }).toEqual({ body: '{}', code: constants.NGHTTP2_NO_ERROR });
        }
        expect(warn.mock.calls).toEqual([[mine], [mine]]);
      });

      test('has its stream reset where its answer has begun, and the session goes on', async () => {
        const get = await http2Client(
          protect(makeGuard().guard, (_req, res) => {
            res.write('begun');
            return failing(mine);
          }),
        );
        for (let times = 0; times < 2; times += 1) {
          expect((await get()).code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
        }
        expect(warn.mock.calls).toEqual([[mine], [mine]]);
      });
    });
  });
});

const unprintable = {
  [Symbol.for('nodejs.util.inspect.custom')]: () => fail(mine),
  toString: () => fail(mine),
};

test.each([
  ['undefined', undefined, 'a listener failed with undefined'],
  ['a string', 'text', "a listener failed with 'text'"],
  ['a symbol', Symbol('s'), 'a listener failed with Symbol(s)'],
  ['an object of its own mind', unprintable, expect.stringContaining('a listener failed with {')],
])('what is thrown may be %s', async (_name, thrown, message) => {
  const port = await serve(protect(syncGuard().guard, () => fail(thrown)));
  expect((await send(port, { fields: [tokenField()] })).status).toBe(500);
  const [warning] = warn.mock.calls[0] ?? [];
  expect(warning).toBeInstanceOf(Error);
  expect(warning).toMatchObject({ message, cause: thrown });
});

/** What one stream after another of a session gets. */
async function http2Client(
  listener: Parameters<typeof createHttp2Server>[1],
): Promise<() => Promise<{ fields: object; body: string; code: number }>> {
  const server = createHttp2Server(listener);
  const sessions: ServerHttp2Session[] = [];
  server.on('session', (session) => sessions.push(session));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  afterTest(() => {
    client.destroy();
    for (const session of sessions) session.destroy();
    server.close();
  });
  const [name, value] = tokenField();
  return () => {
    const stream = client.request({ [name]: value });
    let fields = {};
    let body = '';
    stream.on('response', (given) => (fields = given));
    stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
    stream.on('error', () => undefined);
    return new Promise((resolve) => {
      stream.on('close', () => resolve({ fields, body, code: stream.rstCode ?? -1 }));
    });
  };
}
