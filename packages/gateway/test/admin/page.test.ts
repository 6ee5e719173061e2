import { readFileSync } from 'node:fs';
import { loadConfig } from 'attestkit-gateway';
import { parse } from 'yaml';
import { expect, it } from 'vitest';
import { METRICS } from '../../src/admin/metrics/catalog.js';
import { UPSTREAM_CAUSES } from '../../src/admin/metrics/closed-lists.js';

// docs/gateway-operations.md lists every metric and every alert. Here the lists are compared with the code and the rules, in both directions.

const page = readFileSync(new URL('../../../../docs/gateway-operations.md', import.meta.url), 'utf8');

/** The rows of the table whose first column has this heading, each as its cells. */
function rowsOf(heading: string): string[][] {
  const lines = page.split('\n');
  const at = lines.findIndex((line) => new RegExp(`^\\| ${heading} +\\|`).test(line));
  const rows = lines.slice(at + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

it('lists every metric with its type, labels and meaning, and no other', () => {
  expect(rowsOf('metric')).toEqual(
    Object.values(METRICS).map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', ') || 'none',
      help,
    ]),
  );
});

it('lists the causes of failures of upstreams', () => {
  const [row = []] = rowsOf('label').filter(([label = '']) => label.includes('of an upstream'));
  expect([...(row[1] ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word)).toEqual(UPSTREAM_CAUSES);
});

it('lists every alert with its severity, and no other', () => {
  const { groups } = parse(
    readFileSync(new URL('../../deploy/prometheus-rules.yaml', import.meta.url), 'utf8'),
  ) as {
    readonly groups: readonly {
      readonly rules: readonly { alert?: string; labels?: { severity: string } }[];
    }[];
  };
  const alerts = groups.flatMap(({ rules }) =>
    rules.flatMap(({ alert, labels }) => (alert === undefined ? [] : [[`\`${alert}\``, labels?.severity]])),
  );
  expect(rowsOf('alert').map(([alert, severity]) => [alert, severity])).toEqual(alerts);
});

it('shows configuration that can be loaded', () => {
  const blocks = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = '']) => block);
  expect(blocks).toHaveLength(2);
  const yaml = ['evidence: { approov: { secretBase64: "${S}" } }', 'default: {}', ...blocks].join('\n');
  const { settings } = loadConfig('gateway.yaml', yaml, { S: 'x' });
  expect(settings).toMatchObject({ admin: { open: { listen: '0.0.0.0:9100' } }, log: { level: 'info' } });
});
