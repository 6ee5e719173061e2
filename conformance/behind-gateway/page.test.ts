import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from '@attestkit/examples/requests';
import { describe, expect, it } from 'vitest';
import { freePort } from '../servers/example-process.js';
import { sendHttp1 } from '../wire/http1.js';
import { Page } from './page.js';
import { ACCOUNT, environmentOf, phoneAt } from './phone.js';
import { EXAMPLE, folder, GATEWAY, hasPython, PUBLISHED, PYTHON, RESULT_KEY, running } from './processes.js';
import { gatewayBefore, reader, served, shell } from './reader.js';

// docs/gateway-python.md: each block of it is executed, here or in quickstarts.test.ts.

const page = new Page('docs/gateway-python.md');
const ATTESTKIT = GATEWAY.replace('gateway/bin/attestkit-gateway.js', 'attestkit/bin/attestkit.js');
const FIVE = 'Five minutes with FastAPI';
const EXTENSION = 'From the FastAPI App Attest extension';

describe.skipIf(!hasPython)('docs/gateway-python.md', () => {
  it('has five minutes that work as they are written', async () => {
    const [port, behind] = [await freePort(), await freePort()];
    const placed = (text: string): string =>
      text.replaceAll('8080', String(port)).replaceAll('8000', String(behind));
    const own = reader({
      'app.py': page.blocks(FIVE, 'python')[0] ?? '',
      'gateway.yaml': placed(page.block(FIVE, 'yaml')),
    });
    const lines = placed(page.block(FIVE, 'sh illustrative'))
      .replaceAll('python3 ', `${PYTHON} `)
      .replaceAll('npx attestkit-gateway', `${process.execPath} ${GATEWAY}`)
      .replaceAll('npx attestkit ', `${process.execPath} ${ATTESTKIT} `)
      // Both are started in the background, and take a moment.
      .replaceAll(' &\n', ' >>log 2>&1 &\n')
      .replaceAll('curl -i ', 'curl -sS -i ');
    const { status, said } = await shell(own, lines);
    expect([status, said]).toEqual([0, said]);
    const answers = [...said.matchAll(/HTTP\/1\.1 (\d+) [\s\S]*?\r\n\r\n([^\n]*\})/g)];
    expect(answers.map(([, code, body]) => [code, body])).toEqual([
      ['200', '{"shape":"Circle","device":null,"evidence":["approov"]}'],
      ['401', '{}'],
      ['403', '{"detail":"Forbidden"}'],
    ]);
  }, 120_000);

  it('shows a router that checks each of its endpoints, and no others', async () => {
    const own = reader({ 'app.py': page.block('So that no endpoint forgets it', 'python') });
    const port = await freePort();
    const environment = { ...environmentOf(port), ATTEST_ISSUER: 'https://gateway.example.com' };
    const behind = await served(own, 'app', { ...environment, ATTEST_AUDIENCE: 'shapes' });
    await gatewayBefore(behind, page.block(FIVE, 'yaml'), { ...PUBLISHED, NODE_ENV: 'test' }, port);
    const [valid] = cases.filter(({ server, name }) => server === 'token-check' && name === 'valid token');
    const answers = { '/shapes': { shape: 'Circle' }, '/me': { device: null }, '/health': { ok: true } };
    for (const [target, answer] of Object.entries(answers)) {
      const { body } = await sendHttp1(port, { target, headers: valid?.headers ?? [] });
      expect(JSON.parse(body)).toEqual(answer);
      expect((await sendHttp1(behind, { target })).status).toBe(target === '/health' ? 200 : 403);
    }
  });

  it('shows Flask code that works', async () => {
    const own = reader({ 'app.py': page.blocks(FIVE, 'python')[1] ?? '' });
    const [port, behind] = [await freePort(), await freePort()];
    const options = ['-m', 'flask', '--app', join(own, 'app'), 'run', '--port', String(behind)];
    const environment = { ...environmentOf(port), ATTEST_ISSUER: 'https://gateway.example.com' };
    await running(PYTHON, options, behind, { ...environment, ATTEST_AUDIENCE: 'shapes', PYTHONPATH: own });
    await gatewayBefore(behind, page.block(FIVE, 'yaml'), { ...PUBLISHED, NODE_ENV: 'test' }, port);
    const [valid] = cases.filter(({ server, name }) => server === 'token-check' && name === 'valid token');
    const answer = await sendHttp1(port, { target: '/shapes', headers: valid?.headers ?? [] });
    expect(JSON.parse(answer.body)).toEqual({ shape: 'Circle', device: null, evidence: ['approov'] });
    expect((await sendHttp1(behind, { target: '/shapes' })).status).toBe(403);
  });

  it('shows tests that pass', async () => {
    const own = reader({
      'app.py': page.blocks(FIVE, 'python')[0] ?? '',
      'test_app.py': page.block('Test without a gateway', 'python'),
    });
    const { status, said } = await shell(own, `${PYTHON} -m pytest -q -p no:cacheprovider -W error`);
    expect([status, said]).toEqual([0, expect.stringContaining('3 passed')]);
  });

  it('shows how to listen on a unix socket', async () => {
    const own = reader({ 'app.py': page.blocks(FIVE, 'python')[0] ?? '' });
    const flask = reader({ 'app.py': page.blocks(FIVE, 'python')[1] ?? '' });
    const lines = page.block('A unix socket', 'sh illustrative').split('\n');
    const started = lines.filter((line) => line.startsWith('python3 '));
    expect(started).toHaveLength(2);
    for (const [at, line] of started.entries()) {
      const socket = join(folder, `page-${at}.sock`);
      const words = (line.split('#')[0] ?? '')
        .replace('/run/shapes/api.sock', socket)
        .trim()
        .split(/ +/)
        .slice(1);
      const PYTHONPATH = line.includes('# Flask') ? flask : own;
      const { stop } = await running(PYTHON, words, socket, { ...environmentOf(1), PYTHONPATH });
      await stop();
    }
    expect(page.block('A unix socket', 'yaml')).toContain('unix:/run/shapes/api.sock');
  });

  it('the extension’s example knows the device, and refuses with 403', async () => {
    const { before, after } = page.sides(EXTENSION);
    expect(
      (
        await shell(folder, `${PYTHON} -c 'import ast, sys; ast.parse(sys.argv[1])' "$CODE"`, {
          CODE: before,
        })
      ).status,
    ).toBe(0);
    const port = await freePort();
    const own = reader({ 'app.py': after });
    const environment = { ...environmentOf(port), ATTEST_ISSUER: 'https://gateway.example.com' };
    const behind = await served(own, 'app', { ...environment, ATTEST_AUDIENCE: 'config' });
    const roots = "[TEAMID1234.com.example.app], roots: ['${ROOT_0}', '${ROOT_1}']";
    const yaml = page.block(EXTENSION, 'yaml').replace('[TEAMID1234.com.example.app]', roots);
    await gatewayBefore(behind, yaml, ACCOUNT, port);
    const answer = await phoneAt(port).fetch('/api/public-config');
    expect(await answer.json()).toMatchObject({ device: expect.stringMatching(/^[\w-]{16,}$/) as unknown });
    const refused = await sendHttp1(port, {
      target: '/api/public-config',
      headers: [['Authorization', 'Bearer forged']],
    });
    expect(refused.status).toBe(403);
    expect((await sendHttp1(port, { target: '/device/challenge' })).status).toBe(400);
  });

  it('shows PHP commands that work', async () => {
    const behind = await freePort();
    const lines = page.block('PHP', 'sh illustrative').replace('8000', String(behind)).trimEnd();
    const own = mkdtempSync(join(folder, 'php-'));
    for (const name of ['attest.php', 'hello.php']) copyFileSync(join(EXAMPLE, 'php', name), join(own, name));
    copyFileSync(RESULT_KEY, join(own, 'result-key.pem'));
    mkdirSync(join(own, 'home'));
    const asked = `curl -sS -i --retry 30 --retry-delay 1 --retry-connrefused http://127.0.0.1:${behind}/`;
    const { said } = await shell(own, `${lines} >>log 2>&1 &\n${asked}`);
    expect(said).toMatch(/HTTP\/1\.1 403 Forbidden/);
  });
});
