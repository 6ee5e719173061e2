import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, type Client } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { fakeExpoAppAttest, memoryStorage, type MemoryStorage } from 'attestkit-client/testing';
import { createVirtualApple } from 'attestkit-testing';
import { afterAll } from 'vitest';

export const AUDIENCE = 'https://api.example.com';
export const APP_ID = 'TEAMID1234.com.example.app';
export const apple = createVirtualApple();
const roots = [apple.attestationRoot, apple.receiptRoot].map((root) => new X509Certificate(root).toString());

/** What arrived at the API: method and path. */
export const served: string[] = [];
const api = createServer((req, res) => {
  served.push(`${req.method} ${req.url}`);
  res.end('{}');
});
await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

/** Processes that end with the tests. */
export const children: ChildProcess[] = [];
afterAll(() => {
  api.close();
  for (const child of children) child.kill('SIGKILL');
});

/** A gateway before an API that answers everything. */
export function settings(port: number, store: string): object {
  return {
    traffic: { listen: `127.0.0.1:${port}` },
    upstreams: { api: `http://127.0.0.1:${portOf(api)}` },
    devices: {
      evidence: { appAttest: { appIds: [APP_ID], roots } },
      secret: '${JWT_SECRET}',
      audience: AUDIENCE,
      limits: { newRecordsPerHour: 100_000 },
    },
    store,
    routes: [{ path: '/transfers', signedRequest: true }],
    default: {},
    shutdown: { deadlineMs: 500 },
  };
}

export interface Phone {
  readonly client: Client;
  readonly storage: MemoryStorage;
}

export function phoneAt(port: number): Phone {
  const storage = memoryStorage();
  const client = createClient({
    baseUrl: `http://127.0.0.1:${port}`,
    audience: AUDIENCE,
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: APP_ID }))),
    storage,
  });
  return { client, storage };
}

/** A gateway in a process of its own. */
export async function startProcess(
  text: string,
  env: NodeJS.ProcessEnv,
  wrapper: readonly string[] = [],
): Promise<ChildProcess> {
  const [program = process.execPath, ...before] = wrapper;
  const child = fork(new URL('serve.js', import.meta.url), [text], {
    env: { ...process.env, ...env },
    execArgv: [...before],
    execPath: program,
  });
  children.push(child);
  await once(child, 'message');
  return child;
}

export function newSecret(): { readonly JWT_SECRET: string } {
  return { JWT_SECRET: randomBytes(48).toString('base64') };
}
