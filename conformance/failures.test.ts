import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInNewContext } from 'node:vm';
import type { Appraisal, Evidence, GuardOptions } from 'attestkit';
import { approov } from 'attestkit/approov';
import { remoteJwks } from 'attestkit/jwks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { double, unavailable } from './devices/doubles.js';
import { recordedGuard } from './servers/recorded-guard.js';
import type { RouteSpec } from './servers/server-spec.js';
import { helloServer } from './servers/servers.js';
import { expectRefusal, expectReply, REFUSED, serveEach } from './servers/serving.js';
import { http2 } from './targets/http2.js';
import { targets } from './targets/index.js';
import { node } from './targets/node.js';
import { approovToken, asymmetricToken, token } from './devices/tokens.js';
import { fieldOf, ownFields, type FieldLine, type WireResponse } from './wire/message.js';

const doubled: readonly FieldLine[] = [['X-Double', 'value']];
const good = [approovToken(token())];

/** Ways in which a kind of evidence can break, none of which may open a route. */
const broken: Readonly<Record<string, Evidence>> = {
  'verify throws a TypeError': double(() => {
    throw new TypeError('a bug');
  }),
  'verify throws nothing': double(() => {
    throw undefined;
  }),
  'verify throws a string': double(() => {
    throw 'text';
  }),
  'verify rejects with a TypeError': double(() => Promise.reject(new TypeError('a bug'))),
  'verify rejects with nothing': double(() => Promise.reject(undefined)),
  'verify is slow, then rejects': double(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    throw new TypeError('a bug');
  }),
  'verify returns nothing': double(() => undefined as unknown as Appraisal<unknown>),
  'verify resolves to nothing': double(() => Promise.resolve(undefined as unknown as Appraisal<unknown>)),
  'verify rejects with a promise of another realm': double(
    () => runInNewContext("Promise.reject(new TypeError('a bug'))") as Promise<never>,
  ),
  'verify returns no result': double(() => ({}) as never),
  'find throws': double(() => ({ result: {} }), {
    find: () => {
      throw new TypeError('a bug');
    },
  }),
  'find returns nothing': double(() => ({ result: {} }), { find: () => undefined as never }),
  'find is absent for no reason': double(() => ({ result: {} }), {
    find: () => ({ present: false }) as never,
  }),
};

let rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
beforeAll(() => void process.on('unhandledRejection', onRejection));
afterAll(() => void process.off('unhandledRejection', onRejection));
const warn = vi.spyOn(process, 'emitWarning');
beforeEach(() => {
  rejections = [];
  warn.mockReset().mockImplementation(() => undefined);
});

/** Lets rejections that nobody handles come to light. */
async function expectNoRejection(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  expect(rejections).toEqual([]);
}

describe.each(targets)('$name', (target) => {
  const serve = serveEach();

  /** Where there is no framework to answer and report, the adapter does. */
  const expectFailure = (response: WireResponse): void => {
    expect(response.status).toBe(500);
    if (target !== node && target !== http2) return;
    expect(ownFields(response)).toEqual({ 'content-type': 'application/json' });
    expect(response.body).toBe('{}');
    expect(warn).toHaveBeenLastCalledWith(new Error('a bug in the handler'));
  };

  describe.each(['all routes', 'one route'])('on %s', (place) => {
    const start = (options: Partial<GuardOptions>, handle: RouteSpec['handle']) => {
      const recorded = recordedGuard(options);
      const route: RouteSpec = { method: 'GET', path: '/', handle };
      const { guard } = recorded;
      const spec =
        place === 'all routes'
          ? { guard, all: {}, routes: [route] }
          : { guard, routes: [{ ...route, protect: {} }] };
      return serve(target, spec).then((running) => ({ ...recorded, ...running }));
    };

    it.each(Object.keys(broken))('fails closed: %s', async (name) => {
      let reached = false;
      const { send, events } = await start({ evidence: [broken[name] as Evidence] }, () => {
        reached = true;
        return { json: {} };
      });
      const response = await send({ target: '/', headers: doubled });
      expect({ status: response.status, body: response.body, reached }).toEqual({
        status: 503,
        body: '{}',
        reached: false,
      });
      expect(ownFields(response)).toEqual({ ...REFUSED, 'retry-after': '5' });
      expect(events.map(({ refused }) => refused?.code)).toEqual(['ERR_GUARD_INTERNAL']);
      await expectNoRejection();
    });

    it('answers 503 while a store cannot be reached', async () => {
      const kind = double(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw unavailable(7);
      });
      const { send } = await start({ evidence: [kind] }, () => ({ json: {} }));
      const response = await send({ target: '/', headers: doubled });
      expect(response).toMatchObject({ status: 503, body: '{}' });
      expect(ownFields(response)).toEqual({ ...REFUSED, 'retry-after': '7' });
    });

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('the log is full');
        },
      ],
      ['rejects', () => Promise.reject(new Error('the log is full'))],
    ])('decides the same where onEvent %s', async (_name, onEvent) => {
      const listener = onEvent as () => void;
      const { send } = await start({ onEvent: listener }, () => ({ json: 'reached' }));
      expectRefusal(await send({ target: '/' }));
      expectReply(await send({ target: '/', headers: good }), 'reached');
      await expectNoRejection();
    });

    it.each<[string, RouteSpec['handle']]>([
      [
        'throws',
        () => {
          throw new Error('a bug in the handler');
        },
      ],
      ['rejects', () => Promise.reject(new Error('a bug in the handler'))],
    ])('leaves it to the framework where the handler %s', async (_name, fail) => {
      let failing = true;
      const { send, events } = await start({}, (seen) => (failing ? fail(seen) : { json: 'mended' }));
      const response = await send({ target: '/', headers: good });
      expectFailure(response);
      failing = false;
      expectReply(await send({ target: '/', headers: good }), 'mended');
      expect(events.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
      await expectNoRejection();
    });

    it('leaves it to the framework where the handler throws after evidence that took time', async () => {
      const kind = double(() => Promise.resolve({ result: {} }));
      const { send } = await start({ evidence: [kind] }, () => {
        throw new Error('a bug in the handler');
      });
      expectFailure(await send({ target: '/', headers: doubled }));
      expectFailure(await send({ target: '/', headers: doubled }));
      await expectNoRejection();
    });
  });

  it('answers 503 where the key set cannot be reached', async () => {
    const keys = remoteJwks(`http://127.0.0.1:${await closedPort()}/jwks`, { algorithm: 'ES256' });
    const recorded = recordedGuard({ evidence: [approov({ keys })] });
    const { send } = await serve(target, helloServer(recorded.guard, {}));
    const response = await send({ target: '/', headers: [approovToken(asymmetricToken())] });
    expect(response).toMatchObject({ status: 503, body: '{}' });
    expect(Number(fieldOf(response, 'retry-after'))).toBeGreaterThan(0);
    expectRefusal(await send({ target: '/' }));
    expectRefusal(await send({ target: '/', headers: good }));
    expect(recorded.events.map(({ refused }) => refused?.code)).toEqual([
      'ERR_JWKS_UNAVAILABLE',
      'ERR_APPROOV_TOKEN_MISSING',
      'ERR_APPROOV_TOKEN_ALGORITHM_MISMATCH',
    ]);
  });

  if (target.http === 1)
    it('never sees header fields that HTTP does not allow', async () => {
      const { guard, events } = recordedGuard();
      const { send } = await serve(target, helloServer(guard, {}));
      // A proxy may take a line that ends without CR, and finds that an answer of 400 to its question is none.
      const [odd, statuses] = target.isBefore
        ? [
            ['\0', '\x01', '\x7f'],
            [400, 503],
          ]
        : [['\0', '\x01', '\x7f', '\n'], [400]];
      for (const character of odd) {
        const response = await send({ target: '/', headers: [approovToken(`${token()}${character}`)] });
        expect(statuses).toContain(response.status);
      }
      const long = await send({ target: '/', headers: [['X-Long', 'x'.repeat(1_000_000)]] });
      expect(target.isBefore ? [400, 431, 502] : [431]).toContain(long.status);
      expect(events).toEqual([]);
      expectReply(await send({ target: '/', headers: good }), { message: 'Hello, World!' });
    });

  if (target.http === 2)
    it('never sees header fields that HTTP/2 does not allow', async () => {
      const recorded = recordedGuard();
      const { send } = await serve(target, helloServer(recorded.guard, {}));
      for (const character of ['\0', '\x01', '\x7f', '\n']) {
        expectRefusal(await send({ target: '/', headers: [approovToken(`${token()}${character}`)] }));
      }
      expect(recorded.events.map(({ refused }) => refused?.code)).toEqual(
        Array<string>(4).fill('ERR_APPROOV_TOKEN_MISSING'),
      );
    });
});

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
