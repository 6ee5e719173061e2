import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { freePort } from '../servers/example-process.js';
import { ACCOUNT, environmentOf, phoneAt } from './phone.js';
import { backend, canRun, folder, GATEWAY, hasPython, running, type Running } from './processes.js';

// What packages/gateway/deploy/compose.yaml starts, without containers: its files, with places of this machine.

const DEPLOY = fileURLToPath(new URL('../../packages/gateway/deploy/', import.meta.url));
const hasAll = [
  hasPython,
  canRun('nginx', ['-v'], 'nginx-light'),
  canRun('redis-server', ['--version'], 'redis-server'),
].every(Boolean);

describe.skipIf(!hasAll)('nginx before two gateways with their state in Redis, before FastAPI', async () => {
  if (!hasAll) return;
  chmodSync(folder, 0o755);
  const ports = { nginx: await freePort(), redis: await freePort() };
  const gateways = [
    { traffic: await freePort(), admin: await freePort(), open: await freePort() },
    { traffic: await freePort(), admin: await freePort(), open: await freePort() },
  ];
  const url = `http://127.0.0.1:${ports.nginx}`;
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets);
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  writeFileSync(join(secrets, 'approov'), randomBytes(48).toString('base64'));
  writeFileSync(join(secrets, 'admin'), randomBytes(48).toString('base64'));
  writeFileSync(join(secrets, 'jwt'), randomBytes(48).toString('base64'));
  writeFileSync(join(secrets, 'result-key.pem'), key.export({ type: 'pkcs8', format: 'pem' }));

  /** A file with the places that it names replaced; each of them has to be there. */
  function placed(file: string, name: string, places: Readonly<Record<string, string>>): string {
    let text = readFileSync(join(DEPLOY, file), 'utf8');
    for (const [from, to] of Object.entries(places)) {
      if (!text.includes(from)) throw new Error(`${file} does not have ${from}`);
      text = text.replaceAll(from, to);
    }
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  const command = /redis-server, (.*)\]/.exec(readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8'))?.[1] ?? '';
  const options = command.replaceAll("'", '').split(', ');
  const place = ['--dir', folder, '--bind', '127.0.0.1', '--port', String(ports.redis)];
  await running('redis-server', [...options, ...place], ports.redis);
  const api = await backend('fastapi', 'account', {
    ...environmentOf(gateways[0]?.traffic ?? 0),
    ATTEST_ISSUER: url,
  });
  const started: Running[] = [];
  for (const [at, { traffic, admin, open }] of gateways.entries()) {
    const file = placed('compose/gateway.yaml', `gateway-${at}.yaml`, {
      '0.0.0.0:8080': `127.0.0.1:${traffic}`,
      '127.0.0.1:8003': `127.0.0.1:${admin}`,
      '0.0.0.0:9090': `127.0.0.1:${open}`,
      '172.30.0.0/24': 'loopback',
      'http://api:8000': `http://127.0.0.1:${api.port}`,
      'redis://redis:6379': `redis://127.0.0.1:${ports.redis}`,
      '/run/secrets': secrets,
      'http://127.0.0.1:8002': url,
      '[TEAMID1234.com.example.app]': "[TEAMID1234.com.example.app], roots: ['${ROOT_0}', '${ROOT_1}']",
    });
    started.push(await running(process.execPath, [GATEWAY, '--config', file], traffic, ACCOUNT));
  }
  const conf = placed('compose/nginx.conf', 'nginx.conf', {
    'gateway-1:8080': `127.0.0.1:${gateways[0]?.traffic}`,
    'gateway-2:8080': `127.0.0.1:${gateways[1]?.traffic}`,
    'listen 8080': `listen 127.0.0.1:${ports.nginx}`,
    '/tmp/': `${folder}/`,
    'events {}': 'daemon off; events {}',
  });
  await running('nginx', ['-p', folder, '-c', conf], ports.nginx);
  const phone = phoneAt(ports.nginx);
  const ask = async (): Promise<number> => (await phone.fetch('/account/me')).status;

  const servedBy = (): number[] =>
    started.map(
      ({ log }) =>
        log()
          .split('\n')
          .filter((line) => line.includes('"outcome":"accepted"')).length,
    );

  it('lets a phone enroll at one gateway, and ask at both', async () => {
    for (let at = 0; at < 8; at += 1) expect(await ask()).toBe(200);
    await expect.poll(() => Math.min(...servedBy())).toBeGreaterThan(1);
    expect((await fetch(`${url}/account/me`)).status).toBe(401);
  });

  it('verifies signed bodies', async () => {
    const body = '{"to":"ben","amount":5}';
    const headers = { 'content-type': 'application/json' };
    const answer = await phone.fetch('/account/transfers', { method: 'POST', body, headers, signed: true });
    expect(answer.status).toBe(200);
  });

  it.each([0, 1])('says at its open listener that gateway %d is ready', async (at) => {
    const answer = await fetch(`http://127.0.0.1:${gateways[at]?.open}/readyz`, {
      headers: { host: `gateway-${at + 1}:9090` },
    });
    expect(answer.status).toBe(200);
  });

  it('goes on if one gateway is gone', async () => {
    await started[1]?.stop();
    for (let at = 0; at < 4; at += 1) expect(await ask()).toBe(200);
  });
});
