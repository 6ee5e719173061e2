import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from 'attestkit-client';
import { describe, expect, it } from 'vitest';
import { freePort } from '../servers/example-process.js';
import { newSecret, phoneAt, served, settings, startProcess, type Phone } from './support.js';

const folder = (): string => mkdtempSync(join(tmpdir(), 'gateway-'));

function bytesIn(path: string): number {
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
}

/** KiB of memory that a process has. */
function residentOf(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

async function opened(port: number, allowHalfOpen = false): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** What comes until the other side ends. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

describe('challenges that are asked for and abandoned', () => {
  const CHALLENGES = 100_000;
  const CONNECTIONS = 20;
  /** Requests that are sent at once on one connection. */
  const TOGETHER = 10;

  it('leave nothing behind', { timeout: 300_000 }, async () => {
    const port = await freePort();
    const path = folder();
    const store = `sqlite:${join(path, 'state.db')}`;
    const text = JSON.stringify({ ...settings(port, store), trustedProxies: ['loopback'] });
    // A small heap is collected early: what waits for that is not what is looked for, and a leak ends the process.
    const env = { ...newSecret(), NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=64' };
    const child = await startProcess(text, env);
    let answered = 0;
    let asked = 0;
    const ask = async (count: number): Promise<void> => {
      const socket = await opened(port);
      let batch = 0;
      let wake = (): void => undefined;
      socket.on('data', (chunk: Buffer) => {
        const found = chunk.toString('latin1').split('HTTP/1.1 200 OK').length - 1;
        answered += found;
        batch -= found;
        if (batch <= 0) wake();
      });
      for (let sent = 0; sent < count; sent += TOGETHER) {
        batch = TOGETHER;
        const requests = Array.from({ length: TOGETHER }, () => {
          asked += 1;
          // Each from another address: those of one are limited.
          const address = `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`;
          return `GET /device/challenge?device_id=device-${asked} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\n\r\n`;
        });
        const isAnswered = new Promise<void>((resolve) => (wake = resolve));
        socket.write(requests.join(''));
        await isAnswered;
      }
      socket.destroy();
    };
    const all = async (count: number): Promise<void> => {
      await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(count / CONNECTIONS)));
    };
    await all(CHALLENGES / 10);
    const before = { bytes: bytesIn(path), resident: residentOf(child.pid) };
    await all((CHALLENGES * 9) / 10);
    expect(answered).toBe(CHALLENGES);
    expect(bytesIn(path)).toBe(before.bytes);
    // 90,000 challenges of 100 bytes would be seen, and 90,000 of what a server may keep of each even more.
    expect(residentOf(child.pid) - before.resident).toBeLessThan(30_000);
    expect((await phoneAt(port).client.fetch('/balance')).status).toBe(200);
    child.kill();
  });
});

describe('a disk that is full', () => {
  it('is 503 to who needs the store, and takes nothing back that was acknowledged', async () => {
    const port = await freePort();
    const text = JSON.stringify(settings(port, `sqlite:${join(folder(), 'state.db')}`));
    const env = newSecret();
    // No file of the process gets larger than 1 MiB.
    let child = await startProcess(text, env, [
      '/bin/sh',
      '-c',
      'ulimit -f 2048; exec "$0" "$@"',
      process.execPath,
    ]);
    const enrolled: Phone[] = [];
    const enroll = async (): Promise<string> => {
      const phone = phoneAt(port);
      try {
        await phone.client.ready();
        enrolled.push(phone);
        return 'enrolled';
      } catch (error) {
        return error instanceof ClientError ? error.type : String(error);
      }
    };
    let last = 'enrolled';
    for (let count = 0; last === 'enrolled' && count < 500; count += 1) last = await enroll();
    expect(last).toBe('throttled');
    expect(enrolled.length).toBeGreaterThan(5);
    // What only reads goes on.
    for (const { client } of enrolled) expect((await client.fetch('/balance')).status).toBe(200);
    const isOver = once(child, 'exit');
    child.kill('SIGKILL');
    await isOver;
    child = await startProcess(text, env);
    for (const { client } of enrolled) {
      const before = (await client.state()).label;
      const signed = await client.fetch('/transfers', { method: 'POST', body: 'x', signed: true });
      expect([signed.status, (await client.state()).label]).toEqual([200, before]);
    }
    expect(await enroll()).toBe('enrolled');
    child.kill();
  });
});

describe('clients that are slow, or half gone', () => {
  it('do not disturb other clients, and reach no API', { timeout: 120_000 }, async () => {
    const port = await freePort();
    const child = await startProcess(JSON.stringify(settings(port, 'memory')), newSecret());
    const { client } = phoneAt(port);
    await client.ready();
    const bearer = 'Authorization: Bearer none\r\n';
    const slowHeads = await Promise.all(Array.from({ length: 200 }, () => opened(port)));
    const slowBodies = await Promise.all(Array.from({ length: 50 }, () => opened(port)));
    const cut = slowHeads.map((socket) => readToEnd(socket));
    for (const socket of slowHeads) socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n');
    for (const socket of slowBodies)
      socket.write(`POST /transfers HTTP/1.1\r\nHost: a\r\n${bearer}Content-Length: 1000\r\n\r\n`);
    const load = { isOver: false };
    const drip = (async () => {
      for (; !load.isOver; await sleep(100))
        for (const socket of [...slowHeads, ...slowBodies]) if (socket.writable) socket.write('x');
    })();
    const genuine: number[] = [];
    const loading = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (; !load.isOver; await sleep(5)) genuine.push((await client.fetch('/balance')).status);
      }),
    );
    served.length = 0;
    // Done with sending, and still reading: an answer is due.
    const done = await Promise.all(Array.from({ length: 50 }, () => opened(port, true)));
    const answers = done.map((socket) => readToEnd(socket));
    for (const socket of done)
      socket.end(`GET /balance HTTP/1.1\r\nHost: a\r\n${bearer}Connection: close\r\n\r\n`);
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    // In the middle of a head, or of a body: nothing that can be judged.
    const halves = await Promise.all(Array.from({ length: 50 }, () => opened(port, true)));
    const ends = halves.map((socket) => readToEnd(socket));
    for (const [at, socket] of halves.entries())
      socket.end(
        at % 2 === 0
          ? 'GET /half HTTP/1.1\r\nHo'
          : 'POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx',
      );
    for (const end of await Promise.all(ends)) expect(end).not.toMatch(/^HTTP\/1\.1 2/);
    for (const answer of await Promise.all(cut)) expect(answer).toMatch(/^$|^HTTP\/1\.1 408 /);
    load.isOver = true;
    await Promise.all([drip, loading]);
    for (const socket of slowBodies) socket.destroy();
    expect(new Set(genuine)).toEqual(new Set([200]));
    expect(genuine.length).toBeGreaterThan(100);
    expect(new Set(served)).toEqual(new Set(['GET /balance']));
    child.kill();
  });
});
