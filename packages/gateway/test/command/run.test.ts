import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HELP } from '../../src/command/help.js';
import { command, ENV, folder, written } from './support/command.js';

describe('the command line', () => {
  it.each([
    [['chek-config'], 'there is no command chek-config; did you mean check-config?'],
    [['nginx'], 'there is no command nginx'],
    [['--confg', 'x'], 'there is no option --confg; did you mean --config?'],
    [[], 'it needs --config FILE; attestkit-gateway init writes a first one'],
    [['--config'], "option '--config <value>' argument missing"],
    [['--config', 'x', '--config', 'y'], '--config is given twice'],
    [['--config', 'x', 'y'], 'there is y beside --config FILE'],
    [['help', 'pin'], 'there is no command pin; did you mean pins?'],
    [['help', 'pins', 'x'], 'there is x beside one command'],
  ])('%j is refused with a hint', async (argv, says) => {
    const { status, out, err } = await command(argv);
    expect([status, out]).toEqual([2, '']);
    expect(err).toBe(`attestkit-gateway: ${says}\nSee: attestkit-gateway help\n`);
  });

  it.each([
    [['check-config'], 'it needs one FILE'],
    [['check-config', 'a', 'b'], 'there is b beside one FILE'],
    [['check-config', 'a', '--requst', 'x'], 'there is no option --requst; did you mean --request?'],
    [['check-config', 'a', '--host', 'x'], '--host and --header need --request'],
    [['print-config', 'nginx'], 'it needs PROXY and FILE'],
    [['print-config', 'ngnix', 'x'], 'there is no proxy ngnix; did you mean nginx?'],
    [
      ['print-config', 'kong', 'x'],
      'there is no proxy kong; there are nginx, caddy, haproxy, traefik, envoy',
    ],
    [
      ['print-config', 'nginx', 'x', '--listen', '80; evil'],
      '--listen 80; evil is not an address with a port, such as 0.0.0.0:80',
    ],
    [['pins'], 'it needs a CERT, a KEY or a HOST:PORT'],
    [['init', 'a', 'b'], 'there is b beside one FILE'],
  ])('%j is refused by its command', async (argv, says) => {
    const { status, out, err } = await command(argv);
    expect([status, out]).toEqual([2, '']);
    expect(err).toBe(`attestkit-gateway ${argv[0]}: ${says}\nSee: attestkit-gateway help ${argv[0]}\n`);
  });

  it.each(Object.entries(HELP))('teaches %s with examples, in 80 columns', async (name, text) => {
    const asked = name === 'attestkit-gateway' ? [] : [name];
    expect((await command([...asked, '--help'])).out).toBe(text);
    expect((await command([...asked, '-h'])).out).toBe(text);
    expect((await command(['help', ...asked])).out).toBe(text);
    expect(text).toMatch(/\n(?:Examples|Try it)\n {2}/);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('says its version', async () => {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { readonly version: string };
    expect(await command(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' });
  });

  it('cannot be made to steer a terminal by what it was given', async () => {
    const { err } = await command(['\x1b[2J\u202egolhcuretni']);
    expect(err).toContain('there is no command \\u{1b}[2J\\u{202e}golhcuretni');
  });
});

describe('attestkit-gateway --config', () => {
  it('listens until it is stopped', async () => {
    const file = written(
      'traffic: { listen: 127.0.0.1:0 }\nupstreams: { api: http://127.0.0.1:9 }\nevidence: { approov: { secretBase64: "${APPROOV_BASE64_SECRET}" } }\ndefault: {}\n',
    );
    const { status, out, err } = await command(['--config', file]);
    expect([status, out + err]).toEqual([0, expect.stringMatching(/http:\/\/127\.0\.0\.1:\d+/)]);
  });

  it('ends with 1 and the mistakes of the file, and with 2 without one', async () => {
    const file = written('traffic: { listen: nowhere }\ndefault: {}\n');
    const { status, err } = await command(['--config', file]);
    expect([status, err]).toEqual([
      1,
      expect.stringContaining(`${file}:1:12 traffic.listen is not an address`),
    ]);
    const missing = await command(['--config', join(folder, 'none.yaml')]);
    expect([missing.status, missing.err]).toEqual([
      2,
      expect.stringContaining('none.yaml cannot be read (ENOENT)'),
    ]);
  });
});

describe('attestkit-gateway init', () => {
  it('writes a valid example, and never over a file', async () => {
    const file = join(folder, 'first.yaml');
    const { status, out } = await command(['init', file]);
    expect([status, out]).toEqual([0, expect.stringContaining(`attestkit-gateway check-config ${file}`)]);
    expect(await command(['check-config', file])).toMatchObject({ status: 0, err: '' });
    const before = readFileSync(file, 'utf8');
    const again = await command(['init', file]);
    expect([again.status, again.err]).toEqual([2, expect.stringContaining('first.yaml exists already')]);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('writes blocks in comments that are valid, too', async () => {
    await command(['init', join(folder, 'second.yaml')]);
    const text = readFileSync(join(folder, 'second.yaml'), 'utf8');
    const whole = text.replaceAll(/^( *)#(?=[a-z-]| {2,}[a-z])/gm, '$1');
    expect(whole).toMatch(/^devices:$/m);
    writeFileSync(join(folder, 'whole.yaml'), whole);
    const checked = await command(['check-config', join(folder, 'whole.yaml')]);
    expect(checked).toMatchObject({ status: 0, err: '' });
    expect(checked.out).toContain('/v1/new/*  approov or session; reported');
    expect(ENV.JWT_SECRET).toBeDefined();
  });
});
