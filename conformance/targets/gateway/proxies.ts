import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { run } from '../../../packages/gateway/dist/command/run.js';
import { ownPort } from '../../../packages/gateway/test/support/own-port.js';
import { PROXIES, versionOf, type Proxy } from '../../../packages/gateway/test/proxies/support/proxies.js';
import type { Running, ServerSpec, Target } from '../../servers/server-spec.js';
import { sendHttp1 } from '../../wire/http1.js';
import type { WireRequest } from '../../wire/message.js';
import { REFUSED_TARGETS } from './refused-targets.js';
import { fileOf, filePartsOf, SECRETS, serveSpec, type FileParts, type Ports } from './serve-spec.js';

/** A proxy that runs, and asks whoever listens on these ports. */
interface Started {
  readonly port: number;
  readonly asks: Ports;
}

const started: (() => Promise<void>)[] = [];
afterAll(async () => void (await Promise.all(started.map((stop) => stop()))));

/** Real proxies, with exactly the configuration that `print-config` prints, before a gateway that they ask. */
export const proxies: readonly Target[] = PROXIES.filter((proxy) => versionOf(proxy) !== undefined).map(
  (proxy) => ({
    name: `Gateway asked by ${proxy.name}`,
    fields: 'lines',
    paths: 'as sent',
    http: 1,
    isBefore: true,
    isAskedWithoutBody: true,
    reorders: true,
    ...(proxy.name !== 'haproxy' && { readsAbsoluteForm: true }),
    ...(proxy.name === 'nginx' && { refuses: isRefusedByNginx, hasOneContentType: true }),
    parsers: { 'all routes': [], 'one route': [], enrollment: ['after'] },
    rejects: REFUSED_TARGETS,
    start: startingBy(proxy),
  }),
);

function startingBy(proxy: Proxy): Target['start'] {
  /** Those that nobody uses now, by what their configuration was made of. */
  const idle = new Map<string, Started[]>();
  return async (spec: ServerSpec): Promise<Running> => {
    const file = filePartsOf(spec);
    const key = JSON.stringify(file);
    const { port, asks } = idle.get(key)?.pop() ?? (await start(proxy, file));
    const { replace, close } = await serveSpec(spec, asks);
    return {
      send: (request) => sendHttp1(port, request),
      port,
      replace,
      async close() {
        await close();
        idle.set(key, [...(idle.get(key) ?? []), { port, asks }]);
      },
    };
  };
}

async function start(proxy: Proxy, file: FileParts): Promise<Started> {
  const port = await ownPort();
  const asks = { traffic: await ownPort(), authorization: await ownPort(), api: await ownPort() };
  const printed = await printedFor(proxy, fileOf(asks, file), port);
  const { stop } = await proxy.start(printed, port);
  started.push(stop);
  return { port, asks };
}

/** Two lines of `Authorization`, and a head that is too long. */
function isRefusedByNginx({ headers = [] }: WireRequest): boolean {
  const authorizations = headers.filter(([name]) => name.toLowerCase() === 'authorization');
  return authorizations.length > 1 || headers.some(([, value]) => value.length > 8000);
}

async function printedFor({ prints }: Proxy, file: string, port: number): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-conformance-'));
  const path = join(folder, 'gateway.json');
  writeFileSync(path, file);
  const printed: string[] = [];
  for (const name of prints) {
    const said = { out: '', err: '' };
    const status = await run(['print-config', name, path, '--listen', `127.0.0.1:${port}`], {
      env: { ...process.env, ...SECRETS },
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      stopped: () => Promise.resolve(),
    });
    if (status !== 0) throw new Error(said.err);
    printed.push(said.out);
  }
  rmSync(folder, { recursive: true, force: true });
  return printed;
}
