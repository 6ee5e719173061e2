import { describe, expect, it } from 'vitest';
import { AUDIENCE, backend, enrollmentServer, parserOf, recordOf, type Backend } from './servers/backend.js';
import type { Issued } from './devices/device.js';
import { ktorLike, okHttpLike, schemesOf, type Client } from './devices/http-clients.js';
import { IPhone } from './devices/iphone.js';
import { expectReply, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { fieldOf, type Send, type WireRequest } from './wire/message.js';

/** How long a session lives, milliseconds. */
const LIFE = 1_800_000;

const SESSION: WireRequest = { target: '/session' };

/** A client whose device has enrolled, its server, and what it has asked for since. */
interface Scene {
  readonly server: Backend;
  readonly send: Send;
  readonly device: IPhone;
  readonly issued: Issued;
  readonly client: Client;
  readonly asked: string[];
}

const clients = { 'OkHttp with an Authenticator': okHttpLike, 'Ktor with bearer tokens': ktorLike };

const places = targets.flatMap((target) =>
  Object.entries(clients).map(([name, make]) => ({ name: `${target.name}, ${name}`, target, make })),
);

describe.each(places)('$name', ({ target, make }) => {
  const serve = serveEach();
  const start = async (kept: Partial<Issued> = {}): Promise<Scene> => {
    const server = backend();
    const { send } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
    const device = new IPhone(server.apple, send);
    const issued = await device.enroll();
    const asked: string[] = [];
    const noting: Send = (request) => {
      asked.push(request.target);
      return send(request);
    };
    return { server, send, device, issued, asked, client: make(noting, { ...issued, ...kept }) };
  };
  const replyTo = ({ device }: Scene) => ({ session: device.id, key: null, counter: null });

  it('refreshes by itself when its session has expired, and sends the request again', async () => {
    const scene = await start();
    const { server, client, asked } = scene;
    expectReply(await client(SESSION), replyTo(scene));
    expect(asked.splice(0)).toEqual(['/session']);
    for (let life = 1; life <= 3; life += 1) {
      server.clock.now += LIFE;
      expectReply(await client(SESSION), replyTo(scene));
      expectReply(await client(SESSION), replyTo(scene));
      expect(asked.splice(0)).toEqual(['/session', '/device/refresh', '/session', '/session']);
    }
  });

  it('gets its first session by the refresh token that it has kept', async () => {
    const scene = await start({ session_token: '' });
    expectReply(await scene.client(SESSION), replyTo(scene));
    expect(scene.asked).toEqual(['/session', '/device/refresh', '/session']);
  });

  // Through a proxy they arrive one after the other: a client that refreshes for each of them by itself then sends a refresh token
  // whose successor was used already, and its session ends.
  const isAlone = target.reorders !== true || make === ktorLike;
  it.runIf(isAlone)('refreshes for many requests at once', async () => {
    const scene = await start();
    const { server, client } = scene;
    server.clock.now += LIFE;
    const answers = await Promise.all(Array.from({ length: 8 }, () => client(SESSION)));
    for (const answer of answers) expectReply(answer, replyTo(scene));
    expectReply(await client(SESSION), replyTo(scene));
  });

  it('gives up after one refresh that is refused', async () => {
    const { server, client, device, asked } = await start();
    await server.guard.devices?.end({ recordId: await recordOf(server, device) });
    expect((await client(SESSION)).status).toBe(401);
    expect(asked).toEqual(['/session', '/device/refresh']);
    expect(server.events.at(-1)?.refused?.code).toBe('ERR_REFRESH_ENDED');
  });

  it('refreshes nothing where the device is blocked', async () => {
    const { server, client, device, asked } = await start();
    await server.guard.devices?.block({ recordId: await recordOf(server, device) });
    expect((await client(SESSION)).status).toBe(403);
    expect(asked).toEqual(['/session']);
  });

  it.each([
    ['a signature', '/signed', 'signature'],
    ['a token of App Check', '/app', 'token'],
  ])('refreshes nothing where %s is missing', async (_what, path, need) => {
    const { client, asked } = await start();
    const response = await client({ target: path });
    expect(response.status).toBe(401);
    expect(schemesOf(response)).toEqual(['Attest']);
    expect(fieldOf(response, 'www-authenticate')).toContain(`need="${need}"`);
    expect(asked).toEqual([path]);
  });

  it('is told that its session has expired, and nothing more of why it is refused', async () => {
    const { server, send, issued } = await start();
    const asks = `Attest realm="${AUDIENCE}", need="session", Bearer realm="${AUDIENCE}"`;
    const missing = await send(SESSION);
    expect(fieldOf(missing, 'www-authenticate')).toBe(asks);
    server.clock.now += LIFE;
    const headers = [['Authorization', `Bearer ${issued.session_token}`]] as const;
    const expired = await send({ ...SESSION, headers });
    expect(fieldOf(expired, 'www-authenticate')).toBe(`${asks}, error="invalid_token"`);
    expect(schemesOf(expired)).toEqual(['Attest', 'Bearer']);
  });
});
