import { explainCode, type EvidenceKindName } from 'attestkit/inspect';
import type { Explained, Inspected } from '../../shapes/inspect.js';

/** Members that hold evidence, or say what it is: an object with one of them is not an event. */
const OF_EVIDENCE = [
  'kind',
  'token',
  'headers',
  'attestation',
  'assertion',
  'receipt',
  'certificateChain',
  'signature',
  'payload',
];

/** What the evidence was that codes are about, by what they begin with: the first that fits. */
const KINDS: readonly (readonly [prefix: string, kind: EvidenceKindName])[] = [
  ['ERR_APPROOV_SIGNATURE_', 'approov-message'],
  ['ERR_APPROOV_', 'approov-token'],
  ['ERR_APP_ATTEST_RECEIPT_', 'app-attest-receipt'],
  ['ERR_APP_ATTEST_ASSERTION_', 'app-attest-assertion'],
  ['ERR_APP_ATTEST_', 'app-attest-attestation'],
  ['ERR_KEY_ATTESTATION_SIGNATURE_', 'key-attestation-signature'],
  ['ERR_KEY_ATTESTATION_', 'key-attestation'],
  ['ERR_PLAY_INTEGRITY_', 'play-integrity'],
  ['ERR_APP_CHECK_', 'app-check'],
  ['ERR_SESSION_', 'session-token'],
];

/** What a refused event is about: a line of the log, a row of the dashboard, the body of a refusal. Undefined for other text. */
export function eventIn(text: string): Extract<Inspected, { event: unknown }> | undefined {
  const named = codeIn(text);
  if (named !== undefined) return explained(named, undefined);
  const value = objectIn(text);
  const code = value?.['code'];
  if (value === undefined || typeof code !== 'string') return undefined;
  const event = explainCode(code);
  const isOurs = value['type'] === 'decision' || value['type'] === 'endpoint';
  if (event === undefined || (!isOurs && OF_EVIDENCE.some((name) => Object.hasOwn(value, name))))
    return undefined;
  return explained(event, timeOf(value['at'] ?? value['time']));
}

function explained(event: Explained, at: string | undefined): Extract<Inspected, { event: unknown }> {
  const [, kind] = KINDS.find(([prefix]) => event.code.startsWith(prefix)) ?? [];
  return { event, kind, at };
}

/** A line of text is a log's, or a message of a colleague. With the dots of a token, or longer, it may be evidence. */
const MOST_OF_A_LINE = 1000;

/** The one code that a text names which is not evidence itself. */
function codeIn(text: string): Explained | undefined {
  if (text.length > MOST_OF_A_LINE || /^\s*[{[]/.test(text) || /eyJ[\w-]*\./.test(text)) return undefined;
  const codes = new Set(text.match(/\bERR_[A-Z0-9_]+/g));
  const [code] = codes;
  return codes.size === 1 && code !== undefined ? explainCode(code) : undefined;
}

/** ISO 8601; undefined for a value that is not a time. */
function timeOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
