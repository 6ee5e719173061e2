import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { memoryStore } from '../../src/stores/memory.js';

const WORKER = fileURLToPath(new URL('support/cluster-worker.js', import.meta.url));

afterEach(() => vi.unstubAllEnvs());

describe('a memory store', () => {
  it('is refused in every worker of a cluster, and not in its primary', { timeout: 30_000 }, () => {
    const said = execFileSync(process.execPath, [WORKER], { encoding: 'utf8' }).split('\n');
    const refused = 'ERR_CONFIGURATION store is in memory, and this process is a worker of a cluster';
    expect(said).toEqual(['opened', refused, refused]);
  });

  it.each(['1', '2', '10', '015'])('is refused where NODE_APP_INSTANCE is %j', (instance) => {
    vi.stubEnv('NODE_APP_INSTANCE', instance);
    expect(() => memoryStore()).toThrow(
      expect.objectContaining({
        constructor: ConfigurationError,
        variable: 'store',
        problem: expect.stringContaining('NODE_APP_INSTANCE') as string,
        remedy: expect.stringContaining('redisStore') as string,
      }) as Error,
    );
  });

  it.each(['0', '', 'green', '00', '-1'])('is opened where NODE_APP_INSTANCE is %j', (instance) => {
    vi.stubEnv('NODE_APP_INSTANCE', instance);
    expect(() => memoryStore()).not.toThrow();
  });

  it.each([true, false])('is refused if the module of clusters says of a worker: %s', (isWorker) => {
    const getBuiltinModule = (name: string): unknown => (name === 'node:cluster' ? { isWorker } : undefined);
    vi.stubGlobal('process', { ...process, env: {}, getBuiltinModule });
    const refused: unknown[] = [];
    try {
      memoryStore();
    } catch (error) {
      refused.push(error);
    } finally {
      vi.unstubAllGlobals();
    }
    const problem = 'is in memory, and this process is a worker of a cluster';
    expect(refused).toMatchObject(isWorker ? [{ variable: 'store', problem }] : []);
  });

  it('is opened where no cluster can be asked', () => {
    vi.stubGlobal('process', { ...process, env: {}, getBuiltinModule: undefined });
    try {
      expect(() => memoryStore()).not.toThrow();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
