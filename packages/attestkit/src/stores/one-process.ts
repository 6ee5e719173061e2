import { ConfigurationError } from '../kernel/errors.js';

/**
 * Refuses to keep in one process what several have to know. A worker of `node:cluster` is one of several whatever their
 * number is now; PM2 numbers its processes from 0.
 *
 * @throws ConfigurationError
 */
export function assertOneProcess(): void {
  const problem = clusterWorker() ?? numbered();
  if (problem === undefined) return;
  const remedy =
    'What one process uses up, the others would accept again. Give a store that all share: sqliteStore on one machine, redisStore or postgresStore on several.';
  throw new ConfigurationError('store', problem, remedy);
}

/** Asked without an import: not every runtime has the module. */
function clusterWorker(): string | undefined {
  // What it gives is the cluster itself; the types have it as a default export.
  const cluster = process.getBuiltinModule?.('node:cluster') as { readonly isWorker?: unknown } | undefined;
  return cluster?.isWorker === true ? 'is in memory, and this process is a worker of a cluster' : undefined;
}

function numbered(): string | undefined {
  const instance = process.env['NODE_APP_INSTANCE'] ?? '';
  return /^\d*[1-9]\d*$/.test(instance)
    ? 'is in memory, and NODE_APP_INSTANCE says that this process is not the first of its kind'
    : undefined;
}
