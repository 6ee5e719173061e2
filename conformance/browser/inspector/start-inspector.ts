import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const gateway = dirname(createRequire(import.meta.url).resolve('attestkit-gateway/package.json'));
const COMMAND = join(gateway, 'bin/attestkit-gateway.js');

/** `attestkit-gateway inspector`, as a process of its own. */
export interface RunningInspector {
  /** `http://127.0.0.1:49152` */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts it at a port that is free. */
export async function startInspector(): Promise<RunningInspector> {
  const child = spawn(process.execPath, [COMMAND, 'inspector', '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let out = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    out += String(chunk);
    const [url] = /http:\S+(?=\/inspect)/.exec(out) ?? [];
    if (url === undefined) continue;
    return {
      url,
      async close() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error(`the inspector did not start: ${out}`);
}
