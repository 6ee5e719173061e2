import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { newSecret } from './support.js';
import { freePort } from '../servers/example-process.js';

const COMMAND = fileURLToPath(new URL('../../packages/gateway/bin/attestkit-gateway.js', import.meta.url));
const env = { ...process.env, APPROOV_BASE64_SECRET: newSecret().JWT_SECRET };

/** Runs the command until it ends. A process that lives on is killed: its status is null. */
async function ended(settings: object): Promise<{ status: number | null; said: string }> {
  const file = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.json');
  writeFileSync(file, JSON.stringify(settings));
  const child = spawn(process.execPath, [COMMAND, '--config', file], { env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const [status] = (await once(child, 'close')) as [number | null];
  clearTimeout(late);
  return { status, said: said.replace(`${file}:`, '') };
}

const taken = createServer((_, res) => res.end()).listen(0, '127.0.0.1');
await once(taken, 'listening');
const inUse = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
const free = async (): Promise<string> => `127.0.0.1:${await freePort()}`;

const base = async () => ({
  traffic: { listen: await free() },
  admin: { listen: await free() },
  upstreams: { api: 'http://127.0.0.1:9' },
  evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
  default: {},
});

it.each<[string, () => Promise<object>, RegExp]>([
  ['traffic', async () => ({ traffic: { listen: inUse } }), /traffic\.listen is in use \(EADDRINUSE\)/],
  ['admin', async () => ({ admin: { listen: inUse } }), /admin\.listen is in use/],
  [
    'open',
    async () => ({ admin: { listen: await free(), open: { listen: inUse } } }),
    /admin\.open\.listen is in use/,
  ],
  ['authorization', async () => ({ authorization: { listen: inUse } }), /authorization\.listen is in use/],
  [
    'gRPC',
    async () => ({ authorization: { listen: await free(), grpc: { listen: inUse } } }),
    /authorization\.grpc\.listen is in use/,
  ],
  [
    'an address of another machine',
    async () => ({ traffic: { listen: '192.0.2.1:8080' } }),
    /traffic\.listen cannot be listened on \(.*EADDRNOTAVAIL/,
  ],
  [
    'Redis',
    async () => ({ store: `redis://127.0.0.1:${await freePort()}` }),
    /store cannot be reached at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
  ],
  [
    'PostgreSQL',
    async () => ({ store: `postgres://127.0.0.1:${await freePort()}/x` }),
    /store cannot be reached at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
  ],
])('without %s it ends, and says where in its file', async (_, more, says) => {
  const { status, said } = await ended({ ...(await base()), ...(await more()) });
  expect({ status, said }).toEqual({ status: 1, said: expect.stringMatching(says) });
});
