import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/command/run.js';
import { approovToken, SECRET } from '../support/tokens.js';
import { ask, saysOf } from '../admin/support/ask.js';
import { command } from './support/command.js';

/** Runs the command while the test asks it. */
async function inspecting(use: (url: string) => Promise<void>): Promise<string> {
  let out = '';
  let failed: unknown;
  const status = await run(['inspector', '--listen', '127.0.0.1:0'], {
    env: {},
    out: (text) => void (out += text),
    err: (text) => void (out += text),
    stopped: () =>
      use(/http:\S+(?=\/inspect)/.exec(out)?.[0] ?? '').catch((error: unknown) => (failed = error)),
  });
  if (failed !== undefined) throw failed;
  expect(status).toBe(0);
  return out;
}

describe('attestkit-gateway inspector', () => {
  it.each([
    '0.0.0.0:8004',
    '[::]:8004',
    '10.0.0.1:8004',
    'example.com:8004',
    'unix:/tmp/x.sock',
    '8004',
    '127.0.0.1',
    '',
  ])('does not listen on %j', async (address) => {
    const { status, out, err } = await command(['inspector', '--listen', address]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(
      `--listen ${address} is not an address of this machine alone, such as 127.0.0.1:8004`,
    );
  });

  it('takes no configuration', async () => {
    expect((await command(['inspector', 'gateway.yaml'])).err).toContain(
      'there is gateway.yaml beside its options',
    );
    expect((await command(['inspector', '--config', 'x'])).err).toContain('there is no option --config');
  });

  it('says where it is, and inspects without a sign-in', async () => {
    const out = await inspecting(async (url) => {
      const session = await ask(url, { path: '/api/session' });
      expect([session.status, JSON.parse(session.body)]).toEqual([
        200,
        expect.objectContaining({ role: 'read', standalone: true, hasDevices: false }),
      ]);
      const body = JSON.stringify({ evidence: approovToken(), members: { secretBase64: SECRET } });
      const report = await ask(url, { method: 'POST', path: '/api/inspect', body });
      expect([report.status, report.body]).toEqual([200, expect.stringContaining('"verdict":"pass"')]);
      expect((await ask(url, { path: '/api/errors' })).status).toBe(200);
      const home = await ask(url, { path: '/' });
      expect([home.status, home.headers.get('location')]).toEqual([302, '/inspect']);
    });
    expect(out).toMatch(/^The inspector is at http:\/\/127\.0\.0\.1:\d+\/inspect\n$/);
  });

  it('has nothing of a gateway', async () => {
    await inspecting(async (url) => {
      for (const path of [
        '/rollout',
        '/decisions',
        '/devices',
        '/metrics',
        '/readyz',
        '/api/overview',
        '/api/live',
      ])
        expect([path, (await ask(url, { path })).status]).toEqual([path, 404]);
      const { status } = await ask(url, { method: 'POST', path: '/api/session', body: '{"token":"x"}' });
      expect(status).toBe(405);
      expect((await ask(url, { method: 'POST', path: '/api/devices/find', body: '{}' })).status).toBe(404);
    });
  });

  it('answers its own page alone, by its own name', async () => {
    await inspecting(async (url) => {
      const inspect = async (lines: Readonly<Record<string, readonly string[]>>) =>
        await ask(url, { method: 'POST', path: '/api/inspect', body: '{"evidence":"x"}', lines });
      expect((await inspect({})).status).toBe(200);
      for (const lines of [
        { origin: [] },
        { origin: ['http://evil.example'] },
        { 'sec-fetch-site': [] },
        { 'sec-fetch-site': ['same-site'] },
        { 'sec-fetch-site': ['cross-site'] },
        { 'content-type': ['text/plain'] },
      ]) {
        const answer = await inspect(lines);
        expect([answer.status, saysOf(answer)]).toEqual([403, expect.any(String)]);
      }
      for (const path of ['/', '/inspect', '/api/session', '/api/errors'])
        expect((await ask(url, { path, lines: { host: ['evil.example'] } })).status).toBe(421);
      expect((await inspect({ host: ['evil.example'], origin: ['http://evil.example'] })).status).toBe(421);
    });
  });

  it('ends while a client is still connected, and says why it cannot start', async () => {
    await inspecting(async (url) => {
      const { port } = new URL(url);
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      const { status, err } = await command(['inspector', '--listen', `127.0.0.1:${port}`]);
      expect([status, err]).toEqual([2, expect.stringContaining('it cannot start: listen EADDRINUSE')]);
    });
  });
});
