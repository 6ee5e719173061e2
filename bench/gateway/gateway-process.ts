import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, type ServerProcess } from '../http/server-process.js';

const COMMAND = new URL('bin/attestkit-gateway.js', import.meta.resolve('attestkit-gateway/package.json'));

/** What every gateway here has: evidence, and routes as an API has them. */
export const SETTINGS = {
  evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
  routes: [
    { path: '/health', open: true },
    { path: '/assets/*', open: true },
    { path: '/v1/*', accept: ['approov'] },
  ],
  default: {},
  // Neither do the floors and peers write a line for each request.
  log: { level: 'warn' },
};

/**
 * Starts the command `attestkit-gateway`, unchanged.
 *
 * @param settings the port of a listener is `${HTTP_PORT}`
 */
export async function startGateway(
  settings: object,
  variables: Readonly<Record<string, string>> = {},
  preloads: readonly URL[] = [],
): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-gateway-'));
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify(settings));
  try {
    return await start(COMMAND, variables, { args: ['--config', file], preloads });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
