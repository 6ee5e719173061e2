import { createServer } from 'node:http';
import express from 'express';
import { describe, expect, test, vi } from 'vitest';
import { protect, sendAnswer } from '../../src/adapters/node/index.js';
import { asyncGuard, bodyGuard, digestOf, forgedField, syncGuard, tokenField } from './support/guards.js';
import { head, listening, open, received, send, serve } from './support/wire.js';

const refusal = { status: 401, headers: { 'content-type': 'application/json' }, body: '{"é":1}' };

describe.each([
  ['at once', syncGuard],
  ['later', asyncGuard],
])('a guard that decides %s', (_name, makeGuard) => {
  test('lets a good request through to the listener, once', async () => {
    const { guard } = makeGuard();
    const listener = vi.fn((req, res) => void res.end(req.attestation.approov?.did));
    const port = await serve(protect(guard, listener));
    expect(await send(port, { fields: [tokenField()] })).toMatchObject({ status: 200, body: 'device' });
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test.each(['GET', 'POST', 'OPTIONS', 'TRACE'])('refuses %s without evidence', async (method) => {
    const { guard } = makeGuard();
    const listener = vi.fn();
    const port = await serve(protect(guard, listener));
    const answer = await send(port, { method, target: '/unknown' });
    expect(answer).toMatchObject({ status: 401, body: '{}' });
    expect(answer.fields).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' });
    expect(listener).not.toHaveBeenCalled();
  });

  test('refuses HEAD without a body', async () => {
    const port = await serve(protect(makeGuard().guard, vi.fn()));
    const answer = await send(port, { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 401, body: '' });
    expect(answer.fields).toMatchObject({ 'content-length': '2' });
  });

  test('refuses forged evidence, and evidence sent twice', async () => {
    const { guard, codes } = makeGuard();
    const port = await serve(protect(guard, vi.fn()));
    expect((await send(port, { fields: [forgedField()] })).status).toBe(401);
    expect((await send(port, { fields: [tokenField(), tokenField()] })).status).toBe(401);
    expect(codes).toEqual(['ERR_APPROOV_TOKEN_SIGNATURE_INVALID', 'ERR_APPROOV_TOKEN_REPEATED']);
  });

  test('compares the bytes of a bound field as they were sent', async () => {
    const { guard } = makeGuard();
    const port = await serve(protect(guard, (_req, res) => void res.end('bound'), { binding: true }));
    const sent = 'Bearer gr\xfc\xdf';
    const bytes = Buffer.from(sent, 'latin1');
    const answer = await send(port, { fields: [tokenField(bytes), ['Authorization', sent]] });
    expect(answer.body).toBe('bound');
    const utf8 = await send(port, { fields: [tokenField(Buffer.from(sent)), ['Authorization', sent]] });
    expect(utf8.status).toBe(401);
  });
});

test('a wrong option fails at start-up', () => {
  const { guard } = syncGuard();
  expect(() => protect(guard, vi.fn(), { bindng: true } as object)).toThrow('bindng');
});

test.each([
  ['/admin/health', ['/health'], 401],
  ['/admin/health', ['/admin/health'], 200],
  ['/admin/health', ['/admin/*'], 200],
  ['/health', ['/health'], 404],
])('mounted in Express, %s with %j excluded is %i', async (target, exclude, status) => {
  const { guard } = syncGuard();
  const listener = protect(guard, (_req, res) => void res.end('open'), { exclude });
  const port = await serve(express().use('/admin', listener));
  expect((await send(port, { target })).status).toBe(status);
});

describe('a refusal', () => {
  test('counts the bytes of its body, and keeps the fields that others have set', async () => {
    const port = await serve((_req, res) => {
      res.setHeader('Access-Control-Allow-Origin', '*');
      res.setHeader('Content-Type', 'text/html');
      sendAnswer(res, refusal);
    });
    const answer = await send(port);
    expect(answer.fields).toMatchObject({
      'access-control-allow-origin': '*',
      'content-type': 'application/json',
      'content-length': '8',
    });
    expect(Buffer.from(answer.body, 'latin1').toString()).toBe('{"é":1}');
  });

  test('ends a response that has begun already, without a throw', async () => {
    const port = await serve((_req, res) => {
      res.write('begun');
      sendAnswer(res, refusal);
      sendAnswer(res, refusal);
    });
    const answer = await send(port);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('5\r\nbegun\r\n0\r\n\r\n'.slice(0, answer.body.length));
    expect(answer.body).not.toContain('{');
  });

  test('is written where there is only an emulation of a server, too', () => {
    const res = { headersSent: false, req: {}, writeHead: vi.fn(), end: vi.fn() };
    sendAnswer(res, refusal);
    expect(res.writeHead).toHaveBeenCalledWith(401, {
      'content-type': 'application/json',
      'content-length': 8,
    });
    expect(res.end).toHaveBeenCalledWith('{"é":1}');
  });

  test('leaves the connection usable after a body over the limit', async () => {
    const { guard, codes } = bodyGuard();
    const port = await serve(protect(guard, (_req, res) => void res.end('next')));
    const socket = await open(port);
    const answers = received(socket);
    const part = `${(60_000).toString(16)}\r\n${'z'.repeat(60_000)}\r\n`;
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nBody-Digest: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write(`${part.repeat(60)}0\r\n\r\n`);
    socket.write(`${head({ method: 'POST', body: 'ok', fields: [digestOf('ok')] }).toString()}ok`);
    expect(await answers).toMatch(/^HTTP\/1.1 413 [^]*\{\}HTTP\/1.1 200 [^]*next$/);
    expect(codes).toEqual(['ERR_GUARD_BODY_TOO_LARGE', undefined]);
  });
});

test('a body is verified, and left to the listener', async () => {
  const { guard } = bodyGuard();
  const listener = protect(guard, async (req, res) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of req) chunks.push(chunk as Uint8Array);
    res.end(Buffer.concat(chunks));
  });
  const port = await listening(createServer(listener));
  const body = ['in ', 'parts'];
  const fields = [digestOf('in parts')];
  expect((await send(port, { method: 'POST', body, fields })).body).toContain('in parts');
  expect((await send(port, { method: 'POST', body: 'other', fields })).status).toBe(401);
});
