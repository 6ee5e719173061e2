import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../servers/example-process.js';
import { account, accountGateway, environmentOf, phoneAt, resultKey } from './phone.js';
import { backend, folder, FRAMEWORKS, hasPython, RESULT_KEY } from './processes.js';

// A unix socket in a folder keeps other users of the machine out: then identity fields are enough.

describe.skipIf(!hasPython).each(FRAMEWORKS)('%s behind a unix socket', async (framework) => {
  if (!hasPython) return;
  const own = join(folder, framework);
  mkdirSync(own, { mode: 0o700 });
  const path = join(own, 'api.sock');
  const { port, api } = await account(framework, {}, path);
  const phone = phoneAt(port);

  it.each(['/account/me', '/account/me-by-headers'])('is reached by the gateway: %s', async (to) => {
    const answer = await phone.fetch(to);
    expect(await answer.json()).toMatchObject({ outcome: 'accepted', evidence: ['session'] });
    expect((await fetch(`http://127.0.0.1:${port}${to}`)).status).toBe(401);
  });

  const isRoot = process.getuid?.() === 0;

  it.skipIf(!isRoot)('is not reached by another user: not for the socket, but for its folder', () => {
    const connecting = (): string => {
      const script = `require('net').connect(${JSON.stringify(path)}).on('connect', () => { console.log('connected'); process.exit(); }).on('error', ({ code }) => console.log(code))`;
      const { stdout } = spawnSync(process.execPath, ['-e', script], {
        uid: 65_534,
        gid: 65_534,
        encoding: 'utf8',
      });
      return stdout.trim();
    };
    chmodSync(folder, 0o755);
    expect(connecting()).toBe('EACCES');
    chmodSync(own, 0o755);
    const isWritable = (statSync(path).mode & 0o002) !== 0;
    // Uvicorn and Gunicorn let everybody write to their sockets.
    expect(connecting()).toBe(isWritable ? 'connected' : 'EACCES');
    chmodSync(own, 0o700);
  });

  it('has not broken down', () => expect(api.log()).not.toContain('Traceback'));
});

describe.skipIf(!hasPython).each(FRAMEWORKS)('%s on a port', async (framework) => {
  if (!hasPython) return;
  const { port, api } = await account(framework);

  it('by headers, believes no peer that is not listed', async () => {
    const phone = phoneAt(port);
    expect((await phone.fetch('/account/me-by-headers')).status).toBe(403);
    expect(api.log()).toContain(
      "refused GET '/account/me-by-headers': the peer 127.0.0.1 is not the gateway",
    );
    expect((await phone.fetch('/account/me')).status).toBe(200);
  });
});

describe.skipIf(!hasPython)('the key of result tokens', async () => {
  if (!hasPython) return;
  const [old, next] = [resultKey, generateKeyPairSync('ec', { namedCurve: 'P-256' })];
  const port = await freePort();
  const api = await backend('fastapi', 'account', environmentOf(port));

  /** A gateway that signs with the first key, and publishes both. */
  async function signingWith(...pair: readonly (typeof old)[]) {
    const [key = '', other = ''] = pair.map(
      ({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    );
    writeFileSync(RESULT_KEY, key);
    writeFileSync(join(folder, 'other.pem'), other);
    const place = '${file:result-key.pem}';
    return await accountGateway({
      backend: api.port,
      port,
      replaced: { [place]: `${place}\n  previousKey: \${file:../other.pem}` },
    });
  }

  it('changes without a refused request, if the API knows the next one before it signs', async () => {
    const before = await signingWith(old, next);
    expect((await phoneAt(port).fetch('/account/me')).status).toBe(200);
    await before.stop();
    await signingWith(next, old);
    expect((await phoneAt(port).fetch('/account/me')).status).toBe(200);
    expect(api.log()).not.toContain('refused');
  });
});
