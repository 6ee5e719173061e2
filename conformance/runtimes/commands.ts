import { spawnSync } from 'node:child_process';

/** What starts a runtime: a program and its parameters. */
export type Command = readonly [program: string, ...parameters: string[]];

export const BUN: Command = ['npx', '-y', 'bun@1.4.5'];
export const DENO: Command = ['npx', '-y', 'deno@2.9.6'];

/** What a runtime says its version is; undefined if it can be neither found nor fetched. */
export function versionOf([program, ...parameters]: Command): string | undefined {
  const options = { encoding: 'utf8', timeout: 120_000 } as const;
  const { status, stdout } = spawnSync(program, [...parameters, '--version'], options);
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** Says aloud that a runtime is missing. @throws Error in continuous integration, where everything has to run */
export function assertOptional(name: string): void {
  if (process.env['CI'] === 'true') throw new Error(`${name} is not available`);
  process.stderr.write(`conformance: ${name} is not available, and is not tried\n`);
}
