import { Module, SetMetadata, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  AttestationModule,
  Attested,
  Protect,
  type AttestationModuleOptions,
} from '../../src/adapters/nest.js';
import type { Attestation } from '../../src/ports/attestation.js';
import { asyncGuard, syncGuard, tokenField } from './support/guards.js';
import { catsController, decorate, platforms } from './support/nest-app.js';
import { afterTest, head, open, received, send, type FieldLine } from './support/wire.js';

type Options = Parameters<typeof WebSocketGateway>[1];

/** A gateway that answers `ping` with the device of the handshake. */
function gateway(options: Options = {}, attested = true, ...decorators: ClassDecorator[]): Type {
  class Gateway {
    ping(attestation?: Attestation): object {
      return { event: 'pong', data: attestation?.approov?.deviceId ?? 'nobody' };
    }
  }
  decorate(Gateway, 'ping', SubscribeMessage('ping'));
  if (attested) Attested()(Gateway.prototype, 'ping', 0);
  // Nest keeps what it knows of handlers by the names of their classes.
  if (!attested) Object.defineProperty(Gateway, 'name', { value: 'Open' });
  for (const each of decorators.toReversed()) each(Gateway);
  WebSocketGateway(options)(Gateway);
  return Gateway;
}

async function start(
  adapter: (typeof platforms)[number][1],
  options: AttestationModuleOptions,
  gateways: Type[],
  set?: (app: INestApplication) => void,
): Promise<number> {
  class Application {
    readonly name = 'test';
  }
  const imports = [AttestationModule.forRoot(options)];
  Module({ imports, controllers: [catsController()], providers: gateways })(Application);
  const app = await NestFactory.create(Application, adapter(), { logger: false, abortOnError: false });
  afterTest(() => app.close());
  if (set === undefined) app.useWebSocketAdapter(new WsAdapter(app));
  else set(app);
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as { port: number }).port;
}

/** What a WebSocket at that path gets in answer to `ping`, or the status of the refused handshake. */
function ping(port: number, target: string, fields: readonly FieldLine[] = []): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${target}`, { headers: Object.fromEntries(fields) });
    afterTest(() => socket.terminate());
    socket.on('open', () => socket.send('{"event":"ping"}'));
    socket.on('message', (data) => resolve(JSON.parse(String(data))));
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
    socket.on('error', reject);
  });
}

/** A handshake with any target, as it is written. */
async function handshake(port: number, target: string, fields: readonly FieldLine[] = []): Promise<string> {
  const socket = await open(port);
  const answer = received(socket);
  const upgrade: FieldLine[] = [
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ...fields,
  ];
  const text = head({ target, fields: upgrade })
    .toString('latin1')
    .replace('Connection: close', 'Connection: upgrade');
  socket.write(text, 'latin1');
  setTimeout(() => socket.end(), 200);
  return (await answer).split('\r\n')[0] ?? '';
}

const pong = { event: 'pong', data: 'device' };
const TARGETS = ['/', '/?x', '//', '/%2f', 'http://h/', '/chat', '/unknown', '/CHAT', '/chat/', '*'];

describe.each(platforms)('Nest on %s', (_platform, adapter) => {
  describe.each([
    ['at once', syncGuard],
    ['later', asyncGuard],
  ])('with a guard that decides %s', (_name, makeGuard) => {
    test('all: guards every handshake', async () => {
      const { guard } = makeGuard();
      const port = await start(adapter, { guard, all: true }, [gateway({ path: '/chat' })]);
      for (const target of TARGETS)
        expect([target, await handshake(port, target)]).toEqual([target, 'HTTP/1.1 401 Unauthorized']);
      expect(await ping(port, '/chat', [tokenField()])).toEqual(pong);
    });

    test('all: guards handshakes without any gateway, and lets excluded paths through', async () => {
      const seen = vi.fn();
      const upgrades = (app: INestApplication): void =>
        void app.getHttpServer().on('upgrade', (_req: unknown, socket: { end(text: string): void }) => {
          seen();
          socket.end('HTTP/1.1 400 Mine\r\n\r\n');
        });
      const { guard } = makeGuard();
      const port = await start(adapter, { guard, all: { exclude: ['/open'] } }, [], upgrades);
      expect(await handshake(port, '/live')).toBe('HTTP/1.1 401 Unauthorized');
      expect(seen).not.toHaveBeenCalled();
      expect(await handshake(port, '/open')).toBe('HTTP/1.1 400 Mine');
      expect(await handshake(port, '/live', [tokenField()])).toBe('HTTP/1.1 400 Mine');
    });

    test('Protect on a gateway: guards its handshake, and leaves the routes open', async () => {
      const { guard } = makeGuard();
      const port = await start(adapter, { guard }, [gateway({ path: '/chat' }, true, Protect())]);
      for (const target of TARGETS)
        expect([target, await handshake(port, target)]).toEqual([target, 'HTTP/1.1 401 Unauthorized']);
      expect(await ping(port, '/chat', [tokenField()])).toEqual(pong);
      expect((await send(port, { target: '/cats/open' })).body).toBe('open');
    });
  });

  test('Protect on a gateway: another gateway is open at its very path alone', async () => {
    const { guard } = syncGuard();
    const gateways = [gateway({ path: '/chat' }, true, Protect()), gateway({ path: '/news' }, false)];
    const port = await start(adapter, { guard }, gateways);
    expect(await ping(port, '/news')).toEqual({ event: 'pong', data: 'nobody' });
    for (const target of ['/chat', '/%6eews', '//news', 'http://h/news', '/NEWS', '/', '/unknown'])
      expect([target, await handshake(port, target)]).toEqual([target, 'HTTP/1.1 401 Unauthorized']);
    expect(await ping(port, '/chat', [tokenField()])).toEqual(pong);
  });

  test('Protect on a gateway: takes options, beside all', async () => {
    const { guard, codes } = syncGuard();
    const protect = Protect({ binding: true });
    const port = await start(adapter, { guard, all: true }, [gateway({ path: '/chat' }, true, protect)]);
    const authorization = ['Authorization', 'Bearer a'] as const;
    expect(await ping(port, '/chat', [tokenField(), authorization])).toBe(401);
    expect(await ping(port, '/chat', [tokenField('Bearer a'), authorization])).toEqual(pong);
    expect(codes).toEqual([undefined, expect.stringContaining('BINDING'), undefined, undefined]);
  });

  test.each([
    ['Protect', {}, () => gateway({}, true, Protect())],
    ['all', { all: true as const }, () => gateway()],
  ])('%s: a gateway with a port of its own keeps the application from starting', async (_name, all, make) => {
    const { guard } = syncGuard();
    const own = make();
    WebSocketGateway(45_679)(own);
    await expect(start(adapter, { guard, ...all }, [own])).rejects.toThrow(
      /^all does not guard Gateway, which has port 45679/,
    );
  });

  test('Protect on one message keeps the application from starting', async () => {
    class Gateway {
      ping(): void {}
    }
    for (const decorators of [
      [Protect(), SubscribeMessage('ping')],
      [SubscribeMessage('ping'), Protect()],
    ]) {
      decorate(Gateway, 'ping', ...decorators);
      WebSocketGateway()(Gateway);
      await expect(start(adapter, { guard: syncGuard().guard }, [Gateway])).rejects.toMatchObject({
        name: 'ConfigurationError',
        message: expect.stringContaining('Put @Protect() on the gateway'),
      });
    }
  });

  test.each(['microservices:pattern', 'graphql:resolver_type'])(
    'Protect on a handler that is marked %s keeps the application from starting',
    async (key) => {
      class Handlers {
        handle(): void {}
      }
      decorate(Handlers, 'handle', Protect(), SetMetadata(key, ['x']));
      await expect(start(adapter, { guard: syncGuard().guard }, [Handlers])).rejects.toMatchObject({
        name: 'ConfigurationError',
        variable: 'Protect',
      });
    },
  );

  test('a message is refused, and nothing logged, where no handshake was guarded', async () => {
    const { guard } = syncGuard();
    class Unguarded extends WsAdapter {
      /** As an adapter would that has a server of its own. */
      override bindMessageHandlers(...[client, ...rest]: Parameters<WsAdapter['bindMessageHandlers']>): void {
        const { _socket } = client as unknown as { readonly _socket: object };
        Object.defineProperty(client, '_socket', { value: new Proxy(_socket, {}) });
        super.bindMessageHandlers(client, ...rest);
      }
    }
    const error = vi.spyOn(process.stderr, 'write');
    const set = (app: INestApplication): void => void app.useWebSocketAdapter(new Unguarded(app));
    const port = await start(adapter, { guard }, [gateway({ path: '/chat' }, false, Protect())], set);
    const silence = new Promise((resolve) => void setTimeout(() => resolve('nothing'), 300));
    expect(await Promise.race([ping(port, '/chat', [tokenField()]), silence])).toBe('nothing');
    expect(error).not.toHaveBeenCalled();
    error.mockRestore();
  });
});

describe.each(platforms)('Socket.IO, Nest on %s', (_platform, adapter) => {
  const POLLING = '/socket.io/?EIO=4&transport=polling';
  const byDefault = (): void => undefined;

  test('all: guards its polling and its handshakes', async () => {
    const { guard, codes } = syncGuard();
    const port = await start(adapter, { guard, all: { exclude: ['/cats/open'] } }, [gateway()], byDefault);
    expect(await send(port, { target: POLLING })).toMatchObject({ status: 401, body: '{}' });
    expect((await send(port, { target: '/socket.io/socket.io.js' })).status).toBe(401);
    expect(await handshake(port, '/socket.io/?EIO=4&transport=websocket')).toBe('HTTP/1.1 401 Unauthorized');
    expect((await send(port, { target: '/cats/closed' })).status).toBe(401);
    expect((await send(port, { target: '/cats/open' })).body).toBe('open');
    const fields = [tokenField()];
    expect((await send(port, { target: POLLING, fields })).body).toContain('"sid"');
    expect((await send(port, { target: '/cats/closed', fields })).body).toBe('device');
    // Each is asked once: the last by all, and by Protect.
    expect(codes.filter((code) => code === undefined)).toHaveLength(3 + 1);
  });

  test('all: fields for CORS stay on refusals', async () => {
    const set = (app: INestApplication): void => app.enableCors({ origin: 'https://app.example' });
    const port = await start(adapter, { guard: syncGuard().guard, all: true }, [gateway()], set);
    const answer = await send(port, { target: '/cats/closed', fields: [['Origin', 'https://app.example']] });
    expect(answer).toMatchObject({
      status: 401,
      fields: { 'access-control-allow-origin': 'https://app.example' },
    });
  });

  test('Protect: needs the WebSocket transport alone', async () => {
    const { guard } = syncGuard();
    const polling = start(adapter, { guard }, [gateway({}, true, Protect())], byDefault);
    await expect(polling).rejects.toThrow(/^Protect does not guard the polling of Gateway/);
    const options = { transports: ['websocket'] } as Options;
    const port = await start(adapter, { guard }, [gateway(options, true, Protect())], byDefault);
    const target = '/socket.io/?EIO=4&transport=websocket';
    expect(await handshake(port, target)).toBe('HTTP/1.1 401 Unauthorized');
    expect(await handshake(port, target, [tokenField()])).toBe('HTTP/1.1 101 Switching Protocols');
    expect((await send(port, { target: POLLING })).status).toBe(400);
  });
});
