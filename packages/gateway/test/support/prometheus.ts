import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { ownPort } from './own-port.js';

/** One series that a query gives. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  query(expression: string): Promise<readonly Sample[]>;
  /** Of the rules that it evaluates: `ok`, or what is wrong. */
  rules(): Promise<readonly { readonly name: string; readonly health: string }[]>;
}

/** Prometheus itself, which scrapes an address every second and evaluates a file of rules. */
export async function prometheus(target: string, rules: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-prometheus-'));
  copyFileSync(rules, join(folder, 'rules.yaml'));
  writeFileSync(
    join(folder, 'prometheus.yaml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yaml]
scrape_configs: [{ job_name: gateway, static_configs: [{ targets: ['${target}'] }] }]
`,
  );
  const url = `http://127.0.0.1:${await ownPort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4000)));
  afterAll(async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  });
  const ready = async (): Promise<void> => {
    if (!(await fetch(`${url}/-/ready`)).ok) throw new Error(`prometheus is not ready: ${said}`);
  };
  await vi.waitFor(ready, { timeout: 30_000, interval: 100 });
  const get = async (path: string): Promise<unknown> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as {
      readonly data?: unknown;
      readonly error?: string;
    };
    if (answer.error !== undefined) throw new Error(`${decodeURIComponent(path)}: ${answer.error}`);
    return answer.data;
  };
  return {
    async query(expression) {
      const data = (await get(`query?query=${encodeURIComponent(expression)}`)) as {
        readonly result: readonly {
          readonly metric: Record<string, string>;
          readonly value: [number, string];
        }[];
      };
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async rules() {
      const { groups } = (await get('rules')) as {
        readonly groups: readonly { readonly rules: readonly { name: string; health: string }[] }[];
      };
      return groups.flatMap((group) => group.rules);
    },
  };
}
