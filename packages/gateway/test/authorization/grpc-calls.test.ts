import { once } from 'node:events';
import { constants, connect, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { afterAll, expect, it } from 'vitest';
import { CheckClient, checkRequest, readCheckAnswer } from '../support/check.js';
import { grpcGateway } from '../support/grpc-gateway.js';

const { grpcUrl } = await grpcGateway();

const sessions: ClientHttp2Session[] = [];
afterAll(() => {
  for (const session of sessions) session.destroy();
});

interface Call {
  readonly status: number;
  readonly grpcStatus: string | undefined;
  readonly data: Buffer;
}

/** One call by HTTP/2 itself. */
function call(
  headers: OutgoingHttpHeaders,
  body: Buffer | undefined,
  at = grpcUrl,
  ends = true,
): Promise<Call> {
  const session = connect(at);
  sessions.push(session);
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/envoy.service.auth.v3.Authorization/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    let [status, grpcStatus] = [0, undefined as string | undefined];
    const chunks: Buffer[] = [];
    stream.on('response', (got) => {
      status = Number(got[':status']);
      grpcStatus = got['grpc-status'] as string | undefined;
    });
    stream.on('trailers', (got) => (grpcStatus = got['grpc-status'] as string | undefined));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('close', () => resolve({ status, grpcStatus, data: Buffer.concat(chunks) }));
    stream.on('error', reject);
    if (ends) stream.end(body);
    else if (body !== undefined) stream.write(body);
  });
}

const frame = (bytes: Buffer, flag = 0, length = bytes.length) => {
  const prefix = Buffer.from([flag, 0, 0, 0, 0]);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, bytes]);
};
const valid = frame(checkRequest({ path: '/open' }));

it('a whole one is answered', async () => {
  const answer = await call({ 'content-type': 'application/grpc+proto' }, valid);
  expect(answer).toMatchObject({ status: 200, grpcStatus: '0' });
  expect(answer.data.readUInt32BE(1)).toBe(answer.data.length - 5);
  expect(readCheckAnswer(answer.data.subarray(5)).code).toBe(0);
});

it.each<[string, Buffer, string]>([
  ['a compressed message', frame(checkRequest(), 1), '12'],
  ['an unknown flag', frame(checkRequest(), 2), '12'],
  ['no message', Buffer.alloc(0), '3'],
  ['a message cut off', valid.subarray(0, -1), '3'],
  ['a head cut off', valid.subarray(0, 3), '3'],
  ['two messages', Buffer.concat([valid, valid]), '3'],
  ['a byte behind it', Buffer.concat([valid, Buffer.from([0])]), '3'],
])('%s: an error, and no answer', async (_, body, grpcStatus) => {
  expect(await call({}, body)).toMatchObject({ status: 200, grpcStatus, data: Buffer.alloc(0) });
});

it('a message that says it is too large is refused before it has come', async () => {
  const answer = await call({}, frame(Buffer.alloc(10), 0, 0xffff_ffff), grpcUrl, true);
  expect(readCheckAnswer(answer.data.subarray(5))).toMatchObject({ code: 7, status: 413 });
});

it.each([
  [{ ':method': 'GET' }, 405],
  [{ 'content-type': 'application/json' }, 415],
  [{ 'content-type': 'application/grpc-web' }, 415],
])('%j is %i', async (headers, status) => {
  expect(await call(headers, ':method' in headers ? undefined : valid)).toMatchObject({
    status,
    grpcStatus: undefined,
  });
});

it('one whose time has passed ends, also if its message does not come', async () => {
  const answer = await call({ 'grpc-timeout': '20m' }, valid.subarray(0, 20), grpcUrl, false);
  expect(answer).toMatchObject({ status: 200, grpcStatus: '4' });
});

it.each(['', '5', 'm', '-1m', '999999999m', '1.5S', '5x'])(
  'a grpc-timeout of %j is none',
  async (timeout) => {
    expect(await call({ 'grpc-timeout': timeout }, valid)).toMatchObject({ grpcStatus: '3' });
  },
);

it('a peer that is not trusted gets 403', async () => {
  const authorization = {
    listen: '127.0.0.1:0',
    grpc: { listen: '127.0.0.1:0' },
    trustedPeers: ['192.0.2.1'],
  };
  const strange = await grpcGateway({ authorization });
  expect(await call({}, valid, strange.grpcUrl)).toMatchObject({ status: 403, data: Buffer.alloc(0) });
  expect(strange.events.filter((event) => event.type === 'fault')).toMatchObject([{ status: 403 }]);
  const other = new CheckClient(strange.grpcUrl);
  await expect(other.check(checkRequest())).rejects.toMatchObject({ code: 7 });
  other.close();
});

it('one connection has no more streams than are allowed', async () => {
  const session = connect(grpcUrl);
  sessions.push(session);
  await new Promise<void>((resolve) => session.once('remoteSettings', () => resolve()));
  expect(session.remoteSettings.maxConcurrentStreams).toBe(128);
});

it('bytes that are no HTTP/2, and streams that are reset, do no harm', async () => {
  const session = connect(grpcUrl);
  sessions.push(session);
  for (let at = 0; at < 50; at += 1) {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/envoy.service.auth.v3.Authorization/Check',
    });
    stream.on('error', () => undefined);
    stream.close(constants.NGHTTP2_CANCEL);
  }
  await fetch(grpcUrl).catch(() => undefined);
  const client = new CheckClient(grpcUrl);
  expect(await client.check(checkRequest({ path: '/open' }))).toMatchObject({ code: 0 });
  client.close();
});

it('connections that wait do not hold up the end, and get no answer after it', async () => {
  const ending = await grpcGateway({ shutdown: { deadlineMs: 600_000 } });
  const client = new CheckClient(ending.grpcUrl);
  expect(await client.check(checkRequest({ path: '/open' }))).toMatchObject({ code: 0 });
  await ending.close();
  await expect(client.check(checkRequest({ path: '/open' }))).rejects.toMatchObject({ code: 14 });
  client.close();
});

it('a call that is under way is answered before the end', async () => {
  const ending = await grpcGateway({ shutdown: { deadlineMs: 600_000 } });
  const session = connect(ending.grpcUrl);
  sessions.push(session);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/envoy.service.auth.v3.Authorization/Check',
    'content-type': 'application/grpc',
  });
  const answer = new Promise<Buffer>((resolve) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks)));
  });
  stream.on('error', () => undefined);
  stream.write(valid.subarray(0, 10));
  // Until then the ping may overtake it, and a stream that comes after the end has begun is refused.
  if (stream.pending) await once(stream, 'ready');
  await new Promise((resolve) => session.ping(resolve));
  const closed = ending.close();
  stream.end(valid.subarray(10));
  expect(readCheckAnswer((await answer).subarray(5)).code).toBe(0);
  await closed;
});
