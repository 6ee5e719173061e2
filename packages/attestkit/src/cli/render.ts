import type { EvidenceReport } from '../inspect/index.js';
import { sentenceOf } from '../inspect/inspect-evidence.js';
import { isJsonObject, type JsonObject } from '../kernel/json.js';
import { isoTime } from '../kernel/numeric-date.js';
import type { CheckReport } from '../ports/checks.js';
import { printable } from './printable.js';

const WIDTH = 80;
const INDENT = 9;

/** Columns of a check's name; beside a longer one its source has a line of its own. */
const NAME = 26;

const TITLES: Readonly<Record<EvidenceReport['kind'], string>> = {
  'approov-token': 'Approov token',
  'session-token': 'Session token',
  'app-attest-attestation': 'App Attest attestation',
  'app-attest-assertion': 'App Attest assertion',
  'app-attest-receipt': 'App Attest receipt',
  'key-attestation': 'Android key attestation',
  'play-integrity': 'Play Integrity verdict',
  'app-check': 'App Check token',
};

/** What to do about what was not checked. */
const NOT_CHECKED: Readonly<Record<EvidenceReport['notChecked'][number], string>> = {
  binding: 'give --binding VALUE',
  receipt: 'inspect it as app-attest-receipt',
  revocation: 'the server’s store knows',
  'address and user agent': 'they are the request’s',
  challenge: 'give challenge',
  app: 'give apps',
  'verified boot': 'give "policy": {"verifiedBoot": "required"}',
  'revocation list': 'give revocationList',
  origin: 'nothing vouches for a bare payload',
  package: 'give expect.packageName',
  request: 'give expect.requestHash or expect.nonce',
  certificate: 'give expect.certificateSha256Digests',
  'earlier use': 'the server knows, or Google',
};

/** Claims that are times (RFC 7519 §4.1). */
const TIMES = ['exp', 'nbf', 'iat'];

/** What the lines above and below say already. */
const UNSAID = ['kind', 'payload'];

/** Characters of a value beyond which it is one for machines: a certificate, a receipt. */
const LONG = 200;

type Paint = (style: 'held' | 'failed' | 'faint', text: string) => string;

const STYLES = { held: 32, failed: 31, faint: 2 } as const;

/** A report for people, at most 80 columns wide. */
export function render(report: EvidenceReport, colours: boolean): string {
  const paint: Paint = (style, text) => (colours ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text);
  const result = report.verdict === 'pass' ? report.result : report.unverified;
  return [
    `${TITLES[report.kind]}, as of ${report.at}`,
    '',
    ...report.checks.flatMap((check) => [
      ...headOf(check, paint),
      ...wrap(check.detail).map((line) => (check.ok ? paint('faint', line) : line)),
    ]),
    ...(result === undefined
      ? [paint('faint', '         The checks that follow need what could not be read.'), '']
      : ['', ...said(result, report.verdict === 'pass'), '']),
    ...verdict(report, paint),
    ...report.notChecked.flatMap((name) => wrap(`${name} not checked: ${NOT_CHECKED[name]}`, 5)),
    '',
  ].join('\n');
}

function headOf({ ok, name, spec }: CheckReport, paint: Paint): readonly string[] {
  const mark = ok ? `  ${paint('held', 'held')}  ` : `  ${paint('failed', 'FAILED')}`;
  if (name.length <= NAME && INDENT + NAME + 1 + spec.length <= WIDTH)
    return [`${mark} ${name.padEnd(NAME)} ${paint('faint', spec)}`];
  return [`${mark} ${name}`, ...wrap(spec).map((line) => paint('faint', line))];
}

/** What the evidence says: a token's claims as signed, of other kinds what they mean. */
function said(result: object, vouched: boolean): readonly string[] {
  const isToken = 'claims' in result && isJsonObject(result.claims);
  const lines = isToken ? claims(result.claims as JsonObject) : facts(result);
  return [`${isToken ? 'Claims' : 'Result'}${vouched ? '' : ', for which nothing vouches'}`, ...lines];
}

function claims(all: JsonObject): readonly string[] {
  return Object.entries(all).flatMap(([name, value]) => {
    const time = TIMES.includes(name) ? isoTime(value) : undefined;
    const text = `${name}: ${JSON.stringify(value)}${time === undefined ? '' : `  ${time}`}`;
    return wrap(text, 2);
  });
}

function facts(all: object, path = ''): readonly string[] {
  return Object.entries(all).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined || UNSAID.includes(name)) return [];
    if (isJsonObject(value)) return facts(value, `${path}${name}.`);
    const text = JSON.stringify(value);
    const shown = text.length <= LONG ? text : `${text.length - 2} characters, shown by --json`;
    return wrap(`${path}${name}: ${shown}`, 2);
  });
}

function verdict(report: EvidenceReport, paint: Paint): readonly string[] {
  if (report.verdict === 'pass') return [paint('held', 'PASS')];
  return [`${paint('failed', 'FAIL')} ${report.code}`, ...wrap(sentenceOf(report.code), 5)];
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
