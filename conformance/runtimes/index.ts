import { BUN, DENO } from './commands.js';
import { scriptRuntime, type Runtime } from './runtime.js';
import { workerd } from './workerd.js';

export const runtimes: readonly Runtime[] = [
  scriptRuntime('Bun', BUN, ['run']),
  // The sources name each other by what they are compiled to.
  scriptRuntime('Deno', DENO, ['run', '--allow-all', '--unstable-sloppy-imports', '--no-check']),
  workerd,
];
