import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../src/command/run.js';
import { upstream } from '../support/gateway.js';

it('follows its file: a right version is taken, a wrong one is told and not taken', async () => {
  const api = await upstream();
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const file = join(folder, 'gateway.yaml');
  const text = (routes: string): string => `
traffic: { listen: '127.0.0.1:0' }
upstreams: { api: '${api.url}' }
evidence: { approov: { secretBase64: '\${APPROOV_BASE64_SECRET}' } }
routes: ${routes}
default: {}
`;
  writeFileSync(file, text('[]'));
  const lines: Record<string, unknown>[] = [];
  let stop: () => void = () => undefined;
  const ended = run(['--config', file], {
    env: { APPROOV_BASE64_SECRET: randomBytes(32).toString('base64') },
    out: (given) =>
      given
        .split('\n')
        .forEach((line) => line.startsWith('{') && lines.push(JSON.parse(line) as Record<string, unknown>)),
    err: () => undefined,
    stopped: () => new Promise<void>((resolve) => (stop = resolve)),
  });
  const urlOf = (): unknown =>
    lines.find(({ type, listener }) => type === 'listening' && listener === 'traffic')?.['url'];
  await expect.poll(urlOf).toBeTypeOf('string');
  const status = async (): Promise<number> => (await fetch(`${String(urlOf())}/x`)).status;
  expect(await status()).toBe(401);
  // As editors write: another file takes its place.
  writeFileSync(`${file}.new`, text('[{ path: /x, open: true }]'));
  renameSync(`${file}.new`, file);
  await expect.poll(status, { timeout: 5000 }).toBe(200);
  writeFileSync(file, text('[{ path: x }]'));
  await expect.poll(() => lines.filter(({ type }) => type === 'reload').length, { timeout: 5000 }).toBe(2);
  expect(lines.filter(({ type }) => type === 'reload').at(-1)).toMatchObject({ outcome: 'rejected' });
  expect(await status()).toBe(200);
  writeFileSync(file, text('[]'));
  await expect.poll(status, { timeout: 5000 }).toBe(401);
  process.emit('SIGHUP');
  await expect.poll(() => lines.filter(({ type }) => type === 'reload').length).toBe(4);
  stop();
  expect(await ended).toBe(0);
});
