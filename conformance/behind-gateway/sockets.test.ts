import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { account, accountGateway, phoneAt, resultKey } from './phone.js';
import { folder, FRAMEWORKS, hasPython, RESULT_KEY } from './processes.js';

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

describe.skipIf(!hasPython)('the key of result tokens', async () => {
  if (!hasPython) return;
  const { port, api, gateway } = await account('fastapi');

  it('changes without a refused request: the API fetches a key that it does not know', async () => {
    expect((await phoneAt(port).fetch('/account/me')).status).toBe(200);
    await gateway.stop();
    const next = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    writeFileSync(RESULT_KEY, next.export({ type: 'pkcs8', format: 'pem' }));
    const before = resultKey.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    writeFileSync(join(folder, 'previous.pem'), before);
    await accountGateway({
      backend: api.port,
      port,
      replaced: {
        '${file:result-key.pem}': '${file:result-key.pem}\n  previousKey: ${file:../previous.pem}',
      },
    });
    expect((await phoneAt(port).fetch('/account/me')).status).toBe(200);
  });
});
