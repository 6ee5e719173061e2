import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.js';
import { TOKEN_TYPES } from '../../src/cli/token-types.js';
import { cli, ENV } from './support/terminal.js';

const manifest = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };

describe('help', () => {
  it.each(['--help', '-h', 'token --help', 'token -h', 'inspect --help', 'inspect -h'])(
    'is shown for %j, with examples, in 80 columns',
    async (argv) => {
      const { status, out, err } = await cli(argv.split(' '), {});
      expect([status, err]).toEqual([0, '']);
      expect(out).toMatch(/^attestkit/);
      expect(out).toMatch(/(Examples|Try it)\n/);
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it('wins over what would be refused, in the same command', async () => {
    expect((await cli(['token', '--type', 'rotten', '--help'], {})).status).toBe(0);
  });

  it('names every type of token, and the code that it provokes', async () => {
    const { out } = await cli(['token', '--help'], {});
    for (const [type, { code }] of TOKEN_TYPES) expect(out).toMatch(new RegExp(`^  ${type} +${code}$`, 'm'));
  });
});

describe('the command', () => {
  it('says its version', async () => {
    expect(await cli(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' });
  });

  it.each<[string, string[], RegExp]>([
    ['no command', [], /^attestkit: there is no command\n/],
    ['an unknown one', ['tokens'], /^attestkit: there is no command tokens\n/],
    ['an unknown option', ['--verbose'], /^attestkit: there is no command --verbose\n/],
    ['a name that every object has', ['constructor'], /^attestkit: there is no command constructor\n/],
    ['one that would steer the terminal', ['\u001b[2J\u202e'], /no command \\u001b\[2J\\u202e\n/],
  ])('is refused where there is %s', async (_, argv, message) => {
    const { status, out, err } = await cli(argv);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).toMatch(/\nSee: attestkit --help\n$/);
  });
});

describe('a bug', () => {
  it('is not passed off as input that cannot be used', async () => {
    const broken = () => {
      throw new TypeError('unexpected');
    };
    const terminal = { stdin: (async function* () {})(), out: broken, err: broken, isTerminal: false };
    await expect(run(['--help'], ENV, terminal)).rejects.toThrow('unexpected');
  });
});

const main = fileURLToPath(new URL('../../bin/attestkit.js', import.meta.url));
const built = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

describe.runIf(existsSync(built))('the built command, as a process', () => {
  function attestkit(argv: string[], input = '') {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], {
      env: ENV,
      input,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  it('makes a token and inspects it from standard input', () => {
    const { status, stdout } = attestkit(['token']);
    expect(status).toBe(0);
    expect(attestkit(['inspect', '-'], stdout)).toMatchObject({ status: 0, stderr: '' });
  });

  it('ends with status 1 for evidence that fails, and with 2 for what it cannot use', () => {
    expect(attestkit(['inspect', 'a.b.c'])).toMatchObject({ status: 1, stderr: '' });
    expect(attestkit(['inspect', 'missing.json'])).toMatchObject({ status: 2, stdout: '' });
  });

  it('ends quietly when nobody reads on', () => {
    // `true` is gone before there is anything to read.
    const command = `"${process.execPath}" "${main}" token | true`;
    const { status, stderr } = spawnSync('bash', ['--norc', '-o', 'pipefail', '-c', command], {
      env: ENV,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('the command in a clone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-'));
  const bin = join(folder, 'bin', 'attestkit.js');
  cpSync(main, bin);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  afterAll(() => rmSync(folder, { recursive: true }));

  function attestkit(): { status: number | null; stderr: string } {
    const { status, stderr } = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' });
    return { status, stderr };
  }

  it('says in one line that it is not built', () => {
    const stderr = 'attestkit is not built yet: run npm run build\n';
    expect(attestkit()).toEqual({ status: 2, stderr });
  });

  it('does not say so of a build that lacks another file', () => {
    const entry = join(folder, 'lib', 'cli', 'main.js');
    mkdirSync(dirname(entry), { recursive: true });
    writeFileSync(entry, `import './gone.js';`);
    expect(attestkit()).toMatchObject({ status: 1, stderr: expect.stringContaining('gone.js') });
  });
});
