import { spawnSync } from 'node:child_process';
import { cases } from '@attestkit/examples/requests';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { runExample, serveExample, type Environment } from './servers/example-process.js';

describe('commands of the examples', () => {
  it.each([
    [['run-hello.js', '--help'], /^Starts a hello server: .*express, fastify, hono, koa, nest, node, web/s],
    [['run-shapes.js', '--help'], /^Starts a Shapes server: .*original.*protected/s],
    [['run-web-page.js', '--help'], /^Starts a page with App Check, .*: npm run web-page/],
    [
      ['run-signed.js', '--help'],
      /^Prints a request .*v5 shapes, signed: 200 .*v5 forms, another body was signed: 401/s,
    ],
  ])('%j says how it is used', async (command, usage) => {
    const { status, stdout, stderr } = await runExample(command);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(usage);
  });

  it.each([
    [['run-hello.js'], 'Which framework?'],
    [['run-hello.js', 'expres', 'token-check'], 'There is no framework expres. Did you mean express?'],
    [['run-hello.js', 'expres'], 'There is no framework expres. Did you mean express?'],
    [['run-hello.js', '--hlp'], 'There is no option --hlp. Did you mean --help?'],
    [['run-hello.js', 'kao', 'token-check'], 'There is no framework kao. Did you mean koa?'],
    [['run-hello.js', 'rails', 'token-check'], 'There is no framework rails.'],
    [['run-hello.js', 'x'.repeat(10_000), 'token-check'], `There is no framework ${'x'.repeat(10_000)}.`],
    [['run-hello.js', 'express', 'tokencheck'], 'There is no server tokencheck. Did you mean token-check?'],
    [['run-hello.js', '../shapes', 'protected'], 'There is no framework ../shapes.'],
    [['run-hello.js', 'express', 'token'], 'There is no server token.'],
    [['run-hello.js', 'express', '../../shapes/protected'], 'There is no server ../../shapes/protected.'],
    [['run-hello.js', 'express', 'token-check', 'koa'], 'Give one framework and one server.'],
    [['run-shapes.js'], 'Which server?'],
    [['run-shapes.js', '--verbose'], 'There is no option --verbose.'],
    [['run-shapes.js', 'protect'], 'There is no server protect. Did you mean protected?'],
    [['run-shapes.js', 'original', 'protected'], 'Give one server.'],
    [['run-web-page.js', '8002'], 'It does not take arguments.'],
    [['run-signed.js'], 'Which request?'],
    [
      ['run-signed.js', 'v5 shapes, sign'],
      'There is no request v5 shapes, sign. Did you mean v5 shapes, signed?',
    ],
    [['run-signed.js', 'v5', 'shapes,', 'signed'], 'Give one request, in quotation marks.'],
  ])('%j is refused with the usage, and the problem last', async (command, problem) => {
    const { status, stdout, stderr } = await runExample(command);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^(Starts a|Prints a request) /);
    expect(stderr.split('\n').slice(-3)).toEqual(['', problem, '']);
  });

  it('a signed request is a line of curl for the port that is set', async () => {
    const command = ['run-signed.js', 'v5 forms, signed body'];
    const { status, stdout } = await runExample(command, { HTTP_PORT: '8123' });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^curl -i -X POST .*-H 'signature: install=:\S+:' --data-raw '\{"size":1\}' 'http:\/\/127.0.0.1:8123\/v5\/forms'\n$/,
    );
  });

  it('a framework without a server shows what each server does, as lines to paste', async () => {
    const { status, stdout, stderr } = await runExample(['run-hello.js', 'koa']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    const lines = stderr.split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^ {2}npm run hello -- koa unprotected +answers every request$/),
      expect.stringMatching(/^ {2}npm run hello -- koa token-check +requires a valid Approov token$/),
      expect.stringMatching(/^ {2}npm run hello -- koa token-binding-check +requires one that is bound/),
      '',
      'Which koa server?',
      '',
    ]);
  });

  const wrong: readonly (readonly [string, Environment, string])[] = [
    ['a placeholder', { APPROOV_BASE64_SECRET: 'approov_base64_secret_here' }, 'APPROOV_BASE64_SECRET'],
    ['an empty secret', { APPROOV_BASE64_SECRET: '' }, 'APPROOV_BASE64_SECRET'],
    ['a switch that is neither', { APPROOV_LOGGING_ENABLED: 'no' }, 'APPROOV_LOGGING_ENABLED'],
    ['a port that is none', { HTTP_PORT: '80 02' }, 'HTTP_PORT'],
    ['a port out of range', { HTTP_PORT: '65536' }, 'HTTP_PORT'],
    ['an address of another machine', { SERVER_HOSTNAME: '192.0.2.1' }, 'SERVER_HOSTNAME'],
  ];
  describe.each(wrong)('%s', (_, environment, variable) => {
    it.each([
      [['run-hello.js', 'express', 'token-check']],
      [['run-hello.js', 'fastify', 'token-check']],
      [['run-hello.js', 'nest', 'token-binding-check']],
      [['run-shapes.js', 'protected']],
    ])('ends %j with one line', async (command) => {
      const { status, stdout, stderr } = await runExample(command, environment);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr.split('\n')).toEqual([expect.stringContaining(variable), '']);
    });
  });

  it('a port that is in use ends it with one line', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const ended = await runExample(['run-shapes.js', 'protected'], { HTTP_PORT: String(port) });
    holder.close();
    const stderr = `HTTP_PORT ${port} is in use. Stop what listens there, or set it to another.\n`;
    expect(ended).toEqual({ status: 1, stdout: '', stderr });
  });
});

// Lines that a reader pastes are tried as they are printed: with the published secret, and with one of the reader's.
const own = { APPROOV_BASE64URL_SECRET: 'Iz1ZMMLYLRvNFUpP_-lduEZNbPoIk520whpeh4-hDZo' };
/** Its state in a folder of its own, since one gateway alone has it. */
function ofGateway(): Environment {
  return { ADMIN_PORT: '0', STATE: mkdtempSync(join(tmpdir(), 'gateway-')) };
}

const curl = spawnSync('curl', ['--version']).status === 0;

describe.skipIf(!curl).each([
  ['published secret', {}],
  ['secret of the reader', own],
])('printed curl lines, %s', (_, environment) => {
  describe.each([
    [['run-hello.js', 'koa', 'unprotected'], 1],
    [['run-hello.js', 'koa', 'token-check'], 3],
    [['run-hello.js', 'koa', 'token-binding-check'], 4],
    [['run-shapes.js', 'original'], 4],
    [['run-shapes.js', 'protected'], 6],
    [['run-gateway.js'], 6],
  ] as const)('%j', (command, count) => {
    const server = serveExample(command, { ...environment, ...ofGateway() });

    it(`are ${count}, and each answers as it says`, async () => {
      const pairs = [...server.output().matchAll(/^# .*: (\d{3}) .*\n(curl .*)$/gm)];
      expect(pairs).toHaveLength(count);
      for (const [, status, line = ''] of pairs) {
        const { stdout } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
        expect(`${line}\n${stdout.split('\r\n')[0] ?? ''}`).toMatch(new RegExp(`\nHTTP/1\\.1 ${status} `));
      }
    });
  });
});

describe.skipIf(existsSync(new URL('../examples/.env', import.meta.url)))('examples/.env.example', () => {
  const server = serveExample(['run-hello.js', 'node', 'token-check'], { NODE_ENV: 'production' });

  it('is used while there is no .env and no secret, in production too, since the server is on the loopback', async () => {
    expect((await server.send({ target: '/' })).status).toBe(401);
  });
});

describe('the gateway before the Shapes API', () => {
  const server = serveExample(['run-gateway.js'], { NODE_ENV: 'production', ...ofGateway() });
  // Signatures of version 5 name the port 8002.
  // What is no route of the gateway's asks for a token, so that a route of tomorrow is not open today.
  const tried = cases.filter(
    ({ server: of, path, name }) => of === 'shapes' && !path.startsWith('/v5/') && name !== 'unknown path',
  );

  it.each(tried)('$name', async ({ method, path, headers, expect: expected }) => {
    const response = await server.send({ method, target: path, headers });
    expect(response.status).toBe(expected.status);
    if (expected.body !== undefined) expect(response.body).toBe(expected.body);
    if (expected.oneOf !== undefined) expect(expected.oneOf).toContain(response.body);
  });

  it('knows the phone that has enrolled', async () => {
    const [, session = ''] = /-H 'Authorization: ([^']+)' .*\/v3\/device$/m.exec(server.output()) ?? [];
    const { status, body } = await server.send({
      target: '/v3/device',
      headers: [['Authorization', session]],
    });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      device: expect.stringMatching(/^"[\w-]{16,}"$/) as unknown,
      evidence: '"session"',
    });
    expect((await server.send({ target: '/v3/device' })).status).toBe(400);
  });
});
