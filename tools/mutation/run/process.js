// @ts-check
// A worker as main.js sees it: one order at a time, and an end for a test that never ends.
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT } from './copy.js';

/** Tests that take longer are left to `npm test`. */
export const LONGEST = 2_500;
/** What a busy machine, and loading a file, may add. */
const GRACE = 15_000;
const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));

/** @param {{ folder: string, registry: string }} copy */
export function startWorker({ folder, registry }) {
  const vectors = process.env['ATTESTKIT_VECTORS'] ?? join(ROOT, '..', 'shared', 'vectors');
  const env = {
    ...process.env,
    NODE_ENV: 'test',
    ATTESTKIT_COPY: `${pathToFileURL(folder).href}/`,
    ATTESTKIT_REGISTRY: registry,
    ATTESTKIT_VITEST: import.meta.resolve('vitest'),
    ATTESTKIT_LONGEST: String(LONGEST),
    ...(existsSync(vectors) && { ATTESTKIT_VECTORS: vectors }),
  };
  const child = fork(WORKER, [], {
    env,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  const ready = new Promise((resolve) => void child.once('message', resolve));
  child.once('error', () => {});

  /**
   * Gives an order and waits for its answer.
   *
   * @param {object} order @param {(key: string) => void} [onTest] @returns {Promise<any>}
   */
  async function give(order, onTest) {
    await ready;
    return new Promise((resolve) => {
      /** @type {NodeJS.Timeout | undefined} */
      let timer;
      const end = (/** @type {object} */ answer) => {
        clearTimeout(timer);
        child.removeAllListeners('message');
        child.removeAllListeners('exit');
        resolve(answer);
      };
      const wait = (/** @type {string} */ key, limit = LONGEST) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          child.kill('SIGKILL');
          end({ failed: key, reason: 'OVERDUE', isDirty: true });
        }, limit + GRACE);
      };
      child.on('message', (/** @type {any} */ message) => {
        if (message.answer) return end(message.answer);
        onTest?.(message.now);
        wait(message.now, message.limit);
      });
      child.once('exit', () => end({ failed: 'the process', reason: 'it ended', isDirty: true }));
      child.send(order);
    });
  }
  return { give, stop: () => void child.kill('SIGKILL') };
}
