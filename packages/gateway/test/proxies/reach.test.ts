// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 cannot be imported without it
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { gateway, raw } from '../support/gateway.js';
import { readAnswer } from '../support/questions.js';
import { approovToken } from '../support/tokens.js';
import { api } from './support/api.js';
import { chain, ENV, printedFor } from './support/chain.js';
import { freePort } from './support/processes.js';
import { PROXIES, versionOf } from './support/proxies.js';

const folder = mkdtempSync(join(tmpdir(), 'attestkit-reach-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function statusOf(url: string, target: string): Promise<number> {
  const head = `GET ${target} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n`;
  return readAnswer(await raw(url, `${head}Approov-Token: ${approovToken()}\r\n\r\n`, 5000)).status;
}

/** A certificate that signs itself, for one name. */
async function certified(name: string) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
        new BasicConstraintsExtension(true),
      ],
    },
    webcrypto as never,
  );
  const cert = made.toString('pem');
  const key = KeyObject.from(keys.privateKey as never).export({ type: 'pkcs8', format: 'pem' });
  const file = join(folder, `${name}.pem`);
  writeFileSync(file, cert);
  return { cert, key, file };
}

describe.each(PROXIES)('$name', (proxy) => {
  if (versionOf(proxy) === undefined) return it.skip('is not installed');
  let right: Awaited<ReturnType<typeof certified>>;
  let wrong: typeof right;
  beforeAll(async () => {
    [right, wrong] = [await certified('localhost'), await certified('other.example')];
  });

  it('reaches an API by TLS, if its certificate is of the named authority, for the name', async () => {
    const [good, bad] = [await api({ tls: right }), await api({ tls: wrong })];
    const https = async (port: number, ca?: string): Promise<number> => {
      const all = await chain(proxy, {
        upstreams: { api: { url: `https://localhost:${port}`, ...(ca !== undefined && { ca }) } },
        default: {},
      });
      const status = await statusOf(all.url, '/v1/x');
      await all.close();
      return status;
    };
    expect(await https(good.port, right.file)).toBe(200);
    const refused = [
      await https(good.port, wrong.file),
      await https(bad.port, wrong.file),
      await https(good.port),
    ];
    for (const status of refused) expect([502, 503]).toContain(status);
    expect([good.served.length, bad.served.length]).toEqual([1, 0]);
    await Promise.all([good.close(), bad.close()]);
  });

  it('asks, and reaches the API and the device endpoints, by unix sockets', async () => {
    const own = mkdtempSync(join(folder, 'sockets-'));
    chmodSync(own, 0o755);
    const [port, ...paths] = [
      await freePort(),
      ...['api', 'ask', 'traffic'].map((name) => join(own, name)),
    ] as const;
    const [path = '', ask = '', traffic = ''] = paths;
    const upstream = await api({ path });
    const settings = {
      traffic: { listen: `unix:${traffic}` },
      authorization: { listen: `unix:${ask}` },
      upstreams: { api: `unix:${path}` },
      evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
      devices: {
        audience: 'https://api.example.com',
        secret: '${JWT_SECRET}',
        evidence: { appAttest: { appIds: ['TEAMID1234.com.example.app'] } },
      },
      accept: ['approov', 'session'],
      store: 'memory',
      default: {},
    };
    const judging = await gateway(stringify(settings), ENV);
    // nginx connects as another user.
    for (const each of paths) chmodSync(each, 0o777);
    const process = await proxy.start(await printedFor(proxy, settings, port), port);
    const url = `http://127.0.0.1:${port}`;
    expect(await statusOf(url, '/v1/x')).toBe(200);
    expect((await fetch(`${url}/v1/x`)).status).toBe(401);
    expect((await fetch(`${url}/device/challenge?device_id=0123456789abcdef0123456789abcdef`)).status).toBe(
      200,
    );
    expect(upstream.served.length).toBe(1);
    await process.stop();
    await Promise.all([upstream.close(), judging.close()]);
  });
});
