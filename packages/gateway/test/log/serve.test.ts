import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { run } from '../../src/command/run.js';
import { SECRET } from '../support/tokens.js';

const folder = mkdtempSync(join(tmpdir(), 'gateway-serve-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'gateway.yaml');

async function serve(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(
    file,
    `traffic: { listen: '127.0.0.1:0' }\nevidence: { approov: { secretBase64: '\${S}' } }\ndefault: {}\n${yaml}`,
  );
  const said = { out: '', err: '' };
  const status = await run(['--config', file], {
    env: { ...env, S: SECRET, NODE_ENV: 'test' },
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    stopped: () => Promise.resolve(),
  });
  return { status, ...said };
}

it('the command writes what happens, from its first listener to its end', async () => {
  const { status, out, err } = await serve(
    "admin: { listen: '127.0.0.1:0', history: memory, tokens: [{ name: alice, role: read, token: '${S}' }] }",
  );
  expect([status, err]).toEqual([0, '']);
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ type, listener, state }) => [type, listener ?? state])).toEqual([
    ['listening', 'admin'],
    ['listening', 'traffic'],
    ['state', 'ready'],
    ['state', 'draining'],
    ['state', 'stopped'],
  ]);
});

it('says once, whatever the level of the log is, with which token one signs in to the pages', async () => {
  const yaml = "admin: { listen: '127.0.0.1:0' }\nlog: { level: error }";
  const { status, out, err } = await serve(yaml);
  expect([status, out]).toEqual([0, '']);
  expect(err).toMatch(
    /^admin: sign in at http:\/\/127\.0\.0\.1:\d+ with this token, which is not shown again: [A-Za-z0-9_-]{43}\n$/,
  );
  // Its hash is in the file beside the configuration.
  expect(existsSync(join(folder, 'attestkit-history.db'))).toBe(true);
  expect(await serve(yaml)).toEqual({ status: 0, out: '', err: '' });
});

it('keeps the token out of the log', async () => {
  const { out, err } = await serve(
    "admin: { listen: '127.0.0.1:0', history: memory }\nlog: { level: debug }",
  );
  const token = /again: (\S+)/.exec(err)?.[1] ?? 'none';
  expect(token).toHaveLength(43);
  expect(out).not.toContain(token);
});

it('says that a file for the history cannot be used, and goes on', async () => {
  const { status, out } = await serve(
    "admin: { listen: '127.0.0.1:0', history: /nowhere/at/all/history.db }",
  );
  expect(status).toBe(0);
  expect(out).toMatch(
    /"type":"configuration","option":"admin\.history".*"level":"warn"|"level":"warn".*"option":"admin\.history"/,
  );
});

it('takes the level of the configuration', async () => {
  expect((await serve('log: { level: error }')).out).toBe('');
});

it('does not begin with a switch of the lines that is neither true nor false', async () => {
  const { status, out, err } = await serve('', { APPROOV_LOGGING_ENABLED: 'no' });
  expect([status, out]).toEqual([2, '']);
  expect(err).toMatch(/APPROOV_LOGGING_ENABLED is neither true nor false/);
});
