import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, startGateway } from 'attestkit-gateway';
import { afterAll, describe, expect, it } from 'vitest';

const api = createServer((_, res) => res.end('{}'));
await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
afterAll(() => void api.close());

const openssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!openssl)('a certificate', () => {
  it('is changed while requests run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    const make = (name: string): { certificate: string; key: string } => {
      const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-days',
          '2',
          '-subj',
          `/CN=${name}`,
          '-keyout',
          key,
          '-out',
          certificate,
        ],
        { stdio: 'ignore' },
      );
      return { certificate, key };
    };
    const [first, second] = [make('first'), make('second')];
    const env = { SECRET: randomBytes(32).toString('base64') };
    const configOf = (tls: object) =>
      loadConfig(
        'gateway.json',
        JSON.stringify({
          traffic: { listen: '127.0.0.1:0', tls },
          upstreams: { api: `http://127.0.0.1:${portOf(api)}` },
          evidence: { approov: { secretBase64: '${SECRET}' } },
          routes: [{ path: '/*', open: true }],
          default: {},
          shutdown: { deadlineMs: 500 },
        }),
        env,
      );
    const gateway = await startGateway(configOf(first));
    const port = Number(new URL(gateway.trafficUrl ?? '').port);
    const shown = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const request = get(
          { port, host: '127.0.0.1', path: '/x', rejectUnauthorized: false, agent: false },
          (response) => {
            const { subject } = (
              response.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }
            ).getPeerCertificate();
            response.resume();
            resolve(`${response.statusCode} ${subject.CN}`);
          },
        );
        request.once('error', reject);
      });
    expect(await shown()).toBe('200 first');
    const running = Array.from({ length: 20 }, shown);
    gateway.reload(() => configOf(second));
    expect((await Promise.all(running)).every((line) => line.startsWith('200 '))).toBe(true);
    expect(await shown()).toBe('200 second');
    expect(() => gateway.reload(() => configOf({ ...second, key: join(folder, 'none.key') }))).toThrow(
      /traffic\.tls\.key is a file that cannot be read \(ENOENT\)/,
    );
    expect(await shown()).toBe('200 second');
    await gateway.close();
  });
});
