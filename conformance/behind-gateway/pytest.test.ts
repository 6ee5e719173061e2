import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { EXAMPLE, hasPython, PYTHON } from './processes.js';

it.skipIf(!hasPython)('the tests that a Python team has without a gateway pass', async () => {
  const options = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--strict-markers', '-W', 'error'];
  const env = { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await promisify(execFile)(PYTHON, options, { cwd: join(EXAMPLE, 'python'), env }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toMatch(/^(?:4[5-9]|[5-9]\d) passed in /m);
});
