import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { protectUpgrade } from '../../src/adapters/node/index.js';
import type { Guard } from '../../src/create-guard.js';
import { asyncGuard, bodyGuard, digestOf, heldGuard, syncGuard, tokenField } from './support/guards.js';
import { afterTest, listening, open, received, type FieldLine } from './support/wire.js';

const UPGRADE: readonly FieldLine[] = [
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Key', 'x'],
];

function handshake(...fields: FieldLine[]): string {
  const lines = [['Host', 'x'], ['Connection', 'Upgrade'], ...UPGRADE, ...fields];
  return `GET /socket HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

interface Taken {
  readonly did: string | undefined;
  readonly head: string;
}

async function upgrading(guard: Guard): Promise<{ port: number; taken: Taken[]; sockets: Duplex[] }> {
  const taken: Taken[] = [];
  const sockets: Duplex[] = [];
  const server = createServer();
  server.on('upgrade', (_req, socket: Duplex) => {
    sockets.push(socket);
    afterTest(() => void socket.destroy());
  });
  server.on(
    'upgrade',
    protectUpgrade(guard, (req, socket, first) => {
      taken.push({ did: req.attestation.approov?.deviceId, head: first.toString() });
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      socket.on('data', (chunk: Buffer) => socket.write(`echo ${chunk.toString()}`));
    }),
  );
  return { port: await listening(server), taken, sockets };
}

describe.each([
  ['at once', syncGuard],
  ['later', asyncGuard],
])('a guard that decides %s', (_name, makeGuard) => {
  test('hands over an accepted connection, with what came too early', async () => {
    const { port, taken } = await upgrading(makeGuard().guard);
    const socket = await open(port);
    const text: string[] = [];
    socket.on('data', (chunk) => text.push(chunk.toString()));
    socket.write(`${handshake(tokenField())}early`);
    await vi.waitFor(() => expect(text.join('')).toContain('101'));
    expect(taken).toEqual([{ did: 'device', head: 'early' }]);
    socket.write('late');
    await vi.waitFor(() => expect(text.join('')).toContain('echo late'));
  });

  test('answers a refused one, closes the connection and hands nothing over', async () => {
    const { port, taken, sockets } = await upgrading(makeGuard().guard);
    const socket = await open(port);
    const answer = received(socket);
    socket.write(handshake());
    const [top = '', body] = (await answer).split('\r\n\r\n');
    const [status, ...lines] = top.split('\r\n');
    expect(status).toBe('HTTP/1.1 401 Unauthorized');
    expect(lines).toEqual([
      'www-authenticate: Attest realm="attestkit", need="token", header="Approov-Token"',
      'content-type: application/json',
      'cache-control: no-store',
      expect.stringMatching(/^date: .* GMT$/),
      'connection: close',
      'content-length: 2',
    ]);
    expect(body).toBe('{}');
    expect(taken).toEqual([]);
    await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
  });

  test('closes a refused connection although the client leaves it open', async () => {
    const { port, sockets } = await upgrading(makeGuard().guard);
    const socket = await open(port);
    socket.allowHalfOpen = true;
    socket.write(handshake());
    socket.resume();
    await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
  });
});

test('what arrives while the decision is awaited is not lost', async () => {
  const { guard, release } = heldGuard();
  const { port, sockets } = await upgrading(guard);
  const socket = await open(port);
  const text: string[] = [];
  socket.on('data', (chunk) => text.push(chunk.toString()));
  socket.write(handshake(tokenField()));
  await vi.waitFor(() => expect(sockets).toHaveLength(1));
  socket.write('meanwhile');
  await new Promise((resolve) => void setTimeout(resolve, 10));
  release();
  await vi.waitFor(() => expect(text.join('')).toContain('echo meanwhile'));
});

test('a connection that breaks while the decision is awaited is handed to nobody', async () => {
  const { guard, codes, release } = heldGuard();
  const { port, taken, sockets } = await upgrading(guard);
  const socket = await open(port);
  socket.write(handshake(tokenField()));
  await vi.waitFor(() => expect(sockets).toHaveLength(1));
  sockets[0]?.destroy(new Error('broken'));
  release();
  await vi.waitFor(() => expect(codes).toEqual([undefined]));
  await new Promise((resolve) => void setImmediate(resolve));
  expect(taken).toEqual([]);
});

test('an error of a refused socket ends nothing', async () => {
  const { port, sockets } = await upgrading(syncGuard().guard);
  const socket = await open(port);
  socket.write(handshake());
  await vi.waitFor(() => expect(sockets).toHaveLength(1));
  sockets[0]?.destroy(new Error('broken'));
  await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
});

test.each([
  ['throws', syncGuard, () => fail()],
  ['rejects', syncGuard, async () => fail()],
  ['throws after a decision that took time', asyncGuard, () => fail()],
  ['rejects after a decision that took time', asyncGuard, async () => fail()],
])(
  'a listener that %s ends the connection alone, and its error is a warning',
  async (_how, makeGuard, failing) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    afterTest(() => warn.mockRestore());
    const server = createServer();
    server.on('upgrade', protectUpgrade(makeGuard().guard, failing));
    const port = await listening(server);
    for (const count of [1, 2]) {
      const socket = await open(port);
      const answer = received(socket);
      socket.write(handshake(tokenField()));
      expect(await answer).toBe('');
      expect(warn.mock.calls).toEqual(Array.from({ length: count }, () => [new Error('mine')]));
    }
  },
);

function fail(): never {
  throw new Error('mine');
}

test('the body of an upgrade is empty', async () => {
  const { port, taken } = await upgrading(bodyGuard().guard);
  const socket = await open(port);
  socket.write(`${handshake(digestOf(''))}early`);
  await vi.waitFor(() => expect(taken).toEqual([{ did: undefined, head: 'early' }]));
  const refused = await open(port);
  const answer = received(refused);
  refused.write(`${handshake(digestOf('early'))}early`);
  expect(await answer).toMatch(/^HTTP\/1.1 401 /);
});

test('a wrong option fails at start-up', () => {
  expect(() => protectUpgrade(syncGuard().guard, vi.fn(), { acept: [] } as object)).toThrow('acept');
});
