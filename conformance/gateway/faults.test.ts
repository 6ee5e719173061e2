import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { fakeExpoAppAttest, memoryStorage } from 'attestkit-client/testing';
import { loadConfig, startGateway } from 'attestkit-gateway';
import { describe, expect, it } from 'vitest';
import { freePort } from '../servers/example-process.js';
import {
  APP_ID,
  apple,
  AUDIENCE,
  children,
  newSecret,
  phoneAt,
  settings,
  startProcess,
  type Phone,
} from './support.js';

describe('kill -9 under load', () => {
  it('loses nothing that was acknowledged, and grants nothing twice', async () => {
    const port = await freePort();
    const store = `sqlite:${join(mkdtempSync(join(tmpdir(), 'gateway-')), 'state.db')}`;
    const env = newSecret();
    const start = (): Promise<ChildProcess> => startProcess(JSON.stringify(settings(port, store)), env);
    let child = await start();
    const enrolled: Phone[] = [];
    for (let round = 0; round < 3; round += 1) {
      const phones = Array.from({ length: 12 }, () => phoneAt(port));
      let atHand = 0;
      const running = Promise.allSettled(
        phones.map(async (phone) => {
          await phone.client.ready();
          enrolled.push(phone);
          atHand += 1;
        }),
      );
      // While others are under way.
      await expect.poll(() => atHand, { timeout: 20_000, interval: 1 }).toBeGreaterThan(round * 2);
      const isOver = once(child, 'exit');
      child.kill('SIGKILL');
      await isOver;
      await running;
      child = await start();
    }
    expect(enrolled.length).toBeGreaterThan(8);
    for (const { client } of enrolled) {
      const before = (await client.state()).label;
      // Its session is still good, and so is its key: nothing begins anew.
      expect((await client.fetch('/balance')).status).toBe(200);
      await client.ready({ renew: true });
      expect((await client.fetch('/transfers', { method: 'POST', body: 'x', signed: true })).status).toBe(
        200,
      );
      expect((await client.state()).label).toBe(before);
    }
    child.kill();
  });
});

const redis = spawnSync('redis-server', ['--version']).status === 0;
if (!redis && process.env['CI'] === 'true') throw new Error('redis-server is missing');

describe.skipIf(!redis)('a store that is gone', () => {
  it('is 503 while it is away, and no more when it is back', async () => {
    const storePort = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'redis-'));
    const startRedis = async (): Promise<ChildProcess> => {
      const args = [
        '--port',
        String(storePort),
        '--dir',
        folder,
        '--save',
        '',
        '--appendonly',
        'yes',
        '--bind',
        '127.0.0.1',
      ];
      const child = spawn('redis-server', args, { stdio: 'ignore' });
      children.push(child);
      for (let turn = 0; turn < 100; turn += 1) {
        const socket = connect(storePort, '127.0.0.1');
        const isUp = await once(socket, 'connect').then(
          () => true,
          () => false,
        );
        socket.destroy();
        if (isUp) return child;
        await sleep(50);
      }
      throw new Error('redis does not start');
    };
    let server = await startRedis();
    const port = await freePort();
    const env = newSecret();
    const text = JSON.stringify(settings(port, `redis://127.0.0.1:${storePort}`));
    const gateway = await startGateway(loadConfig('gateway.json', text, env));
    const { client } = phoneAt(port);
    expect((await client.fetch('/balance')).status).toBe(200);
    server.kill('SIGKILL');
    await once(server, 'exit');
    const label = '0123456789abcdef';
    const challenge = (): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/device/attest`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ challenge: 'x', device_id: label }),
      });
    // What needs no state goes on; what does is refused as unavailable, and no request as genuine.
    expect((await challenge()).status).toBe(400);
    await expect(client.ready({ renew: true })).resolves.toBeUndefined();
    const forced = phoneAt(port);
    await expect(forced.client.ready()).rejects.toMatchObject({ type: 'throttled' });
    server = await startRedis();
    await expect
      .poll(
        async () =>
          (
            await phoneAt(port)
              .client.fetch('/balance')
              .catch(() => undefined)
          )?.status,
        { timeout: 20_000, interval: 500 },
      )
      .toBe(200);
    expect((await client.fetch('/transfers', { method: 'POST', body: 'x', signed: true })).status).toBe(200);
    await gateway.close();
    server.kill('SIGKILL');
  });
});

it('a clock that is set back opens nothing again', async () => {
  const port = await freePort();
  let offset = 0;
  const env = newSecret();
  const gateway = await startGateway(
    loadConfig('gateway.json', JSON.stringify(settings(port, 'memory')), env),
    {
      now: () => Date.now() + offset,
    },
  );
  const { client } = phoneAt(port);
  let session = '';
  await client.fetch('/balance');
  const url = `http://127.0.0.1:${port}`;
  const spy = createClient({
    baseUrl: url,
    audience: AUDIENCE,
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: APP_ID }))),
    storage: memoryStorage(),
    fetch: (to, init) => {
      session = new Headers(init.headers).get('authorization') ?? session;
      return fetch(to, init);
    },
  });
  await spy.fetch('/balance');
  const tried = async (): Promise<number> =>
    (await fetch(`${url}/balance`, { headers: { authorization: session } })).status;
  expect(await tried()).toBe(200);
  offset = 3_600_000;
  expect(await tried()).toBe(401);
  offset = 0;
  expect(await tried()).toBe(401);
  await gateway.close();
});
