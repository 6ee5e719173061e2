import { scriptRuntime, type Runtime } from './runtime.js';
import { workerd } from './workerd.js';

export const runtimes: readonly Runtime[] = [
  scriptRuntime('Bun', ['npx', '-y', 'bun@1.4.5'], ['run']),
  // The sources name each other by what they are compiled to.
  scriptRuntime(
    'Deno',
    ['npx', '-y', 'deno@2.9.6'],
    ['run', '--allow-all', '--unstable-sloppy-imports', '--no-check'],
  ),
  workerd,
];
