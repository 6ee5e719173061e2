import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { started, type Process } from './processes.js';

/** A proxy of the system, with what it needs beside its printed configuration: places for its files. */
export interface Proxy {
  readonly name: 'nginx' | 'caddy' | 'haproxy';
  /** What `print-config` prints for it. */
  readonly prints: readonly string[];
  readonly version: readonly string[];
  readonly banner: RegExp;
  start(printed: readonly string[], port: number): Promise<Process>;
}

const nginx: Proxy = {
  name: 'nginx',
  prints: ['nginx'],
  version: ['-v'],
  banner: /nginx\/1\./,
  async start([site = ''], port) {
    const folder = newFolder();
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    writeFileSync(join(folder, 'site.conf'), site);
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.map((each) => `${each}_temp_path ${folder}/${each};`).join('\n  ')}
  include ${folder}/site.conf;
}
`,
    );
    return await inFolder(folder, 'nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], port);
  },
};

const caddy: Proxy = {
  name: 'caddy',
  prints: ['caddy'],
  version: ['version'],
  banner: /^v?2\./,
  async start([site = ''], port) {
    const folder = newFolder();
    writeFileSync(join(folder, 'site'), site);
    writeFileSync(join(folder, 'Caddyfile'), `{\n\tadmin off\n\tauto_https off\n}\nimport ${folder}/site\n`);
    const options = ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
    return await inFolder(folder, 'caddy', options, port);
  },
};

const haproxy: Proxy = {
  name: 'haproxy',
  prints: ['haproxy', 'haproxy-lua'],
  version: ['-v'],
  banner: /HAProxy version 2\./,
  async start([site = '', lua = ''], port) {
    const folder = newFolder();
    writeFileSync(join(folder, 'attestkit.lua'), lua);
    writeFileSync(
      join(folder, 'haproxy.cfg'),
      site.replace('/etc/haproxy/attestkit.lua', join(folder, 'attestkit.lua')),
    );
    return await inFolder(folder, 'haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], port);
  },
};

export const PROXIES: readonly Proxy[] = [nginx, caddy, haproxy];

/** Its version; undefined if it is not installed. Fails where the checks are complete only with it. */
export function versionOf({ name, version, banner }: Proxy): string | undefined {
  const { error, stdout, stderr } = spawnSync(name, version, { encoding: 'utf8' });
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim();
  if (error === undefined && banner.test(said)) return said.split('\n')[0];
  if (process.env['CI'] === 'true') throw new Error(`${name} is not installed: ${error?.message ?? said}`);
  process.stderr.write(
    `SKIPPED: ${name} is not installed; apt-get install --no-install-recommends nginx-light caddy haproxy\n`,
  );
  return undefined;
}

/** Also for the user that nginx changes to. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-proxy-'));
  chmodSync(folder, 0o755);
  return folder;
}

async function inFolder(
  folder: string,
  program: string,
  options: readonly string[],
  port: number,
): Promise<Process> {
  const env = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  const { log, stop } = await started(program, options, port, env);
  return {
    log,
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
