import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from '@attestkit/examples/requests';
import { describe, expect, it } from 'vitest';
import { freePort } from '../servers/example-process.js';
import { ACCOUNT, accountGateway, environmentOf, phoneAt } from './phone.js';
import { backend, canRun, folder, GATEWAY, gatewayOf, hasPython, PUBLISHED, running } from './processes.js';
import { tryCase } from './tried.js';

// nginx before FastAPI: it asks the gateway about each request, by what print-config writes.

const hasNginx = canRun('nginx', ['-v'], 'nginx-light');

/** Starts nginx with what is printed for a configuration. */
async function nginxFor(file: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const port = await freePort();
  const own = mkdtempSync(join(folder, 'nginx-'));
  // For the user that nginx changes to.
  for (const each of [folder, own]) chmodSync(each, 0o755);
  const printed = execFileSync(
    process.execPath,
    [GATEWAY, 'print-config', 'nginx', file, '--listen', `127.0.0.1:${port}`],
    { env: { PATH: process.env['PATH'], ...environment }, encoding: 'utf8' },
  );
  writeFileSync(join(own, 'site.conf'), printed);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    join(own, 'nginx.conf'),
    `daemon off; pid ${own}/pid; error_log stderr; events {}
http {
  access_log off;
  ${temporary.map((each) => `${each}_temp_path ${own}/${each};`).join('\n  ')}
  include ${own}/site.conf;
}
`,
  );
  await running('nginx', ['-p', own, '-c', join(own, 'nginx.conf')], port);
  return port;
}

describe.skipIf(!hasNginx || !hasPython)('nginx before FastAPI', async () => {
  if (!hasNginx || !hasPython) return;
  const shapes = await backend('fastapi', 'shapes');
  const asked = await gatewayOf('nginx.yaml', {
    backend: shapes.port,
    listens: '127.0.0.1:8081',
    environment: PUBLISHED,
  });
  const port = await nginxFor(asked.file, PUBLISHED);
  // /v5 is not in nginx.yaml; of the unknown path see cases.test.ts.
  const ours = cases.filter(
    ({ server, path, name }) => server === 'shapes' && !path.startsWith('/v5') && name !== 'unknown path',
  );
  /** nginx refuses it without asking. */
  const BY_ITSELF = 'v2 forms, Authorization twice';

  it('has cases', () => expect(ours.length).toBeGreaterThan(70));

  it.each(ours)('$name', (each) =>
    tryCase(port, each.name === BY_ITSELF ? { ...each, expect: { status: 400 } } : each),
  );
});

describe.skipIf(!hasNginx || !hasPython)('nginx before FastAPI, for devices', async () => {
  if (!hasNginx || !hasPython) return;
  const [traffic, authorization] = [await freePort(), await freePort()];
  const account = await backend('fastapi', 'account', environmentOf(traffic));
  const { file } = await accountGateway({
    backend: account.port,
    port: traffic,
    replaced: {
      'traffic:': `authorization: { listen: '127.0.0.1:${authorization}', requestIdsByProxy: true }\ntrustedProxies: [loopback]\ntraffic:`,
      // nginx does not show the gateway signed bodies.
      'methods: [POST], signedRequest': 'methods: [GET], signedRequest',
    },
  });
  const port = await nginxFor(file, ACCOUNT);

  it('enrolls, and the API verifies the token that nginx hands over', async () => {
    const answer = await phoneAt(port, traffic).fetch('/account/me?x=1');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ outcome: 'accepted', evidence: ['session'] });
    const refused = await fetch(`http://127.0.0.1:${port}/account/me`);
    expect([refused.status, await refused.text()]).toEqual([401, '{}']);
  });
});
