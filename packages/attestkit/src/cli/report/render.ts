import type { EvidenceReport } from '../../inspect/index.js';
import { sentenceOf, titleOf } from '../../inspect/internal.js';
import { isJsonObject, type JsonObject } from '../../kernel/bytes/json.js';
import { isoTime } from '../../kernel/jose/numeric-date.js';
import type { CheckReport } from '../../ports/checks.js';
import { withAges } from './ages.js';
import { facts } from './render-facts.js';
import { INDENT, WIDTH, wrap } from './wrap.js';

/** Columns of a check's name; beside a longer one its source has a line of its own. */
const NAME = 26;

/** What to do about what was not checked. */
const NOT_CHECKED: Readonly<Record<EvidenceReport['notChecked'][number], string>> = {
  binding: 'give --binding VALUE',
  receipt: 'inspect it as app-attest-receipt',
  revocation: 'the server’s store knows',
  'address and user agent': 'they are the request’s',
  challenge: 'give challengeText',
  app: 'give apps',
  'verified boot': 'give "policy": {"verifiedBoot": "required"}',
  'revocation list': 'give revocationList',
  origin: 'nothing vouches for a bare payload',
  package: 'give expect.packageName',
  request: 'give expect.requestHash or expect.nonce',
  certificate: 'give expect.acceptedCertificates',
  'earlier use': 'the server knows, or Google',
  'request lines': 'compare them with the request as it came',
  'challenge use': 'the server’s store knows',
  token: 'inspect it as approov-token',
};

/** Claims that are times (RFC 7519 §4.1). */
const TIMES = ['exp', 'nbf', 'iat'];

type Paint = (style: 'held' | 'failed' | 'faint', text: string) => string;

const STYLES = { held: 32, failed: 31, faint: 2 } as const;

/** What a check of dates says of evidence that was good in its time. */
const PAST = /_(EXPIRED|TOO_OLD)$/;

const AT_HINT =
  'It was checked as of the current time. To see why it was refused earlier, give --at TIME, the time of the refusal.';

/** How the detail of a check begins that holds because the configuration does not ask. */
const NOT_ASKED = 'not asked';

/**
 * A report for people, at most 80 columns wide. What identifies a device is masked.
 *
 * @param isOfNow no time was given as of which it is inspected
 */
export function render(report: EvidenceReport, colors: boolean, isOfNow = false): string {
  const paint: Paint = (style, text) => (colors ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text);
  const result = report.verdict === 'pass' ? report.result : report.unverified;
  return [
    `${titleOf(report.kind)}, as of ${report.at}`,
    ...(report.readAs === undefined ? [] : wrap(`Read as ${report.readAs}.`, 0)),
    '',
    ...report.checks.flatMap((check) => [
      ...headOf(check, paint),
      ...wrap(detailOf(check, report.at)).map((line) => (check.ok ? paint('faint', line) : line)),
    ]),
    ...(result === undefined
      ? [paint('faint', `${' '.repeat(INDENT)}The checks that follow need what could not be read.`), '']
      : ['', ...said(result, report), '']),
    ...verdict(report, paint),
    ...(isOfNow && report.verdict === 'fail' && PAST.test(report.code) ? wrap(AT_HINT, 5) : []),
    ...report.notChecked.flatMap((name) => wrap(`${name} not checked: ${NOT_CHECKED[name]}`, 5)),
    ...(report.notes ?? []).flatMap((note) => wrap(note, 5)),
    '',
  ].join('\n');
}

function isAsked({ ok, detail }: CheckReport): boolean {
  return !ok || (detail !== NOT_ASKED && !detail.startsWith(`${NOT_ASKED}; `));
}

function markOf(check: CheckReport, paint: Paint): string {
  if (!check.ok) return `${paint('failed', 'FAILED')}   `;
  return isAsked(check) ? `${paint('held', 'ok')}       ` : paint('faint', NOT_ASKED);
}

function headOf(check: CheckReport, paint: Paint): readonly string[] {
  const { name, spec } = check;
  const mark = `  ${markOf(check, paint)}`;
  if (name.length <= NAME && INDENT + NAME + 1 + spec.length <= WIDTH)
    return [`${mark} ${name.padEnd(NAME)} ${paint('faint', spec)}`];
  return [`${mark} ${name}`, ...wrap(spec).map((line) => paint('faint', line))];
}

/** What was found and expected; of a check that the configuration does not ask for, what was found. */
function detailOf(check: CheckReport, at: string): string {
  const detail = isAsked(check) ? check.detail : check.detail.slice(`${NOT_ASKED}; `.length);
  return withAges(detail, at);
}

/** What the evidence says: a token's claims as signed, of other kinds what they mean. */
function said(result: object, { verdict: outcome, at }: EvidenceReport): readonly string[] {
  const isToken = 'claims' in result && isJsonObject(result.claims);
  const lines = isToken ? claims(result.claims as JsonObject, at) : facts(result, at);
  const vouched = outcome === 'pass' ? '' : ', for which nothing vouches';
  return [`${isToken ? 'Claims' : 'Result'}${vouched}`, ...lines];
}

function claims(all: JsonObject, at: string): readonly string[] {
  return Object.entries(all).flatMap(([name, value]) => {
    const time = TIMES.includes(name) ? isoTime(value) : undefined;
    const text = `${name}: ${JSON.stringify(value)}${time === undefined ? '' : `  ${withAges(time, at)}`}`;
    return wrap(text, 2);
  });
}

/** The verdict; if it is FAIL, the first check that failed, its usual cause and its remedy, and the names of the others. */
function verdict(report: EvidenceReport, paint: Paint): readonly string[] {
  if (report.verdict === 'pass') return [paint('held', 'PASS')];
  const [first, ...others] = report.checks.filter(({ ok }) => !ok);
  const says = sentenceOf(report.code);
  const detail = first === undefined ? says : detailOf(first, report.at);
  const { cause = '', remedy = '' } = detail.includes(NO_KEY) ? {} : report;
  const isKnown = cause === '' || detail.includes('Likely mistake: ');
  const more = others.map(({ name }) => name).join(', ');
  return [
    `${paint('failed', 'FAIL')} ${report.code}`,
    ...wrap(detail.startsWith(says) ? detail : `${says}: ${detail}`, 5),
    ...(isKnown ? [] : wrap(`Usual cause: ${cause}`, 5)),
    ...remedies(remedy).flatMap((each) => wrap(each, 5)),
    ...(more === '' ? [] : wrap(`Failed too: ${more}`, 5)),
  ];
}

/** Each actor's part of a remedy: `Remedy (operator): …`. */
function remedies(remedy: string): readonly string[] {
  const parts = [...remedy.matchAll(/(Operator|App author): (.*?)(?= (?:Operator|App author): |$)/g)];
  return parts.map(([, actor = '', what = '']) => `Remedy (${actor.toLowerCase()}): ${what}`);
}

/** The detail if no key was given: then the token is not at fault. */
const NO_KEY = 'no key was given';
