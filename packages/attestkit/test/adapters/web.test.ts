import { describe, expect, test, vi } from 'vitest';
import { BODY_LIMIT, deviceEndpoints, protect, answerResponse, webRequest } from '../../src/adapters/web.js';
import { echoing } from './support/echoing.js';
import { asyncGuard, bodyGuard, digestOf, recordingGuard, syncGuard, tokenField } from './support/guards.js';
import type { FieldLine } from './support/wire.js';

function request(
  url = 'http://localhost/',
  fields: readonly FieldLine[] = [],
  init: RequestInit = {},
): Request {
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  return new Request(url, { headers, ...init });
}

describe('the translation', () => {
  test.each([
    ['http://localhost', '/'],
    ['http://localhost:8080/a%20b?c=%2F&d', '/a%20b?c=%2F&d'],
    ['https://[::1]/a#fragment', '/a'],
    ['http://localhost/?a=http://other/', '/?a=http://other/'],
    ['http://localhost//double', '//double'],
  ])('the target of %s is %s', (url, target) => {
    expect(webRequest(request(url)).target).toBe(target);
  });

  test('a server that gives the URL without a path means the root', () => {
    expect(webRequest({ url: 'http://localhost' } as Request).target).toBe('/');
  });

  test('a repeated field is one value, joined by a comma', () => {
    const fields: FieldLine[] = [
      ['X-Name', 'one'],
      ['x-name', 'two'],
    ];
    expect(webRequest(request('http://localhost', fields)).fields('x-name')).toEqual(['one, two']);
    expect(webRequest(request()).fields('x-name')).toEqual([]);
  });

  test('bytes over 0x7f are latin-1 code units', () => {
    expect(webRequest(request('http://localhost', [['x-name', 'gr\xfc\xdf']])).fields('x-name')).toEqual([
      'gr\xfc\xdf',
    ]);
  });

  test('the address is unknown', () => {
    expect(webRequest(request()).ip).toBeUndefined();
  });
});

describe('the body', () => {
  const post = (body: NonNullable<RequestInit['body']>): Request =>
    request('http://localhost', [], { method: 'POST', body, duplex: 'half' } as RequestInit);

  test.each([
    ['of a request that has none', () => request(), ''],
    ['that is empty', () => post(''), ''],
    ['of text', () => post('text'), 'text'],
    ['of a stream', () => post(new Blob(['in ', 'parts']).stream()), 'in parts'],
    ['of the greatest length', () => post('z'.repeat(BODY_LIMIT)), 'z'.repeat(BODY_LIMIT)],
  ])('%s is read, and is still there for the handler', async (_name, make, text) => {
    const original = make();
    const translated = webRequest(original);
    const first = await translated.body?.();
    expect(Buffer.from(first as Uint8Array).toString()).toBe(text);
    expect(await translated.body?.()).toBe(first);
    expect(await (await webRequest(original).body?.())?.length).toBe(text.length);
    expect(await original.text()).toBe(text);
    expect(await translated.body?.()).toBe(first);
  });

  test('over the limit rejects, and is still there for the handler', async () => {
    const original = post('z'.repeat(BODY_LIMIT + 1));
    await expect(webRequest(original).body?.()).rejects.toThrow('over 1048576 bytes');
    expect((await original.text()).length).toBe(BODY_LIMIT + 1);
  });

  test('that breaks rejects', async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('broken')) });
    await expect(webRequest(post(broken)).body?.()).rejects.toThrow('broken');
  });

  test('that was used before is absent', async () => {
    const original = post('text');
    await original.text();
    expect(webRequest(original).body).toBeUndefined();
  });

  test('that somebody has read in part is absent', async () => {
    const original = post('text');
    const reader = original.body?.getReader();
    await reader?.read();
    reader?.releaseLock();
    expect(webRequest(original).body).toBeUndefined();
  });

  test('that somebody is reading is absent', () => {
    const original = post('text');
    original.body?.getReader();
    expect(webRequest(original).body).toBeUndefined();
  });
});

describe.each([
  ['at once', syncGuard],
  ['later', asyncGuard],
])('a guard that decides %s', (_name, makeGuard) => {
  test('hands request, attestation and the rest to the handler', async () => {
    const handler = vi.fn(
      (_request: Request, { approov }, more: string) => new Response(approov?.deviceId + more),
    );
    const good = request('http://localhost', [tokenField()]);
    const response = await protect(makeGuard().guard, handler)(good, ' and more');
    expect(await response.text()).toBe('device and more');
    expect(handler.mock.calls[0]?.[0]).toBe(good);
  });

  test.each(['GET', 'HEAD', 'OPTIONS'])('refuses %s without evidence', async (method) => {
    const handler = vi.fn();
    const response = await protect(makeGuard().guard, handler)(request('http://localhost', [], { method }));
    expect(response.status).toBe(401);
    expect([...response.headers]).toEqual([
      ['cache-control', 'no-store'],
      ['content-type', 'application/json'],
      ['www-authenticate', 'Attest realm="attestkit", need="token", header="Approov-Token"'],
    ]);
    expect(await response.text()).toBe('{}');
    expect(handler).not.toHaveBeenCalled();
  });

  test('refuses a repeated token and a repeated bound field', async () => {
    const { guard, codes } = makeGuard();
    const handler = protect(guard, vi.fn(), { binding: true });
    const bound = tokenField('Bearer a');
    const authorization: FieldLine = ['authorization', 'Bearer a'];
    await handler(request('http://localhost', [bound, bound, authorization]));
    await handler(request('http://localhost', [bound, authorization, authorization]));
    expect(codes).toEqual(['ERR_APPROOV_TOKEN_REPEATED', 'ERR_APPROOV_BINDING_MISMATCH']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    ['rejects', () => Promise.reject(new Error('mine'))],
  ])('leaves a handler that %s to the server', async (_how, handler) => {
    const handle = protect(makeGuard().guard, handler);
    await expect(handle(request('http://localhost', [tokenField()]))).rejects.toThrow('mine');
  });
});

test('a body is verified, and left to the handler', async () => {
  const { guard, codes } = bodyGuard();
  const handle = protect(guard, async (original) => new Response(await original.text()));
  const post = (body: string): Promise<Response> =>
    handle(request('http://localhost', [digestOf('good')], { method: 'POST', body }));
  expect(await (await post('good')).text()).toBe('good');
  expect((await post('bad')).status).toBe(401);
  expect(codes).toEqual([undefined, 'DIGEST_MISMATCH']);
});

test('a wrong option fails at start-up', () => {
  expect(() => protect(syncGuard().guard, vi.fn(), { statuses: { missing: 200 } })).toThrow('statuses');
});

test('a refusal becomes a response', async () => {
  const response = answerResponse({ status: 503, headers: { 'retry-after': '5' }, body: '{"a":1}' });
  expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
    503,
    '5',
    '{"a":1}',
  ]);
});

describe('the address', () => {
  interface Info {
    readonly remote: string;
  }

  test('is what the option says of the request, and of what the server hands over', async () => {
    const { guard, seen } = recordingGuard();
    const address = (_request: Request, { remote }: Info): string => remote;
    const handle = protect(guard, (_request, _attestation, _info: Info) => new Response(), { address });
    await handle(new Request('http://h/'), { remote: '203.0.113.9' });
    expect(seen.map(({ ip }) => ip)).toEqual(['203.0.113.9']);
  });

  test.each([undefined, '', null, 7, {}])('is unknown where the option gives %j', async (given) => {
    const { guard, seen } = recordingGuard();
    const address = (): string => given as string;
    await protect(guard, () => new Response(), { address })(new Request('http://h/'));
    expect(seen.map(({ ip }) => ip)).toEqual([undefined]);
  });

  test('an option that throws lets nobody in', async () => {
    const { guard } = recordingGuard();
    const address = (): string => {
      throw new Error('mine');
    };
    const handle = protect(guard, () => new Response(), { address });
    expect((await handle(new Request('http://h/'))).status).toBe(503);
  });

  test('the endpoints take it, and warn at start-up where there is none', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { guard, asked } = echoing();
    const device = deviceEndpoints(guard, { address: (_request, { remote }: Info) => remote });
    const post = new Request('http://h/device/echo', { method: 'POST', body: 'a' });
    await device(post, { remote: '203.0.113.9' });
    expect(asked.map(({ ip }) => ip)).toEqual(['203.0.113.9']);
    expect(warn).not.toHaveBeenCalled();
    deviceEndpoints(guard);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('option address'), { code: 'ATTESTKIT_ADDRESS' }],
    ]);
    warn.mockRestore();
  });

  test('a wrong option fails at start-up', () => {
    const wrong = { address: 'x-forwarded-for' } as unknown as { address: () => string };
    for (const make of [
      () => protect(syncGuard().guard, () => new Response(), wrong),
      () => deviceEndpoints(echoing().guard, wrong),
    ])
      expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable: 'address' }));
  });
});
