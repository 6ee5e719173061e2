import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { areInstalled } from '../support/installed.js';
import { textOf } from './files.js';

const UNIT = 'attestkit-gateway.service';
const unit = textOf(UNIT);
/** The values of a setting, in their order. */
const valuesOf = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');

describe('the unit for systemd', () => {
  it('runs as a user that exists while it runs, and may write to one folder', () => {
    expect(valuesOf('DynamicUser')).toEqual(['yes']);
    expect(valuesOf('ProtectSystem')).toEqual(['strict']);
    expect(valuesOf('StateDirectory')).toEqual(['attestkit-gateway']);
    expect(valuesOf('TemporaryFileSystem')).toEqual(['/tmp:ro /var/tmp:ro']);
    for (const name of ['ReadWritePaths', 'CacheDirectory', 'LogsDirectory', 'RuntimeDirectory', 'User'])
      expect(valuesOf(name)).toEqual([]);
    expect(valuesOf('CapabilityBoundingSet')).toEqual(['']);
  });

  it('starts the command, and reloads it by the signal that it listens to', () => {
    expect(valuesOf('ExecStart')).toEqual([
      '/usr/bin/attestkit-gateway --config /etc/attestkit/gateway.yaml',
    ]);
    expect(valuesOf('ExecReload')).toEqual(['/bin/kill -HUP $MAINPID']);
  });
});

describe.skipIf(!areInstalled('systemd-analyze'))('systemd-analyze', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-systemd-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  // The command is not installed on this machine, and a unit whose command is missing is not valid.
  writeFileSync(join(folder, UNIT), unit.replace('/usr/bin/attestkit-gateway', process.execPath));

  const analyze = (
    ...options: readonly string[]
  ): { readonly status: number | null; readonly said: string } => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...options, join(folder, UNIT)], {
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };

  it('finds no mistake', () => {
    const { status, said } = analyze('verify');
    expect(said.split('\n').filter((line) => line.includes(UNIT))).toEqual([]);
    expect(status).toBe(0);
  });

  it('finds it well protected', () => {
    const { status, said } = analyze('security', '--offline=true', '--no-pager', '--threshold=15');
    expect(said).toMatch(/Overall exposure level for attestkit-gateway\.service: 1\.\d OK/);
    expect(status).toBe(0);
  });
});
