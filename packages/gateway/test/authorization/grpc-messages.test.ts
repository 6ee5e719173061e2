import { afterAll, describe, expect, it } from 'vitest';
import { CheckClient, checkRequest, message, type Check } from '../support/check.js';
import { grpcGateway } from '../support/grpc-gateway.js';
import { phoneAt } from '../support/phone.js';

const { url, grpcUrl, events } = await grpcGateway();
const client = new CheckClient(grpcUrl);
afterAll(() => client.close());
const check = (given: Check = {}) => client.check(checkRequest(given));

describe('bodies', () => {
  const phone = phoneAt(url);
  const PARTIAL = 'x-envoy-auth-partial-body';
  async function signed(sent: string | undefined, given: Check): Promise<number> {
    const { method = 'POST' } = given;
    const lines = await phone.signed('/signed/x', { method, ...(sent !== undefined && { body: sent }) });
    const own = lines.map((line) => line.split(': ') as [string, string]);
    const headers = [...own, ...(given.headers ?? [])];
    const answer = await check({ path: '/signed/x', ...given, method, headers });
    return answer.status ?? 200;
  }
  const raw = (text: string, partial = 'false'): Check => ({
    rawBody: Buffer.from(text),
    headers: [[PARTIAL, partial]],
  });

  it('are verified if Envoy hands them over whole, as bytes', async () => {
    expect(await signed('{"a":1}', raw('{"a":1}'))).toBe(200);
    expect(await signed('{"a":1}', raw('{"a":2}'))).toBe(401);
    expect(
      await signed('{"a":1}', {
        ...raw('{"a":1}'),
        headers: [
          [PARTIAL, 'false'],
          ['content-length', '7'],
        ],
      }),
    ).toBe(200);
  });

  it('are not known if they are cut off, are text, or have another length than the request says', async () => {
    expect(await signed('{"a":1}', raw('{"a":1}', 'true'))).toBe(503);
    expect(await signed('{"a":1}', { rawBody: Buffer.from('{"a":1}') })).toBe(503);
    expect(await signed('{"a":1}', { body: '{"a":1}', headers: [[PARTIAL, 'false']] })).toBe(503);
    expect(
      await signed('{"a":1}', {
        ...raw('{"a":1}'),
        headers: [
          [PARTIAL, 'false'],
          ['content-length', '9'],
        ],
      }),
    ).toBe(503);
    expect(await signed('{"a":1}', {})).toBe(503);
  });

  it('of a GET without one are empty, unless its fields say that there is one', async () => {
    expect(await signed(undefined, { method: 'GET' })).toBe(200);
    expect(await signed(undefined, { method: 'GET', headers: [['content-length', '5']] })).toBe(503);
    expect(await signed(undefined, { method: 'GET', headers: [['transfer-encoding', 'chunked']] })).toBe(503);
  });

  it('of 1 MiB are read, and a larger question is refused: it is no failure that Envoy may overlook', async () => {
    expect(await signed('x'.repeat(1_048_576), raw('x'.repeat(1_048_576)))).toBe(200);
    const answer = await check({ path: '/open', rawBody: Buffer.alloc(3_000_000) });
    expect(answer).toMatchObject({ code: 7, status: 413 });
  });

  it('the same question of Envoy is answered again, the same request is not', async () => {
    const lines = await phone.signed('/signed/x', { method: 'GET' });
    const headers = lines.map((line) => line.split(': ') as [string, string]);
    const asked = { path: '/signed/x', headers, id: '1111111111111111111' };
    expect(await check(asked)).toMatchObject({ code: 0 });
    expect(await check({ ...asked, id: '2222222222222222222' })).toMatchObject({ status: 401 });
    expect(await check(asked)).toMatchObject({ code: 0 });
    expect(await check(asked)).toMatchObject({ status: 401 });
    expect(events.flatMap((event) => (event.type === 'question' ? [event.outcome] : [])).slice(-4)).toEqual([
      'accepted',
      'refused',
      'repeated',
      'refused',
    ]);
  });
});

describe('a message that is none is a refusal, and no failure', () => {
  const valid = checkRequest({ path: '/open' });
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['no request', message([1, message([10, message([1, 'a'], [2, 'b'])])])],
    ['a request of no HTTP', message([1, message([4, message([1, message([1, 1])])])])],
    ['attributes twice', Buffer.concat([valid, valid])],
    ['a field cut off', valid.subarray(0, -1)],
    ['more behind it', Buffer.concat([valid, Buffer.from([0])])],
    ['a group', Buffer.concat([valid, Buffer.from([0x13, 0x14])])],
    ['the field 0', Buffer.concat([valid, Buffer.from([0x02, 0x00])])],
    ['a number in more bytes than it has', Buffer.concat([valid, Buffer.from([0x92, 0x00, 0x00])])],
    ['a tag without end', Buffer.concat([valid, Buffer.alloc(11, 0xff)])],
    ['attributes of another type', message([1, 5])],
    ['a method twice', checkRequest({ path: '/open', more: [[2, 'GET']] })],
    ['a path of another type', checkRequest({ path: '/open', more: [[4, 1]] })],
    ['no method', checkRequest({ path: '/open', method: '' })],
    ['no host', checkRequest({ path: '/open', host: '' })],
    ['no path', checkRequest({ path: '' })],
  ])('%s', async (_, bytes) => {
    const answer = await client.check(bytes);
    expect(answer.code).toBe(7);
    expect([400, 405]).toContain(answer.status);
  });

  it('fields that it does not know are ignored', async () => {
    const unknown = message([99, 'x'], [98, 7]);
    const fixed = Buffer.from([0xa9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xad, 0x06, 1, 2, 3, 4]);
    expect(await client.check(Buffer.concat([valid, unknown, fixed]))).toMatchObject({ code: 0 });
  });
});
