import { describe, expect, test } from 'vitest';
import type { Guard } from '../../src/create-guard.js';
import { echoing } from './support/echoing.js';
import { syncGuard } from './support/guards.js';
import { mountedServers } from './support/mounted-servers.js';
import { open, received, send } from './support/wire.js';

const headOf = (method: string, field: string): string =>
  `${method} /device/echo HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`;

/** The last request on a connection. */
const LAST = headOf('DELETE', 'Connection: close');

function statusesOf(answers: string): number[] {
  return [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
}

describe.each(mountedServers)('$name', ({ name, lines, mounts, start }) => {
  test.each([
    ['by default', undefined, '/device'],
    ['where it is told', '/v1/app', '/v1/app'],
  ])('answers below the prefix %s', async (_how, prefix, expected) => {
    const { guard, asked } = echoing();
    const port = await start(guard, prefix);
    const target = `${expected}/echo?a=%20b&c`;
    const answer = await send(port, { method: 'POST', target, body: ['{"a":', '1}'] });
    expect(answer).toMatchObject({ status: 202, body: '"{\\"a\\":1}"' });
    expect(answer.fields).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      allow: 'POST',
      'content-length': '11',
    });
    const ip = lines ? '127.0.0.1' : undefined;
    expect(asked).toEqual([{ method: 'POST', target, path: '/echo', ip }]);
  });

  test('answers HEAD without a body', async () => {
    const answer = await send(await start(echoing().guard), { method: 'HEAD', target: '/device/echo' });
    expect(answer).toMatchObject({ status: 202, body: '' });
  });

  test.each([
    '/',
    '/echo',
    '/device',
    '/device/',
    '/device/other',
    '/device/echo/',
    '/device/echo/below',
    '/devices/echo',
    '/x/device/echo',
    ...(mounts ? [] : ['/device//echo', '/DEVICE/echo']),
    '/device/%65cho',
  ])('leaves %s to what follows, with its body', async (target) => {
    const { guard } = echoing();
    const fields = [['Content-Type', 'text/plain']] as const;
    const port = await start(guard);
    const answer = await send(port, { method: 'POST', target, body: ['bo', 'dy'], fields });
    // Below its prefix Fastify knows no other routes; they are not found, without being read.
    const body = name === 'Fastify' && target.startsWith('/device/') ? '' : 'body';
    expect(answer).toMatchObject({ status: 418, body: `POST ${target} ${body}` });
  });

  test('goes on with the connection after a body that nobody has read', async () => {
    const socket = await open(await start(echoing().guard));
    const body = 'GET /device/echo HTTP/1.1\r\n\r\n'.repeat(3000);
    socket.write(`${headOf('DELETE', `Content-Length: ${body.length}`)}${body}${LAST}`);
    expect(statusesOf(await received(socket))).toEqual([202, 202]);
  });

  // Behind the bridges to fetch, a body that nobody reads to its end closes the connection.
  if (lines && name !== 'Hono') {
    test('goes on with the connection after a body of which the guard has read a part', async () => {
      const socket = await open(await start(echoing().guard));
      const chunk = `10000\r\n${'a'.repeat(0x1_0000)}\r\n`;
      socket.write(`${headOf('POST', 'Transfer-Encoding: chunked')}${chunk.repeat(40)}0\r\n\r\n${LAST}`);
      const answers = await received(socket);
      expect(statusesOf(answers)).toEqual([202, 202]);
      expect(answers).toContain('"too large"');
    });
  }

  const failures: [what: string, variable: string, guard: unknown, prefix: string | undefined][] = [
    ['a guard without enrollment', 'guard', syncGuard().guard, undefined],
    ['no guard', 'guard', undefined, undefined],
    ['options in place of a guard', 'guard', { prefix: '/device' }, undefined],
  ];
  if (!mounts) {
    const prefixes = ['device', '/device/', '/de vice', '/:id', '/*', '/%64evice', '/device?x', '//device'];
    // Fastify puts the first slash there itself.
    const option = name.startsWith('Nest') ? 'devicePath' : 'prefix';
    for (const prefix of prefixes.slice(name === 'Fastify' ? 1 : 0))
      failures.push([`the prefix ${prefix}`, option, echoing().guard, prefix]);
  }

  test.each(failures)('fails at start-up: %s', async (_what, variable, guard, prefix) => {
    const starting = (async () => start(guard as Guard, prefix))();
    await expect(starting).rejects.toMatchObject({ name: 'ConfigurationError', variable });
  });
});
