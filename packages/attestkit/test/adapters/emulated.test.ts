import express, { type Express } from 'express';
import express4 from 'express4';
import Koa from 'koa';
import { createMocks, createResponse } from 'node-mocks-http';
import serverless from 'serverless-http';
import { describe, expect, test, vi } from 'vitest';
import { deviceEndpoints, protect, rawBody } from '../../src/adapters/express.js';
import * as forKoa from '../../src/adapters/koa.js';
import { nodeRequest, sendAnswer, type NodeMessage } from '../../src/adapters/node/index.js';
import { echoing } from './support/echoing.js';
import { bodyGuard, digestOf, syncGuard, tokenField } from './support/guards.js';

interface Reply {
  readonly statusCode: number;
  readonly body: string;
}

type Lambda = (event: object) => Promise<Reply>;

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const forms = {
  /** Of REST APIs, where each field has its last value, and a list of all. */
  '1.0': ({ method = 'GET', path = '/', headers = {}, body = '' }: Sent): object => ({
    version: '1.0',
    httpMethod: method,
    path,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    requestContext: { identity: { sourceIp: '192.0.2.1' } },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }),
  /** Of HTTP APIs and function URLs, where repeated fields are joined by a comma. */
  '2.0': ({ method = 'GET', path = '/', headers = {}, body = '' }: Sent): object => ({
    version: '2.0',
    rawPath: path.split('?')[0],
    rawQueryString: path.split('?')[1] ?? '',
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    requestContext: { http: { method, path, sourceIp: '192.0.2.1' } },
    body,
    isBase64Encoded: false,
  }),
};

const [TOKEN, value] = tokenField();

describe.each([
  ['Express 5', express],
  ['Express 4', express4 as unknown as () => Express],
])('%s behind serverless-http', (_name, create) => {
  describe.each(Object.entries(forms))('with events of the form %s', (_version, eventOf) => {
    const start = (set: (app: Express) => void): ((sent: Sent) => Promise<Reply>) => {
      const app = create();
      set(app);
      const handler = serverless(app) as unknown as Lambda;
      return (sent) => handler(eventOf(sent));
    };

    test('reads fields, and counts those that were joined as malformed', async () => {
      const { guard, codes } = syncGuard();
      const send = start((app) => {
        app.use(protect(guard));
        app.get('/', (req, res) => void res.send(req.attestation?.approov?.deviceId));
      });
      expect(await send({ headers: { [TOKEN]: value } })).toMatchObject({ statusCode: 200, body: 'device' });
      expect(await send({ headers: { [TOKEN.toUpperCase()]: value } })).toMatchObject({ statusCode: 200 });
      expect(await send({})).toMatchObject({ statusCode: 401, body: '{}' });
      expect(await send({ headers: { [TOKEN]: `${value}, ${value}` } })).toMatchObject({ statusCode: 401 });
      expect(codes).toEqual([
        undefined,
        undefined,
        'ERR_APPROOV_TOKEN_MISSING',
        expect.stringMatching(/^ERR_APPROOV_TOKEN_(?!MISSING)/),
      ]);
    });

    test('verifies the bytes of the body, and leaves them to the parser', async () => {
      const { guard, codes } = bodyGuard();
      const send = start((app) => {
        app.use(protect(guard), express.json());
        app.post('/', (req, res) => void res.json(req.body));
      });
      const body = '{ "a": 1 }';
      const headers = Object.fromEntries([digestOf(body), ['Content-Type', 'application/json']]);
      expect(await send({ method: 'POST', headers, body })).toMatchObject({
        statusCode: 200,
        body: '{"a":1}',
      });
      expect((await send({ method: 'POST', headers, body: '{"a":1}' })).statusCode).toBe(401);
      expect(codes).toEqual([undefined, 'DIGEST_MISMATCH']);
    });

    test('answers the endpoints', async () => {
      const send = start((app) => void app.use('/device', deviceEndpoints(echoing().guard)));
      const answer = await send({ method: 'POST', path: '/device/echo', body: 'a body' });
      expect(answer).toMatchObject({ statusCode: 202, body: '"a body"' });
    });
  });
});

test('Koa behind serverless-http: reads fields', async () => {
  const { guard, codes } = syncGuard();
  const app = new Koa();
  app.use(forKoa.protect(guard));
  app.use((ctx) => void (ctx.body = 'reached'));
  const handler = serverless(app) as unknown as Lambda;
  expect(await handler(forms['2.0']({ headers: { [TOKEN]: value } }))).toMatchObject({ body: 'reached' });
  expect(await handler(forms['2.0']({}))).toMatchObject({ statusCode: 401, body: '{}' });
  expect(codes).toEqual([undefined, 'ERR_APPROOV_TOKEN_MISSING']);
});

describe('node-mocks-http', () => {
  const run = (guard: ReturnType<typeof syncGuard>['guard'], headers: Record<string, string | string[]>) => {
    const { req, res } = createMocks({
      method: 'GET',
      url: '/forms',
      headers: headers as Record<string, string>,
    });
    let reached = false;
    protect(guard)(req as unknown as Parameters<ReturnType<typeof protect>>[0], res, () => (reached = true));
    return { status: res.statusCode, reached };
  };

  test('reads fields, and counts lists', () => {
    const { guard, codes } = syncGuard();
    expect(run(guard, { [TOKEN]: value })).toEqual({ status: 200, reached: true });
    expect(run(guard, {})).toEqual({ status: 401, reached: false });
    expect(run(guard, { [TOKEN]: [value, value] })).toEqual({ status: 401, reached: false });
    expect(codes).toEqual([undefined, 'ERR_APPROOV_TOKEN_MISSING', 'ERR_APPROOV_TOKEN_REPEATED']);
  });

  test('a response without its request is written', () => {
    const res = createResponse();
    sendAnswer(res as never, { status: 401, headers: { 'content-type': 'application/json' }, body: '{}' });
    const { _getData: data } = res;
    expect([res.statusCode, data.call(res)]).toEqual([401, '{}']);
  });
});

test('a request without connection and raw lines has what its fields say, and no address', () => {
  const message = { method: 'GET', url: '/', headers: { a: 'one', B: ['two', 'three'], c: undefined, d: 4 } };
  const request = nodeRequest(message as unknown as NodeMessage);
  expect(['a', 'b', 'c', 'd', 'toString'].map((name) => request.fields(name))).toEqual([
    ['one'],
    ['two', 'three'],
    [],
    ['4'],
    [],
  ]);
  expect([request.ip, request.body]).toEqual([undefined, undefined]);
  expect(nodeRequest({ method: 'GET' } as unknown as NodeMessage).fields('a')).toEqual([]);
});

test('where there are raw lines, nothing else is read', () => {
  const message = { rawHeaders: ['Host', 'h'], headers: { host: 'h', 'approov-token': value } };
  expect(nodeRequest(message as unknown as NodeMessage).fields('approov-token')).toEqual([]);
});

test('a platform that has consumed the stream, and left the bytes: rawBody takes them over', async () => {
  const { guard, codes } = bodyGuard();
  const body = '{ "a": 1 }';
  const headers = Object.fromEntries([digestOf(body)].map(([name, of]) => [name.toLowerCase(), of]));
  const app = express();
  app.use((req, res, next) => {
    const left = (req as { readonly rawBody?: Uint8Array }).rawBody;
    if (left !== undefined) rawBody(req, res, left);
    next();
  });
  app.use(protect(guard));
  app.post('/', (_req, res) => void res.send('reached'));
  for (const left of [Buffer.from(body), Buffer.from('{"a":1}'), undefined]) {
    const { req, res } = createMocks({ method: 'POST', url: '/', headers });
    Object.assign(req, { rawBody: left, body: { a: 1 } });
    app(req as never, res as never);
    await vi.waitFor(() => expect(res.writableEnded).toBe(true));
  }
  expect(codes).toEqual([undefined, 'DIGEST_MISMATCH', 'ERR_GUARD_BODY_UNAVAILABLE']);
});
