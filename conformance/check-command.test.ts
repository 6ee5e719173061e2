import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { targets } from './targets/index.js';

const script = fileURLToPath(new URL('../tools/check.js', import.meta.url));

function check(...options: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the command of all checks', () => {
  it('says how it is used', () => {
    const { status, stdout, stderr } = check('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /npm test -- --only NAME.*--for NAME.*stages +build, typecheck, .*lint, .*rooms +app-attest, /s,
    );
  });

  it.each([
    [['--only', 'nonsense'], 'There is no stage nonsense.'],
    [['--only', 'covrage'], 'There is no stage covrage. Did you mean coverage?'],
    [['--only', 'lint,nonsense'], 'There is no stage nonsense.'],
    [['--only', 'docs'], 'There is no stage docs. Did you mean test:docs?'],
    [['--only', ''], '--only names no stage.'],
    [['--only', 'lint,'], '--only names no stage.'],
    [['--only'], "Option '--only <value>' argument missing."],
    [['--for', 'aproov'], 'There is no room aproov. Did you mean approov?'],
    [['--for', 'nonsense'], 'There is no room nonsense.'],
    [['--for', ''], '--for names no room.'],
    [['--for', 'approov', '--only', 'lint'], 'Give --only or --for, not both.'],
    [['--verbose'], 'There is no option --verbose.'],
    [['--olny', 'lint'], 'There is no option --olny. Did you mean --only?'],
    [['lint'], 'Unexpected argument: lint.'],
  ])('%j is refused with the usage, and the problem last, before anything runs', (options, problem) => {
    const { status, stdout, stderr } = check(...options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Runs every check of this repository/);
    expect(stderr.split('\n').slice(-3)).toEqual(['', problem, '']);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('shows the plan of a room as commands, and runs none of them', () => {
    const { status, stdout, stderr } = check('--for', 'express', '--plan');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'npm run typecheck',
      'npm run lint',
      'npm run test:unit -- packages/attestkit/test/adapters',
      "npm run test:conformance -- -t '^.?(Express)'",
    ]);
  });

  it('asks each adapter about servers that the suite has, and leaves none out', () => {
    const adapters = (/^ +adapters +(.*)$/m.exec(check('--help').stdout)?.[1] ?? '').split(', ');
    expect(adapters).toContain('express');
    const filters = adapters.map((adapter) => {
      const { stdout } = check('--for', adapter, '--plan');
      return new RegExp(/-t '(.*)'/.exec(stdout)?.[1] ?? '$^');
    });
    // The gateway is no adapter, whoever asks it.
    const adapted = targets.filter(({ isBefore }) => isBefore !== true);
    const names = adapted.map(({ name }) => `'${name}' refuses`);
    for (const filter of filters) expect(names.filter((name) => filter.test(name))).not.toEqual([]);
    expect(names.filter((name) => !filters.some((filter) => filter.test(name)))).toEqual([]);
  });

  it('does not count tests where no stage has any', () => {
    const { status, stdout } = check('--only', 'format:check');
    const last = stdout.trimEnd().split('\n').at(-1);
    expect(last).toBe(status === 0 ? '1 stage passed, which runs no tests' : '0 passed, 1 failed');
  });
});
