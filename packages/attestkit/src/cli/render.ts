import { APPROOV_CHECKS } from '../approov/index.js';
import type { EvidenceReport } from '../inspect/index.js';
import type { JsonObject } from '../kernel/json.js';
import { isoTime } from '../kernel/numeric-date.js';
import { printable } from './printable.js';

const WIDTH = 80;
const INDENT = 9;

/** Claims that are times (RFC 7519 §4.1). */
const TIMES = ['exp', 'nbf', 'iat'];

type Paint = (style: 'held' | 'failed' | 'faint', text: string) => string;

const STYLES = { held: 32, failed: 31, faint: 2 } as const;

/** A report for people, at most 80 columns wide. */
export function render(report: EvidenceReport, colours: boolean): string {
  const paint: Paint = (style, text) => (colours ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text);
  const passed = report.verdict === 'pass';
  const result = passed ? report.result : report.unverified;
  return [
    `Approov token, as of ${report.at}`,
    '',
    ...report.checks.flatMap((check) => [
      `${mark(check.ok, paint)} ${check.name.padEnd(26)} ${paint('faint', check.spec)}`,
      ...wrap(check.detail).map((line) => (check.ok ? paint('faint', line) : line)),
    ]),
    ...(result === undefined
      ? [paint('faint', '         The checks that follow need what could not be read.')]
      : []),
    '',
    ...(result === undefined
      ? []
      : [passed ? 'Claims' : 'Claims, for which nothing vouches', ...claims(result.claims), '']),
    ...verdict(report, paint),
    ...report.notChecked.flatMap((name) => wrap(`${name} not checked: give --binding VALUE`, 5)),
    '',
  ].join('\n');
}

function mark(ok: boolean, paint: Paint): string {
  return ok ? `  ${paint('held', 'held')}  ` : `  ${paint('failed', 'FAILED')}`;
}

function claims(all: JsonObject): readonly string[] {
  return Object.entries(all).flatMap(([name, value]) => {
    const time = TIMES.includes(name) ? isoTime(value) : undefined;
    const text = `${name}: ${JSON.stringify(value)}${time === undefined ? '' : `  ${time}`}`;
    return wrap(text, 2);
  });
}

function verdict(report: EvidenceReport, paint: Paint): readonly string[] {
  if (report.verdict === 'pass') return [paint('held', 'PASS')];
  const first = APPROOV_CHECKS.find(({ code }) => code === report.code);
  return [`${paint('failed', 'FAIL')} ${report.code}`, ...wrap(first?.says ?? '', 5)];
}

/** Lines of at most 80 columns, indented; broken between words, or within one that is longer than a line. */
function wrap(text: string, indent = INDENT): readonly string[] {
  const room = WIDTH - indent;
  const lines: string[] = [];
  let rest = printable(text).replaceAll('\n', '\\n');
  while (rest !== '') {
    const space = rest.length <= room ? rest.length : rest.lastIndexOf(' ', room);
    const end = space > 0 ? space : room;
    lines.push(' '.repeat(indent) + rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return lines;
}
