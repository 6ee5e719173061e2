import { APP_ATTEST_CHECKS } from '../app-attest/index.js';
import { APP_CHECK_CHECKS } from '../app-check/index.js';
import { APPROOV_CHECKS } from '../approov/index.js';
import { KEY_ATTESTATION_CHECKS } from '../key-attestation/index.js';
import { ConfigurationError } from '../kernel/errors.js';
import { isJsonObject, readJsonObject, type JsonObject } from '../kernel/bytes/json.js';
import { PLAY_INTEGRITY_CHECKS } from '../play-integrity/index.js';
import type { CheckDef } from '../ports/checks.js';
import { looksLikeSession, SESSION_CHECKS } from '../sessions/internal.js';
import { APP_ATTEST_ASSERTION, type AppAttestAssertionReport } from './kinds/app-attest-assertion.js';
import { APP_ATTEST_ATTESTATION, type AppAttestAttestationReport } from './kinds/app-attest-attestation.js';
import { APP_ATTEST_RECEIPT, type AppAttestReceiptReport } from './kinds/app-attest-receipt.js';
import { APP_CHECK, type AppCheckReport } from './kinds/app-check.js';
import { KEY_MEMBERS } from './kinds/approov-key.js';
import { APPROOV_TOKEN, type ApproovTokenMembers, type ApproovTokenReport } from './kinds/approov-token.js';
import { readBareText, whyFile } from './bare-text.js';
import { EvidenceError, unusable } from './evidence-error.js';
import {
  KEY_ATTESTATION_SIGNATURE,
  type KeyAttestationSignatureReport,
} from './kinds/key-attestation-signature.js';
import { KEY_ATTESTATION, type KeyAttestationReport } from './kinds/key-attestation.js';
import { PLAY_INTEGRITY, type PlayIntegrityReport } from './kinds/play-integrity.js';
import { fileFor } from './sent.js';
import { SESSION_KEY_MEMBERS } from './kinds/session-key.js';
import { SESSION_TOKEN, type SessionTokenReport } from './kinds/session-token.js';

const KINDS = {
  'approov-token': APPROOV_TOKEN,
  'session-token': SESSION_TOKEN,
  'app-attest-attestation': APP_ATTEST_ATTESTATION,
  'app-attest-assertion': APP_ATTEST_ASSERTION,
  'app-attest-receipt': APP_ATTEST_RECEIPT,
  'key-attestation': KEY_ATTESTATION,
  'key-attestation-signature': KEY_ATTESTATION_SIGNATURE,
  'play-integrity': PLAY_INTEGRITY,
  'app-check': APP_CHECK,
} as const;

/** The kinds of evidence that can be inspected. */
export type EvidenceKindName = keyof typeof KINDS;

/** What stands beside a token, for members that the evidence does not have itself. */
export interface InspectOptions extends ApproovTokenMembers {
  /** Of a session token: the guard's `secret`. */
  readonly secret?: string | readonly string[];
  /** Milliseconds since the epoch, for evidence that does not say `at`. Default: now. */
  readonly now?: number;
}

/** Every check of the evidence, in the order of verification. */
export type EvidenceReport =
  | ApproovTokenReport
  | SessionTokenReport
  | AppAttestAttestationReport
  | AppAttestAssertionReport
  | AppAttestReceiptReport
  | KeyAttestationReport
  | KeyAttestationSignatureReport
  | PlayIntegrityReport
  | AppCheckReport;

/**
 * Inspects evidence with the verifiers' own code. The report is ready for `JSON.stringify`.
 *
 * @param evidence an evidence file (`ApproovTokenEvidence` and the like), or a bare token: of a session where the `typ`
 *   of its header says so, else of Approov; all other evidence needs a file
 * @throws EvidenceError where there is nothing to inspect: an unknown kind, a member that is missing, unknown, given
 *   twice or of another type, a key that cannot be read
 */
export function inspectEvidence(evidence: unknown, options: InspectOptions = {}): EvidenceReport {
  const { kind, file, notes } = readFile(evidence);
  const { now = Date.now(), ...beside } = options;
  const twice = Object.entries(beside).find(
    ([name, value]) => value !== undefined && Object.hasOwn(file, name),
  );
  if (twice !== undefined)
    throw unusable(twice[0], 'is given in the evidence and beside it', 'Leave one of them out.');
  try {
    const report = KINDS[kind].inspect({ ...beside, ...file }, now);
    return notes.length === 0 ? report : { ...report, notes };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { variable, message, remedy } = error;
    const member = memberOf(variable, file);
    throw new EvidenceError(member, member + message.slice(variable.length), remedy, { cause: error });
  }
}

/** Members of a file that have options of the verifier in them, which it names alone. */
const OPTION_MEMBERS = ['expect', 'policy'];

/** What a file calls the option that a verifier refused. */
function memberOf(variable: string, file: JsonObject): string {
  if (Object.hasOwn(file, variable)) return variable;
  const owner = OPTION_MEMBERS.find((name) => {
    const options = file[name];
    return isJsonObject(options) && Object.hasOwn(options, variable);
  });
  return owner === undefined ? (MEMBER_OF[variable] ?? variable) : `${owner}.${variable}`;
}

/** Members of a file that a verifier calls by another name. */
const MEMBER_OF: Readonly<Record<string, string>> = {
  appIds: 'appId',
  'devices.sessions.keys': 'jwks',
  'devices.sessions.keys.publicKey': 'publicKey',
  'devices.sessions.keys.kid': 'kid',
};

/**
 * The kind of some evidence, as `inspectEvidence` takes it.
 *
 * @throws EvidenceError where it is of none
 */
export function kindOf(evidence: unknown): EvidenceKindName {
  return readFile(evidence).kind;
}

interface EvidenceFile {
  readonly kind: EvidenceKindName;
  readonly file: JsonObject;
  readonly notes: readonly string[];
}

function readFile(given: unknown): EvidenceFile {
  const parsed = typeof given === 'string' ? readJsonObject(Buffer.from(given.trim())) : undefined;
  const evidence = parsed ?? given;
  if (typeof evidence === 'string') return readToken(evidence);
  if (!isJsonObject(evidence))
    throw unusable('evidence', 'is neither a token nor a JSON object', 'Give one of them.');
  const { kind } = evidence;
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind))
    return { kind: kind as EvidenceKindName, file: evidence, notes: [] };
  const problem = kind === undefined ? 'is missing' : 'is not a kind of evidence that is known here';
  const kinds = `Kinds are: ${Object.keys(KINDS).join(', ')}.`;
  throw unusable('kind', problem, (kind === undefined ? fileFor(evidence) : undefined) ?? kinds);
}

function readToken(text: string): EvidenceFile {
  const { token, notes } = readBareText(text);
  if (token === '') throw unusable('evidence', 'is empty', 'Give a token, or an evidence file.');
  const why = whyFile(token);
  if (why !== undefined) throw unusable('evidence', ...why);
  const kind = looksLikeSession(token) ? 'session-token' : 'approov-token';
  return { kind, file: { kind, token }, notes };
}

/** Whether the evidence brings the key that it is to be verified with; where it does not, `inspectEvidence` needs one beside it. */
export function hasKey(evidence: unknown): boolean {
  const members = [...KEY_MEMBERS, ...SESSION_KEY_MEMBERS];
  return isJsonObject(evidence) && members.some((member) => evidence[member] !== undefined);
}

const CHECKS: readonly CheckDef[] = [
  ...APPROOV_CHECKS,
  ...SESSION_CHECKS,
  ...APP_ATTEST_CHECKS,
  ...KEY_ATTESTATION_CHECKS,
  ...PLAY_INTEGRITY_CHECKS,
  ...APP_CHECK_CHECKS,
];

/** The sentence of the check that has a code; empty for a code that no report has. */
export function sentenceOf(code: string): string {
  return CHECKS.find((check) => check.code === code)?.says ?? '';
}
