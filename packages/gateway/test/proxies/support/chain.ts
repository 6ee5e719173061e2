import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualApple } from 'attestkit-testing';
import { stringify } from 'yaml';
import { run } from '../../../src/command/run.js';
import { gateway, type TestGateway } from '../../support/gateway.js';
import { SECRET } from '../../support/tokens.js';
import { api, type Api } from './api.js';
import { freePort } from './processes.js';
import type { Proxy } from './proxies.js';
import { recorder, type Recorder } from './recorder.js';

export const AUDIENCE = 'https://api.example.com';
export const APP_ID = 'TEAMID1234.com.example.app';
export const apple = createVirtualApple();
export const ENV = { APPROOV_BASE64_SECRET: SECRET, JWT_SECRET: randomBytes(48).toString('base64') };

/** A client's side of a proxy that asks a gateway before it passes requests on to an API. */
export interface Chain {
  readonly url: string;
  /** What the proxy asks, and is answered. */
  readonly questions: Recorder;
  readonly api: Api;
  /** A second API, for the routes that name it. */
  readonly other: Api;
  readonly gateway: TestGateway;
  /** What the proxy wrote. */
  readonly log: () => string;
  close(): Promise<void>;
}

/** Starts all of it, the proxy with exactly what `print-config` prints. @param more fields of the configuration */
export async function chain(proxy: Proxy, more: object): Promise<Chain> {
  const [traffic, port] = [await freePort(), await freePort()];
  const [upstream, other] = [await api(), await api()];
  const settings = {
    traffic: { listen: `127.0.0.1:${traffic}` },
    authorization: { listen: '127.0.0.1:0', requestIdsByProxy: true },
    trustedProxies: ['loopback'],
    upstreams: { api: `http://127.0.0.1:${upstream.port}`, other: `http://127.0.0.1:${other.port}` },
    evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
    devices: {
      audience: AUDIENCE,
      secret: '${JWT_SECRET}',
      evidence: {
        appAttest: {
          appIds: [APP_ID],
          roots: [apple.attestationRoot, apple.receiptRoot].map((root) =>
            new X509Certificate(root).toString(),
          ),
        },
      },
    },
    accept: ['approov', 'session'],
    store: 'memory',
    ...more,
  };
  const judging = await gateway(stringify(settings), ENV);
  const questions = await recorder(Number(new URL(judging.authorizationUrl).port));
  const asking = { ...settings.authorization, listen: `127.0.0.1:${questions.port}` };
  const printed = await printedFor(proxy, { ...settings, authorization: asking }, port);
  const process = await proxy.start(printed, port);
  return {
    url: `http://127.0.0.1:${port}`,
    questions,
    api: upstream,
    other,
    gateway: judging,
    log: process.log,
    async close() {
      await process.stop();
      await questions.close();
      await Promise.all([upstream.close(), other.close(), judging.close()]);
    },
  };
}

/** What `print-config` prints for a proxy that listens on this port. */
export async function printedFor(
  { prints }: Proxy,
  settings: object,
  port: number,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-'));
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, stringify(settings));
  const printed: string[] = [];
  for (const name of prints) {
    let out = '';
    let err = '';
    const status = await run(['print-config', name, file, '--listen', `127.0.0.1:${port}`], {
      env: { ...process.env, ...ENV },
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      stopped: () => Promise.resolve(),
    });
    if (status !== 0) throw new Error(err);
    printed.push(out);
  }
  rmSync(folder, { recursive: true, force: true });
  return printed;
}
