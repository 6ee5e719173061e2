import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { run } from '../../../src/command/run.js';
import { SECRET } from '../../support/tokens.js';

/** A folder of this file's tests alone. */
export const folder = mkdtempSync(join(tmpdir(), 'attestkit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export const ENV = {
  NODE_ENV: 'test',
  APPROOV_BASE64_SECRET: SECRET,
  JWT_SECRET: randomBytes(48).toString('base64'),
};

/** What a command did. */
export interface Done {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process. */
export async function command(argv: readonly string[], env: NodeJS.ProcessEnv = ENV): Promise<Done> {
  const said = { out: '', err: '' };
  const status = await run(argv, {
    env,
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    stopped: () => Promise.resolve(),
  });
  return { status, ...said };
}

let files = 0;

/** Writes a configuration, and gives its path. */
export function written(yaml: string): string {
  const file = join(folder, `gateway-${(files += 1)}.yaml`);
  writeFileSync(file, yaml);
  return file;
}
