import type { Duplex } from 'node:stream';
import { protectUpgrade } from 'attestkit/node';
import { describe, expect, it } from 'vitest';
import { double, unavailable } from './devices/doubles.js';
import { recordedGuard } from './servers/recorded-guard.js';
import { helloServer } from './servers/servers.js';
import { expectRefusal, expectReply, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { approovToken, authorization, boundTo, CREDENTIAL, token } from './devices/tokens.js';
import { fieldOf, type FieldLine } from './wire/message.js';

const UPGRADE: readonly FieldLine[] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
];
const good = [...UPGRADE, approovToken(token())];
const bound = [...UPGRADE, approovToken(boundTo(CREDENTIAL)), authorization(CREDENTIAL)];

/** Takes the connection over and says so, with what the guard verified. */
function takeOver(socket: Duplex, seen: unknown): void {
  socket.end(`HTTP/1.1 101 Switching Protocols\r\nX-Seen: ${JSON.stringify(seen)}\r\n\r\n`);
}

describe.each(targets.filter(({ http, isBefore }) => http === 1 && isBefore !== true))('$name', (target) => {
  const serve = serveEach();

  it('treats it as any request where nobody listens for upgrades', async () => {
    const { send } = await serve(target, helloServer(recordedGuard().guard, {}));
    const request = {
      target: '/',
      headers: [...UPGRADE.slice(1), ['Connection', 'Upgrade, close']] as FieldLine[],
    };
    expectRefusal(await send(request));
    expectReply(await send({ ...request, headers: [...request.headers, approovToken(token())] }), {
      message: 'Hello, World!',
    });
  });

  it('refuses before the connection is taken over', async () => {
    const recorded = recordedGuard();
    const { send, server } = await serve(target, helloServer(recorded.guard, {}));
    server?.on(
      'upgrade',
      protectUpgrade(recorded.guard, (_request, socket) => takeOver(socket, 'reached')),
    );
    expectRefusal(await send({ target: '/socket', headers: UPGRADE }));
    expectRefusal(await send({ target: '/socket', headers: [...UPGRADE, approovToken('junk')] }));
    expectRefusal(await send({ target: '/socket', headers: [...good, approovToken(token())] }));
    expect(recorded.events.map(({ refused }) => refused?.code)).toEqual([
      'ERR_APPROOV_TOKEN_MISSING',
      'ERR_APPROOV_TOKEN_MALFORMED',
      'ERR_APPROOV_TOKEN_REPEATED',
    ]);
  });

  it('hands the connection over with what it verified', async () => {
    const { guard } = recordedGuard();
    const { send, server } = await serve(target, helloServer(guard, {}));
    const listener = protectUpgrade(
      guard,
      (request, socket) => takeOver(socket, request.attestation.approov?.bound),
      { binding: true },
    );
    server?.on('upgrade', listener);
    const response = await send({ target: '/socket', headers: bound });
    expect(response.status).toBe(101);
    expect(fieldOf(response, 'x-seen')).toBe('true');
    expectRefusal(await send({ target: '/socket', headers: good }));
  });

  it('answers 503 where the evidence cannot be verified now, and waits where it takes time', async () => {
    const kind = double(async (value) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (value === 'unavailable') throw unavailable(7);
      return { result: value };
    });
    const { guard } = recordedGuard({ evidence: [kind] });
    const { send, server } = await serve(target, helloServer(guard));
    server?.on(
      'upgrade',
      protectUpgrade(guard, (_request, socket) => takeOver(socket, 'reached')),
    );
    const refused = await send({ target: '/', headers: [...UPGRADE, ['X-Double', 'unavailable']] });
    expect(refused).toMatchObject({ status: 503, body: '{}' });
    expect(fieldOf(refused, 'retry-after')).toBe('7');
    const accepted = await send({ target: '/', headers: [...UPGRADE, ['X-Double', 'good']] });
    expect(accepted.status).toBe(101);
  });
});
