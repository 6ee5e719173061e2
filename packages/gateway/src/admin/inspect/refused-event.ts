import { explainCode, type EvidenceKindName } from 'attestkit/inspect';
import type { Inspected } from '../../shapes/inspect.js';

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
  const value = objectIn(text);
  const code = value?.['code'];
  if (value === undefined || typeof code !== 'string') return undefined;
  const event = explainCode(code);
  const isOurs = value['type'] === 'decision' || value['type'] === 'endpoint';
  if (event === undefined || (!isOurs && OF_EVIDENCE.some((name) => Object.hasOwn(value, name))))
    return undefined;
  const [, kind] = KINDS.find(([prefix]) => code.startsWith(prefix)) ?? [];
  return { event, kind, at: timeOf(value['at'] ?? value['time']) };
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
