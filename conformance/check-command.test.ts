import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../tools/check.js', import.meta.url));

function check(...options: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the command of all checks', () => {
  it('says how it is used', () => {
    const { status, stdout, stderr } = check('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/npm test -- --only NAME.*stages {2}build, typecheck, .*lint, /s);
  });

  it.each([
    [['--only', 'nonsense'], 'check: there is no stage nonsense'],
    [['--only', 'lint,nonsense'], 'check: there is no stage nonsense'],
    [['--only', ''], 'check: --only names no stage'],
    [['--only', 'lint,'], 'check: --only names no stage'],
    [['--only'], "check: Option '--only <value>' argument missing"],
    [['--verbose'], "check: Unknown option '--verbose'"],
    [['lint'], /^check: Unexpected argument 'lint'/],
  ])('%j is refused in one line and the usage, before anything runs', (options, problem) => {
    const { status, stdout, stderr } = check(...options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    const [first = '', second, third] = stderr.split('\n');
    if (typeof problem === 'string') expect(first).toBe(problem);
    else expect(first).toMatch(problem);
    expect([second, third]).toEqual(['', expect.stringMatching(/^Runs every check of this repository/)]);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('does not count tests where no stage has any', () => {
    const { status, stdout } = check('--only', 'format:check');
    const last = stdout.trimEnd().split('\n').at(-1);
    expect(last).toBe(status === 0 ? '1 stage passed, which runs no tests' : '0 passed, 1 failed');
  });
});
