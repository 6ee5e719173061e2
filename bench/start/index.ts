import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { comparing, suite, type Suite, type SuiteReport } from '../suite.js';
import type { Target } from '../targets.js';

/** What an application imports, by the paths of the package. */
const APPLICATIONS = {
  'Approov on Express': ['attestkit', 'attestkit/approov', 'attestkit/express'],
  'devices of both platforms': [
    'attestkit',
    'attestkit/devices',
    'attestkit/app-attest',
    'attestkit/key-attestation',
    'attestkit/stores/memory',
    'attestkit/express',
  ],
  'set up by the environment': ['attestkit/env', 'attestkit/express'],
};

const BUNDLED = 'bundled into one file, the floor';
const OURS = 'attestkit, as installed';

const run = promisify(execFile);

/** Imports a module, and prints the nanoseconds of CPU and of waiting. */
const CHILD = `
const [cpu, wall] = [process.cpuUsage(), process.hrtime.bigint()];
await import(process.argv[1]);
const took = process.hrtime.bigint() - wall;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ cpu: (user + system) * 1000, wall: Number(took) }));`;

/** Measures what the import costs a process that starts: each time a new one, the contenders in turn. */
export async function benchStart(rounds: number, progress: (text: string) => void): Promise<SuiteReport> {
  const suites: Suite[] = [];
  const targets: Target[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'attestkit-start-'));
  try {
    for (const [what, paths] of Object.entries(APPLICATIONS)) {
      progress(`start: ${what}, ${rounds} processes each`);
      const files = await write(folder, paths);
      const timings = files.map(({ name }) => ({ name, cpu: [] as number[], wall: [] as number[] }));
      for (let round = -1; round < rounds; round += 1) {
        for (const [index, { url }] of files.entries()) {
          const { cpu, wall } = await imported(url);
          if (round < 0) continue; // the first one brings the files into the system's cache
          timings[index]?.cpu.push(cpu);
          timings[index]?.wall.push(wall);
        }
      }
      suites.push(suite(`import, ${what}`, timings));
      targets.push(...comparing(`import, ${what}`, timings)(OURS, BUNDLED, 1 / 1.5));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return { suites, targets };
}

/** The imports as an application has them, and as its bundler leaves them. */
async function write(folder: string, paths: readonly string[]): Promise<{ name: string; url: string }[]> {
  const urls = paths.map((path) => import.meta.resolve(path));
  const [installed, bundled] = [join(folder, 'installed.mjs'), join(folder, 'bundled.mjs')];
  await writeFile(installed, urls.map((url) => `import '${url}';\n`).join(''));
  const input = join(folder, 'input.mjs');
  const files = urls.map((url) => JSON.stringify(fileURLToPath(url)));
  await writeFile(input, files.map((file, at) => `export * as module${at} from ${file};\n`).join(''));
  const bundle = await rolldown({ input, platform: 'node' });
  await bundle.write({ file: bundled, codeSplitting: false });
  return [
    { name: BUNDLED, url: pathToFileURL(bundled).href },
    { name: OURS, url: pathToFileURL(installed).href },
  ];
}

async function imported(url: string): Promise<{ cpu: number; wall: number }> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', CHILD, url]);
  return JSON.parse(stdout) as { cpu: number; wall: number };
}
