import { describe, expect, it } from 'vitest';
import { backend, enrollmentServer, parserOf } from './servers/backend.js';
import { bearer, parsed, post, type Issued } from './devices/device.js';
import { IPhone } from './devices/iphone.js';
import { serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import type { Send, WireRequest, WireResponse } from './wire/message.js';

const fieldOf = ({ headers }: WireResponse, name: string): string =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? '';

/** As OkHttp's `Authenticator`: called on every 401, and on nothing else; it gives up after one attempt. */
const onEvery401 = ({ status }: WireResponse): boolean => status === 401;

/** As Ktor's provider `bearer`: only where one of the challenges has its scheme (RFC 9110 §11.6.1). */
const onBearer = (response: WireResponse): boolean =>
  response.status === 401 && /(^|, )Bearer( |,|$)/.test(fieldOf(response, 'www-authenticate'));

/** A client that knows nothing of attestkit but how to refresh. */
function client(send: Send, issued: Issued, isAsked: (response: WireResponse) => boolean) {
  const held = { issued, refreshes: 0 };
  const ask = async (request: WireRequest): Promise<WireResponse> => {
    const sent = () => send({ ...request, headers: [bearer(held.issued)] });
    const response = await sent();
    if (!isAsked(response)) return response;
    held.refreshes += 1;
    const { refresh_token } = held.issued;
    const refreshed = await send(post('refresh', { refresh_token }));
    if (refreshed.status !== 200) return response;
    held.issued = parsed<Issued>(refreshed);
    return sent();
  };
  return { held, ask };
}

describe.each(targets)('$name', (target) => {
  const serve = serveEach();

  it.each([
    ['like OkHttp', onEvery401],
    ['like Ktor', onBearer],
  ])('a client %s refreshes by itself when its session has expired', async (_, isAsked) => {
    const server = backend();
    const { send } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
    const { held, ask } = client(send, await new IPhone(server.apple, send).enroll(), isAsked);
    expect([(await ask({ target: '/session' })).status, held.refreshes]).toEqual([200, 0]);
    server.clock.now += 1_801_000;
    expect([(await ask({ target: '/session' })).status, held.refreshes]).toEqual([200, 1]);
    expect([(await ask({ target: '/session' })).status, held.refreshes]).toEqual([200, 1]);
  });

  it('and does not where the device was blocked, which nothing heals', async () => {
    const server = backend();
    const { send } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
    const device = new IPhone(server.apple, send);
    const { held, ask } = client(send, await device.enroll(), onEvery401);
    await server.guard.devices?.block({
      recordId: (await server.guard.devices.find({ deviceId: device.id }))?.recordId ?? '',
    });
    expect([(await ask({ target: '/session' })).status, held.refreshes]).toEqual([403, 0]);
  });
});
