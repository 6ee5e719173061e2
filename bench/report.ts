import { cpus, loadavg } from 'node:os';
import type { GatewayReport } from './gateway/index.js';
import type { CpuReport } from './http/cpu.js';
import type { FloodReport } from './http/flood.js';
import type { HttpRow } from './http/index.js';
import type { StoreRow } from './stores/index.js';
import type { Suite } from './suite.js';
import type { Target } from './targets.js';
import type { TokenReport } from './tokens/index.js';

/** Where and when a run was made. */
export interface MachineFacts {
  readonly date: string;
  readonly node: string;
  readonly openssl: string;
  readonly cpu: string;
  readonly cores: number;
  /** What else the machine is doing: runnable processes over the last minute, before the run. */
  readonly load: number;
}

export function machineFacts(): MachineFacts {
  return {
    date: new Date().toISOString(),
    node: process.version,
    openssl: process.versions.openssl ?? 'unknown',
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

export function printMachine({ date, node, openssl, cpu, cores, load }: MachineFacts): string {
  return `Node ${node}, OpenSSL ${openssl}, ${cores} x ${cpu}, load ${load}, ${date}`;
}

export function printTokens({ tokenLength, suites }: TokenReport): string {
  return printSuites(`TOKENS of ${tokenLength} characters (HS256)`, suites);
}

/** A table for each suite, below one title. */
export function printSuites(title: string, suites: readonly Suite[]): string {
  const tables = suites.map(({ name, rows }) =>
    table(
      [name, 'times', 'CPU ns', 'wall ns'],
      rows.map((row) => [row.name, ratio(row.timesFirst), whole(row.cpuNs), whole(row.wallNs)]),
    ),
  );
  return `\n${title}. times: as fast as the first row, by CPU time.\n${tables.join('\n')}`;
}

export function printStores(rows: readonly StoreRow[]): string {
  const lines = rows.map((row) => [
    row.store,
    row.operation,
    String(row.inFlight),
    whole(row.perSecond),
    row.p50.toFixed(1),
    row.p99.toFixed(1),
  ]);
  const head = ['store', 'operation', 'in flight', 'per second', 'p50 µs', 'p99 µs'];
  return `\nSTORES, wall time; servers on the same machine.\n${table(head, lines, 2)}`;
}

export function printCpu({ rows }: CpuReport): string {
  const lines = rows.map((row) => [
    row.name,
    ratio(row.ofUnprotected),
    row.micros.toFixed(1),
    row.addedMicros.toFixed(1),
  ]);
  return `\nCPU of the server for each request. kept: the unprotected cost by this one.\n${table(['Express 5', 'kept', 'CPU µs', 'added µs'], lines)}`;
}

export function printHttp(rows: readonly HttpRow[]): string {
  const lines = rows.map((row) => [
    row.framework,
    row.protection,
    ratio(row.ofUnprotected),
    whole(row.perSecond),
  ]);
  return `\nHTTP requests per second, the load generator on the same machine.\n${table(['framework', 'protection', 'kept', 'req/s'], lines, 2)}`;
}

export function printFlood({ rows }: FloodReport): string {
  const lines = rows.map(({ name, count, refused, p50, p99, longest }) => [
    name,
    whole(count),
    whole(refused),
    p50.toFixed(1),
    p99.toFixed(1),
    longest.toFixed(1),
  ]);
  const head = ['one process', 'requests', 'refused', 'p50 ms', 'p99 ms', 'longest ms'];
  return `\nFLOOD of enrollments, wall time; the load generator on the same machine.\n${table(head, lines)}`;
}

export function printGateway({ suites }: GatewayReport): string {
  const tables = suites.map(({ name, rows }) => {
    const lines = rows.map(({ name: row, timesFirst, micros, checkMicros, perSecond }) => [
      row,
      ratio(timesFirst),
      micros.toFixed(1),
      checkMicros === 0 ? '' : checkMicros.toFixed(1),
      whole(perSecond),
    ]);
    return table([name, 'cost', 'CPU µs', 'of it guard.check', 'req/s'], lines);
  });
  return `\nGATEWAY, CPU of its process for each request. cost: by that of the first row, without guard.check.\n${tables.join('\n')}`;
}

export function printTargets(targets: readonly Target[]): string {
  const lines = targets.map(({ what, atLeast, measured, met }) => [
    what,
    ratio(measured),
    ratio(atLeast),
    met ? 'met' : 'missed',
  ]);
  return `\n${table(['TARGETS', 'measured', 'at least', ''], lines)}`;
}

/** Aligned columns: the first ones text, to the left, the others numbers, to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[], textColumns = 1): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < textColumns ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('   ')
      .trimEnd();
  return `\n${line(head)}\n${line(widths.map((width) => '-'.repeat(width)))}\n${rows.map(line).join('\n')}`;
}

function ratio(value: number): string {
  return value >= 10 ? value.toFixed(1) : value.toFixed(value < 0.1 ? 4 : 2);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
