import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { composed, DEPLOY, documentOf, secretsIn, textOf } from './files.js';

// No engine for containers is here: the files are read, and compared with each other and with what they name.

const ROOT = resolve(DEPLOY, '../../..');

describe('Containerfile', () => {
  const stages = textOf('Containerfile')
    .replaceAll(/^#.*\n/gm, '')
    .split(/^(?=FROM )/m)
    .filter((stage) => stage.startsWith('FROM '))
    .map((stage) => stage.trim().split('\n'));
  const last = stages.at(-1) ?? [];
  const argumentsOf = (instruction: string): string[] =>
    JSON.parse(
      last.find((line) => line.startsWith(instruction))?.slice(instruction.length) ?? '[]',
    ) as string[];

  it('builds and runs on the same Node.js', () => {
    const bases = stages.map(([from = '']) => from.split(' ')[1]);
    expect(new Set(bases)).toEqual(new Set(['docker.io/library/node:24-slim']));
    expect(bases).toHaveLength(2);
  });

  it('runs no script of a package while it installs', () => {
    const installs = stages.flat().filter((line) => /npm (?:ci|install)/.test(line));
    expect(installs).toHaveLength(2);
    for (const line of installs) expect(line).toContain('--ignore-scripts');
  });

  it('starts the command of this package, as a user without rights', () => {
    const { name, bin } = JSON.parse(readFileSync(join(DEPLOY, '../package.json'), 'utf8')) as {
      name: string;
      bin: Record<string, string>;
    };
    expect(last).toContain('USER 1000:1000');
    const [program, file = ''] = argumentsOf('ENTRYPOINT');
    expect(program).toBe('node');
    expect(file).toBe(join('/app/node_modules', name, bin[name] ?? ''));
    expect(argumentsOf('CMD')).toEqual(['--config', '/etc/attestkit/gateway.yaml']);
    // After it, nothing is done by root.
    expect(
      last.slice(last.indexOf('USER 1000:1000')).filter((line) => /^(?:RUN|COPY|ADD)/.test(line)),
    ).toEqual([]);
  });

  it('takes no secret and no installed package along', () => {
    const ignored = textOf('Containerfile.dockerignore').trim().split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['**/node_modules', '**/.env', '**/secrets', '**/*.pem']));
  });
});

interface Service {
  readonly image?: string;
  readonly build?: {
    readonly context: string;
    readonly dockerfile?: string;
    readonly dockerfile_inline?: string;
  };
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly networks: readonly string[] | Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

describe('compose.yaml', () => {
  const { services, networks, secrets, volumes } = documentOf<{
    services: Readonly<Record<string, Service>>;
    networks: Readonly<Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } }>>;
    secrets: Readonly<Record<string, { file: string }>>;
    volumes: Readonly<Record<string, unknown>>;
  }>('compose.yaml');
  const networksOf = ({ networks: joined }: Service): readonly string[] =>
    Array.isArray(joined) ? (joined as string[]) : Object.keys(joined);
  const reach = (one: string, other: string): boolean =>
    networksOf(services[one] as Service).some((name) =>
      networksOf(services[other] as Service).includes(name),
    );
  const { settings } = composed('compose/gateway.yaml');

  it('has nginx, two gateways that are alike, Redis and an API', () => {
    expect(Object.keys(services).toSorted()).toEqual(['api', 'gateway-1', 'gateway-2', 'nginx', 'redis']);
    expect(services['gateway-1']).toEqual(services['gateway-2']);
  });

  it.each(Object.entries(services))(
    '%s runs without rights, on files that it cannot change',
    (_, service) => {
      expect(service.read_only).toBe(true);
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      expect(service.privileged).toBeUndefined();
      expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    },
  );

  it('opens one port, on this machine alone', () => {
    const opened = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    );
    expect(opened).toEqual(['nginx 127.0.0.1:8002:8080']);
    expect(textOf('compose/nginx.conf')).toMatch(/^ {4}listen 8080;$/m);
  });

  it('has nothing but the gateways speak to the API and to Redis', () => {
    const pairs = Object.keys(services).flatMap((one, at) =>
      Object.keys(services)
        .slice(at + 1)
        .filter((other) => reach(one, other))
        .map((other) => [one, other].toSorted().join(' ')),
    );
    expect(pairs.toSorted()).toEqual(
      [
        'api gateway-1',
        'api gateway-2',
        'gateway-1 gateway-2',
        'gateway-1 nginx',
        'gateway-1 redis',
        'gateway-2 nginx',
        'gateway-2 redis',
      ].toSorted(),
    );
    for (const name of ['back', 'state']) expect(networks[name]?.internal).toBe(true);
  });

  it('names files, networks, volumes and secrets that exist', () => {
    for (const service of Object.values(services)) {
      for (const name of networksOf(service)) expect(networks).toHaveProperty(name);
      for (const name of service.secrets ?? []) expect(secrets).toHaveProperty([name]);
      for (const name of Object.keys(service.depends_on ?? {})) expect(services).toHaveProperty([name]);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(join(DEPLOY, source)), source).toBe(true);
        else expect(volumes).toHaveProperty(source);
      }
      if (service.build === undefined) continue;
      const context = resolve(DEPLOY, service.build.context);
      expect(existsSync(context)).toBe(true);
      if (service.build.dockerfile !== undefined)
        expect(existsSync(join(context, service.build.dockerfile))).toBe(true);
    }
    expect(resolve(DEPLOY, services['gateway-1']?.build?.context ?? '')).toBe(ROOT);
    expect(services['gateway-1']?.secrets?.toSorted()).toEqual(
      [...secretsIn('compose/gateway.yaml')].toSorted(),
    );
  });

  it('says how to make each secret', () => {
    for (const { file } of Object.values(secrets))
      expect(textOf('compose.yaml')).toMatch(new RegExp(`^#.* ${file.replace('./', '')}$`, 'm'));
  });

  it('has a Redis that forgets nothing', () => {
    const { command = [] } = services['redis'] as Service;
    expect(command.join(' ')).toBe('redis-server --appendonly yes --maxmemory-policy noeviction');
  });

  it('gives gateways and API the same names', async () => {
    const { traffic, trustedProxies, upstreams, store, resultToken, admin } = settings;
    expect(traffic?.listen).toBe('0.0.0.0:8080');
    expect(trustedProxies).toEqual([networks['front']?.ipam?.config[0]?.subnet]);
    expect(store).toBe('redis://redis:6379');
    expect(upstreams).toEqual({ account: { url: 'http://api:8000' } });
    expect(admin?.hosts).toEqual(['gateway-1', 'gateway-2']);
    const joined = services['gateway-1']?.networks as Readonly<Record<string, { aliases?: string[] }>>;
    const [alias] = joined['back']?.aliases ?? [];
    expect(services['api']?.environment).toEqual({
      ATTEST_KEYS: `http://${alias}:8080/.well-known/attestkit/results.json`,
      ATTEST_ISSUER: resultToken?.issuer,
      ATTEST_AUDIENCE: 'account',
    });
    expect(textOf('compose/nginx.conf')).toContain('server gateway-1:8080; server gateway-2:8080;');
  });

  it.each([200, 503])('asks a gateway that answers %d whether it is ready', async (status) => {
    const server = createServer((req, res) => res.writeHead(req.url === '/readyz' ? status : 404).end());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const [kind, program = '', ...rest] = services['gateway-1']?.healthcheck?.test ?? [];
    expect([kind, program]).toEqual(['CMD', 'node']);
    expect(settings.admin?.open?.listen).toBe('0.0.0.0:9090');
    const asked = (): Promise<unknown> =>
      promisify(execFile)(
        process.execPath,
        rest.map((each) => each.replace(':9090', `:${port}`)),
      );
    if (status === 200) await asked();
    else await expect(asked()).rejects.toMatchObject({ code: 1 });
    await new Promise((closed) => server.close(closed));
    await expect(asked()).rejects.toMatchObject({ code: 1 });
  });
});
