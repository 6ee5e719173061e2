import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Of the machine, where it has them; no packages that anybody installs for this. */
const REDIS = { server: 'redis-server', cli: 'redis-cli' };

/** A server of the test's own, which it may kill. */
export interface OwnServer {
  readonly port: number;
  start(): Promise<void>;
  /** `kill -9`: nothing is written any more, and no connection is closed. */
  kill(): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** @param port where it is to listen, and whether it is up */
async function ownServer(
  begin: () => ChildProcess,
  port: number,
  isUp: () => boolean | Promise<boolean>,
): Promise<OwnServer> {
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const start = async (): Promise<void> => {
    child = begin();
    while (!(await isUp())) {
      if (child.exitCode !== null) throw new Error(`the server ended with status ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  onTestFinished(kill);
  await start();
  return { port, start, kill };
}

function ownDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'attestkit-server-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Throws where there is no Redis to be started. */
export function findRedis(): void {
  execFileSync(REDIS.server, ['--version']);
}

/** It keeps an append-only file, as the store demands, unless the settings say otherwise. */
export async function startRedis(...settings: string[]): Promise<OwnServer> {
  const port = await freePort();
  const directory = ownDirectory();
  const args = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'yes',
    ...settings,
  ];
  const begin = (): ChildProcess => spawn(REDIS.server, args, { stdio: 'ignore' });
  return ownServer(begin, port, () => redisSays(port, 'PING').startsWith('PONG'));
}

/** One command by the command line, so that no client under test is needed for it. */
export function redisSays(port: number, ...command: string[]): string {
  try {
    return execFileSync(REDIS.cli, ['-p', `${port}`, ...command], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}

/** The folder with PostgreSQL's programs; throws where there is none. */
export function findPostgres(): string {
  const versions = '/usr/lib/postgresql';
  const folders = existsSync(versions)
    ? readdirSync(versions).map((name) => join(versions, name, 'bin'))
    : [];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found === undefined) throw new Error('there is no initdb');
  return found;
}

export async function startPostgres(...settings: string[]): Promise<OwnServer> {
  const port = await freePort();
  const directory = ownDirectory();
  // PostgreSQL refuses to run as root.
  const who = process.getuid?.() === 0 ? postgresUser() : undefined;
  if (who !== undefined) chownSync(directory, who.uid, who.gid);
  const data = join(directory, 'data');
  const programs = findPostgres();
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-N'], {
    ...who,
    cwd: directory,
    stdio: 'ignore',
  });
  const options = ['listen_addresses=127.0.0.1', `unix_socket_directories=${directory}`, ...settings];
  const args = ['-D', data, '-p', `${port}`, ...options.flatMap((option) => ['-c', option])];
  const begin = (): ChildProcess =>
    spawn(join(programs, 'postgres'), args, { ...who, cwd: directory, stdio: 'ignore' });
  const isUp = (): boolean => {
    try {
      execFileSync(
        join(programs, 'psql'),
        ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'postgres', '-c', 'SELECT 1'],
        {
          stdio: 'ignore',
        },
      );
      return true;
    } catch {
      return false;
    }
  };
  return ownServer(begin, port, isUp);
}

function postgresUser(): { readonly uid: number; readonly gid: number } {
  const [uid, gid] = ['-u', '-g'].map((option) =>
    Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' })),
  );
  return { uid: uid as number, gid: gid as number };
}

/** A connection that the test can make slow. */
export interface Proxy {
  readonly port: number;
  /** Whether what the server says is held back; it is delivered when this ends. */
  hold(held: boolean): void;
}

export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let held = false;
  const server: Server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => [client, upstream].forEach((each) => each.destroy()));
    }
    client.pipe(upstream);
    upstream.pipe(client);
    if (held) upstream.unpipe(client).pause();
    upstream.on('attestkit-hold', () => (held ? upstream.unpipe(client).pause() : upstream.pipe(client)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    port: (server.address() as AddressInfo).port,
    hold(whether) {
      held = whether;
      for (const socket of sockets) socket.emit('attestkit-hold');
    },
  };
}
