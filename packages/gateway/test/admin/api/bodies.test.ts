import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { readBytes } from '../../../src/admin/api/body.js';
import { raw } from '../../support/gateway.js';
import { adminGateway, ask, OPERATOR, saysOf, signedIn, signIn } from '../support/ask.js';

const { adminUrl } = await adminGateway();
const cookie = await signedIn(adminUrl);
const { host, origin } = new URL(adminUrl);
const padded = (bytes: number): string => `{"token":"${OPERATOR}"}`.padEnd(bytes);

it('takes a body of 64 KiB, and none that is longer', async () => {
  expect((await signIn(adminUrl, '', { body: padded(65_536) })).status).toBe(200);
  expect((await signIn(adminUrl, '', { body: padded(65_537) })).status).toBe(413);
});

it('does not take a longer one either that comes in chunks', async () => {
  const chunk = `10000\r\n${padded(65_536)}\r\n`;
  const head = `POST /api/session HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  expect(await raw(adminUrl, `${head}${chunk}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await raw(adminUrl, `${head}${chunk}1\r\n \r\n0\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 413 [^]*connection: close/i,
  );
});

it('takes 1.5 MiB at the inspector, and no more', async () => {
  const inspect = async (bytes: number) =>
    await ask(adminUrl, {
      method: 'POST',
      path: '/api/inspect',
      cookie,
      body: '{"evidence":"x"}'.padEnd(bytes),
    });
  expect((await inspect(1_572_864)).status).toBe(200);
  expect((await inspect(1_572_865)).status).toBe(413);
});

it('does not wait for a body that says it is longer', async () => {
  const head = `POST /api/session HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 65537\r\n\r\n`;
  expect(await raw(adminUrl, head)).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
});

it('reads no body before it knows who sends it', async () => {
  const head = `POST /api/inspect HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`;
  expect(await raw(adminUrl, head)).toMatch(/^HTTP\/1\.1 401 [^]*connection: close/i);
});

it('does not take compressed ones', async () => {
  const answer = await signIn(adminUrl, OPERATOR, { lines: { 'content-encoding': ['gzip'] } });
  expect([answer.status, saysOf(answer)]).toEqual([415, 'A body may not be compressed.']);
});

it('does not wait for ever for the rest of a body', async () => {
  const req = Object.assign(new PassThrough(), { rawHeaders: ['Content-Length', '9'] });
  req.write('half');
  const read = readBytes(req as unknown as IncomingMessage, 100, 1);
  await expect(read).rejects.toThrow('The body came too slowly.');
  expect(req.listenerCount('data')).toBe(0);
});

it('notices a client that goes away', async () => {
  const req = Object.assign(new PassThrough(), { rawHeaders: [] });
  const read = readBytes(req as unknown as IncomingMessage, 100);
  req.destroy();
  await expect(read).rejects.toThrow('The body ended too early.');
});

it('takes the next request on a connection whose body was read', async () => {
  const body = JSON.stringify({ token: OPERATOR });
  const one = `POST /api/session HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  expect((await raw(adminUrl, one + one)).match(/HTTP\/1\.1 200/g)).toHaveLength(2);
});
