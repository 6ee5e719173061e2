import { createServer as createHttp2Server, connect as connectHttp2 } from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BODY_LIMIT, nodeRequest, rawBody, type NodeMessage } from '../../src/adapters/node/index.js';
import { afterTest, head, open, received, send, serve, type Exchange } from './support/wire.js';

type Listener = (req: IncomingMessage) => Promise<unknown>;

/** What `listener` makes of a request. */
async function outcome(exchange: Exchange, listener: Listener): Promise<unknown> {
  const result: { value?: unknown } = {};
  const port = await serve(async (req: IncomingMessage, res: ServerResponse) => {
    try {
      result.value = await listener(req);
    } catch (error) {
      result.value = error;
    }
    res.end();
  });
  await send(port, exchange);
  return result.value;
}

async function bodyText(req: NodeMessage): Promise<string | undefined> {
  const bytes = await nodeRequest(req).body?.();
  return bytes && Buffer.from(bytes).toString();
}

/** What a parser that listens for 'data' and 'end' finds. */
function parserText(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks).toString()));
    stream.on('error', reject);
  });
}

async function iterated(stream: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString();
}

const large = 'x'.repeat(700_000);
const exchanges: [string, Exchange, string][] = [
  ['of known length', { method: 'POST', body: '{"a": 1}' }, '{"a": 1}'],
  ['chunked, in many writes', { method: 'POST', body: ['ab', 'c', 'def'] }, 'abcdef'],
  ['that is empty', { method: 'POST', body: '' }, ''],
  ['chunked and empty', { method: 'POST', body: [] }, ''],
  ['of a GET, which has none', {}, ''],
  ['larger than any buffer', { method: 'POST', body: large }, large],
  ['after 100-continue', { method: 'POST', body: 'waited', fields: [['Expect', '100-continue']] }, 'waited'],
  ['of the greatest length', { method: 'POST', body: 'y'.repeat(BODY_LIMIT) }, 'y'.repeat(BODY_LIMIT)],
];

describe.each(exchanges)('a body %s', (_name, exchange, text) => {
  test('is read, and read again by a parser', async () => {
    const both = await outcome(exchange, async (req) => [await bodyText(req), await parserText(req)]);
    expect(both).toEqual([text, text]);
  });

  test('is read, and read again much later', async () => {
    const both = await outcome(exchange, async (req) => {
      const first = await bodyText(req);
      await new Promise((resolve) => void setTimeout(resolve, 10));
      return [first, await iterated(req)];
    });
    expect(both).toEqual([text, text]);
  });

  test('is read after all of it has arrived', async () => {
    const both = await outcome(exchange, async (req) => {
      await new Promise((resolve) => void setTimeout(resolve, 20));
      return [await bodyText(req), await parserText(req)];
    });
    expect(both).toEqual([text, text]);
  });
});

test('a body is the same however often and by whomever it is asked for', async () => {
  const same = await outcome({ method: 'POST', body: 'twice' }, async (req) => {
    const request = nodeRequest(req);
    const [first, second] = await Promise.all([request.body?.(), request.body?.()]);
    return first === second && first === (await nodeRequest(req).body?.());
  });
  expect(same).toBe(true);
});

describe('HTTP/2', () => {
  const seen: Promise<unknown>[] = [];
  let port = 0;

  beforeEach(async () => {
    const server = createHttp2Server((req, res) => {
      const reading = Promise.resolve(bodyText(req)).then(async (text) => [text, await parserText(req)]);
      seen.push(reading);
      reading.then(
        () => res.end(),
        () => undefined,
      );
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    afterTest(() => void server.close());
  });

  afterEach(() => void seen.splice(0));

  async function request(...parts: string[]): Promise<unknown> {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    afterTest(() => session.destroy());
    const stream = session.request({ ':method': 'POST' });
    for (const part of parts) {
      stream.write(part);
      await new Promise((resolve) => void setTimeout(resolve, 2));
    }
    stream.end();
    await new Promise((resolve) => void stream.resume().on('end', resolve));
    return seen[0];
  }

  test.each([[['whole']], [['in ', 'several ', 'parts']], [[]], [[large]]])('a body %#', async (parts) => {
    expect(await request(...parts)).toEqual([parts.join(''), parts.join('')]);
  });

  test.each([
    ['canceled', 8],
    ['reset without an error', 0],
  ])('a stream that is %s in the middle of the body has no body', async (_name, code) => {
    const socket = await open(port);
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(frame(4, 0, 0));
    // Indexed fields of RFC 7541: POST, http, /, and :authority: x.
    socket.write(frame(1, 4, 1, [0x83, 0x86, 0x84, 0x41, 1, 0x78]));
    socket.write(frame(0, 0, 1, [...Buffer.from('half')]));
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    socket.write(frame(3, 0, 1, [0, 0, 0, code]));
    await expect(seen[0]).rejects.toThrow('connection broke');
  });
});

/** A frame of HTTP/2 (RFC 9113 §4.1). */
function frame(type: number, flags: number, stream: number, payload: number[] = []): Buffer {
  return Buffer.from([
    0,
    payload.length >> 8,
    payload.length & 0xff,
    type,
    flags,
    0,
    0,
    0,
    stream,
    ...payload,
  ]);
}

describe('a body over the limit', () => {
  const over = Array.from({ length: 20 }, () => 'z'.repeat(60_000));

  test('rejects where its length is declared, without reading it', async () => {
    const body = 'z'.repeat(BODY_LIMIT + 1);
    const result = await outcome({ method: 'POST', body }, async (req) => {
      const error = await bodyText(req).catch((thrown: unknown) => thrown);
      return [error, req.readableDidRead];
    });
    expect(result).toEqual([new Error('the body is over 1048576 bytes'), false]);
  });

  test('rejects where it is chunked, each time', async () => {
    const result = await outcome({ method: 'POST', body: over }, async (req) => {
      const first = await bodyText(req).catch(String);
      return [first, await bodyText(req).catch(String)];
    });
    expect(result).toEqual(Array(2).fill('Error: the body is over 1048576 bytes'));
  });

  test('is still whole for a parser, since a report-only guard lets it pass', async () => {
    const text = await outcome({ method: 'POST', body: over }, async (req) => {
      await bodyText(req).catch(() => undefined);
      return parserText(req);
    });
    expect(text).toBe(over.join(''));
  });
});

describe('a connection that breaks', () => {
  test.each([
    ['content-length', 'half'],
    ['chunked', ['ha', 'lf']],
  ])('in the middle of a body, %s, rejects', async (_name, body) => {
    const settled: Promise<unknown>[] = [];
    const port = await serve((req) => void settled.push(bodyText(req)));
    const socket = await open(port);
    const exchange = { method: 'POST', body: typeof body === 'string' ? `${body} and more` : body };
    socket.write(head(exchange));
    socket.write(typeof body === 'string' ? body : '2\r\nha\r\n');
    await vi.waitFor(() => expect(settled).toHaveLength(1));
    socket.destroy();
    await expect(settled[0]).rejects.toThrow('connection broke');
  });

  test('since the server itself gives it up rejects', async () => {
    const error = await outcome({ method: 'POST', body: ['never ', 'ending'] }, async (req) => {
      const body = bodyText(req);
      req.destroy();
      return body.catch(String);
    }).catch(String);
    expect(error).toContain('connection broke');
  });

  test('before the body is asked for rejects', async () => {
    const requests: IncomingMessage[] = [];
    const port = await serve((req) => void requests.push(req));
    const socket = await open(port);
    socket.write(head({ method: 'POST', body: 'never sent' }));
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    socket.destroy();
    await vi.waitFor(() => expect(requests[0]?.destroyed).toBe(true));
    await expect(bodyText(requests[0] as IncomingMessage)).rejects.toThrow('connection broke');
  });
});

describe('a body that somebody else has taken', () => {
  const exchange = { method: 'POST', body: 'gone' };
  test.each<[string, (req: IncomingMessage) => unknown]>([
    ['to its end', (req) => parserText(req)],
    ['in part', (req) => new Promise((resolve) => req.once('readable', () => resolve(req.read(1))))],
    ['and is reading', (req) => void req.on('data', () => undefined)],
    ['and thrown away', (req) => void req.resume()],
    ['as text', (req) => void req.setEncoding('utf8')],
  ])('%s is absent', async (_name, take) => {
    const body = await outcome(exchange, async (req) => {
      await take(req);
      return nodeRequest(req).body;
    });
    expect(body).toBeUndefined();
  });

  test('is absent although it was empty', async () => {
    const body = await outcome({ method: 'POST', body: '' }, async (req) => {
      await iterated(req);
      return nodeRequest(req).body;
    });
    expect(body).toBeUndefined();
  });

  test('is there where the parser kept the bytes', async () => {
    const text = await outcome(exchange, async (req) => {
      rawBody(req, undefined, Buffer.from(await parserText(req)));
      return bodyText(req);
    });
    expect(text).toBe('gone');
  });

  test.each(['gzip', 'GZIP', 'identity, br', ''])(
    'is absent where the parser has decoded it: %s',
    async (coding) => {
      const body = await outcome({ ...exchange, fields: [['Content-Encoding', coding]] }, async (req) => {
        rawBody(req, undefined, Buffer.from(await parserText(req)));
        return nodeRequest(req).body;
      });
      expect(body).toBeUndefined();
    },
  );

  test('is there where the coding is none', async () => {
    const fields = [['Content-Encoding', 'Identity']] as const;
    const text = await outcome({ ...exchange, fields }, async (req) => {
      rawBody(req, undefined, Buffer.from(await parserText(req)));
      return bodyText(req);
    });
    expect(text).toBe('gone');
  });
});

test('a connection goes on after a body that was too large', async () => {
  const port = await serve(async (req, res) => {
    res.end(await bodyText(req).catch(() => 'refused'));
    req.resume();
  });
  const socket = await open(port);
  const answers = received(socket);
  const part = `${(60_000).toString(16)}\r\n${'z'.repeat(60_000)}\r\n`;
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  socket.write(`${part.repeat(60)}0\r\n\r\n`);
  socket.write(`${head({ method: 'POST', body: 'next' }).toString()}next`);
  expect((await answers).split('\r\n\r\n').slice(1)).toEqual([expect.stringContaining('refused'), 'next']);
});
