import expressFive, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import expressFour from 'express4';
import { describe, expect, test, vi } from 'vitest';
import { protect, rawBody } from '../../src/adapters/express.js';
import { asyncGuard, bodyGuard, digestOf, recordingGuard, syncGuard, tokenField } from './support/guards.js';
import { send, serve } from './support/wire.js';

const did: RequestHandler = (req, res) => void res.send(req.attestation?.approov?.deviceId);

describe.each([
  ['5', expressFive],
  ['4', expressFour],
])('Express %s', (_version, express) => {
  describe.each([
    ['at once', syncGuard],
    ['later', asyncGuard],
  ])('with a guard that decides %s', (_name, makeGuard) => {
    test.each(['GET', 'HEAD', 'OPTIONS', 'PUT'])('covers unknown paths with %s', async (method) => {
      const handler = vi.fn(did);
      const app = express().use(protect(makeGuard().guard), handler);
      const answer = await send(await serve(app), { method, target: '/unknown' });
      expect(handler).not.toHaveBeenCalled();
      expect(answer).toMatchObject({ status: 401, body: method === 'HEAD' ? '' : '{}' });
      expect(answer.fields).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' });
    });

    test('goes on once, with the result', async () => {
      const handler = vi.fn(did);
      const app = express().use(protect(makeGuard().guard), handler);
      expect(await send(await serve(app), { fields: [tokenField()] })).toMatchObject({ body: 'device' });
      expect(handler).toHaveBeenCalledTimes(1);
    });

    test('protects one route and leaves the others open', async () => {
      const app = express();
      app.get('/open', did);
      app.get('/bound', protect(makeGuard().guard, { binding: true }), did);
      const port = await serve(app);
      expect((await send(port, { target: '/open' })).status).toBe(200);
      expect((await send(port, { target: '/bound' })).status).toBe(401);
      const authorization = ['Authorization', 'Bearer a'] as const;
      const bound = [tokenField('Bearer a'), authorization];
      expect((await send(port, { target: '/bound', fields: bound })).body).toBe('device');
      expect((await send(port, { target: '/bound', fields: [...bound, authorization] })).status).toBe(401);
    });

    test('hands what the handler throws to the error handlers', async () => {
      const app = express().use(protect(makeGuard().guard), () => {
        throw new Error('mine');
      });
      app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
        res.status(418).send(error.message);
      });
      const answer = await send(await serve(app), { fields: [tokenField()] });
      expect(answer).toMatchObject({ status: 418, body: 'mine' });
    });
  });

  test('a refusal is no error of the application', async () => {
    const onError = vi.fn();
    const app = express().use(protect(syncGuard().guard));
    app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
      onError(error);
      res.end();
    });
    expect((await send(await serve(app))).status).toBe(401);
    expect(onError).not.toHaveBeenCalled();
  });

  test('the target is the one that was sent, in mounted routers and after rewriting', async () => {
    const { guard, seen } = recordingGuard();
    const app = express();
    app.use((req, _res, next) => {
      req.url = req.url.replace('/sent', '/rewritten');
      next();
    });
    const router = express.Router().use(protect(guard), did);
    app.use('/api/rewritten', router);
    await send(await serve(app), { target: '/api/sent/x?y=%20' });
    expect(seen[0]?.target).toBe('/api/sent/x?y=%20');
  });

  test.each([
    [false, '127.0.0.1'],
    [true, '203.0.113.9'],
  ])('with trust proxy %s the address is %s', async (trust, ip) => {
    const { guard, seen } = recordingGuard();
    const app = express().set('trust proxy', trust);
    app.use(protect(guard), (_req, res) => void res.send(seen[0]?.ip));
    const fields = [['X-Forwarded-For', '203.0.113.9']] as const;
    expect((await send(await serve(app), { fields })).body).toBe(ip);
  });

  describe('a body', () => {
    const body = '{ "a": 1 }';
    const fields = [digestOf(body), ['Content-Type', 'application/json']] as const;
    const parsed: RequestHandler = (req, res) => void res.json({ a: (req.body as { a: number }).a });

    test.each([
      ['after', [], [expressFive.json()], 200],
      ['before, with the hook', [expressFive.json({ verify: rawBody })], [], 200],
      ['before, without the hook', [expressFive.json()], [], 503],
    ])('parsed %s the guard: %#', async (_place, before, after, status) => {
      const app = express().use(...before, protect(bodyGuard().guard), ...after, parsed);
      const port = await serve(app);
      const answer = await send(port, { method: 'POST', body, fields });
      expect(answer).toMatchObject({ status, ...(status === 200 && { body: '{"a":1}' }) });
      const other = await send(port, { method: 'POST', body: '{"a":1}', fields });
      expect(other.status).toBe(status === 200 ? 401 : 503);
    });
  });

  test('a wrong option fails at start-up', () => {
    expect(() => protect(syncGuard().guard, { name: 'x', bindin: true } as object)).toThrow('bindin');
  });
});
