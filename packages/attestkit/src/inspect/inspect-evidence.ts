import { ConfigurationError } from '../kernel/errors.js';
import { isJsonObject, type JsonObject } from '../kernel/bytes/json.js';
import { APP_ATTEST_ASSERTION } from './kinds/app-attest-assertion.js';
import { APP_ATTEST_ATTESTATION } from './kinds/app-attest-attestation.js';
import { APP_ATTEST_RECEIPT } from './kinds/app-attest-receipt.js';
import { APP_CHECK } from './kinds/app-check.js';
import { KEY_MEMBERS } from './kinds/approov-key.js';
import { APPROOV_MESSAGE } from './kinds/approov-message.js';
import { APPROOV_TOKEN, type ApproovTokenMembers } from './kinds/approov-token.js';
import { causeOf } from './causes/causes.js';
import { EvidenceError, unusable } from './evidence-error.js';
import { KEY_ATTESTATION_SIGNATURE } from './kinds/key-attestation-signature.js';
import { KEY_ATTESTATION } from './kinds/key-attestation.js';
import { PLAY_INTEGRITY } from './kinds/play-integrity.js';
import type { EvidenceKind, Findings } from './evidence-kind.js';
import type { EvidenceKindName } from './kind-table.js';
import type { EvidenceReport, InspectedKinds } from './report.js';
import { missingIn } from './recognize/missing.js';
import { sentenceOfReading, type Reading } from './recognize/reading.js';
import { recognize } from './recognize/recognize.js';
import { SESSION_KEY_MEMBERS } from './kinds/session-key.js';
import { SESSION_TOKEN } from './kinds/session-token.js';

/** What inspects each kind. */
const INSPECTORS = {
  'approov-token': APPROOV_TOKEN,
  'approov-message': APPROOV_MESSAGE,
  'session-token': SESSION_TOKEN,
  'app-attest-attestation': APP_ATTEST_ATTESTATION,
  'app-attest-assertion': APP_ATTEST_ASSERTION,
  'app-attest-receipt': APP_ATTEST_RECEIPT,
  'key-attestation': KEY_ATTESTATION,
  'key-attestation-signature': KEY_ATTESTATION_SIGNATURE,
  'play-integrity': PLAY_INTEGRITY,
  'app-check': APP_CHECK,
} as const satisfies {
  [Kind in EvidenceKindName]: EvidenceKind<
    Kind,
    Findings<InspectedKinds[Kind]['result'], InspectedKinds[Kind]['notChecked']>
  >;
};

/** What stands beside evidence, for members that it does not have itself. */
export interface InspectOptions extends ApproovTokenMembers {
  /** What the evidence is, if it does not say so itself. Default: what it is recognized as. */
  readonly kind?: EvidenceKindName;
  /** Of a session token: the guard's `secret`. */
  readonly secret?: string | readonly string[];
  /** Milliseconds since the epoch, for evidence that does not say `at`. Default: now. */
  readonly now?: number;
}

/**
 * Inspects evidence with the verifiers' own code. The report is ready for `JSON.stringify`.
 *
 * @param evidence an evidence file (`ApproovTokenEvidence` and the like), as an object or as JSON text; or what people
 *   paste, which is recognized: a token, a header field, a certificate chain, an answer from Google, the body of a device
 *   endpoint, at most 1 MiB. The report says in `readAs` what it was read as
 * @throws EvidenceError if there is nothing to inspect: an unknown kind, a member that is missing, unknown, given
 *   twice or of another type, a key that cannot be read. For evidence that was recognized it says what to add
 * @example
 * const report = inspectEvidence('Approov-Token: eyJ…', { secretBase64 });
 * if (report.verdict === 'fail') console.log(report.code, report.cause, report.remedy);
 */
export function inspectEvidence(evidence: unknown, options: InspectOptions = {}): EvidenceReport {
  const { now = Date.now(), kind: named, ...beside } = options;
  const reading = recognize(evidence, named);
  const { kind } = reading;
  const { file, notes } = fileOf(reading);
  const twice = Object.entries(beside).find(
    ([name, value]) => value !== undefined && Object.hasOwn(file, name),
  );
  if (twice !== undefined)
    throw unusable(twice[0], 'is given in the evidence and beside it', 'Leave one of them out.');
  const members = { ...beside, ...file };
  const missing = reading.why === undefined && named === undefined ? undefined : missingIn(reading, members);
  if (missing !== undefined) throw missing;
  try {
    const report = INSPECTORS[kind].inspect(members, now);
    return {
      ...report,
      ...(reading.why !== undefined && { readAs: sentenceOfReading(reading) }),
      ...(notes.length > 0 && { notes }),
      ...(report.verdict === 'fail' && causeOf(report.code)),
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { variable, message, remedy } = error;
    const member = memberOf(variable, file);
    throw new EvidenceError(member, member + message.slice(variable.length), remedy, { cause: error });
  }
}

/** The names of the members of a kind, `at` included. */
export function membersOfKind(kind: EvidenceKindName): readonly string[] {
  return INSPECTORS[kind].members;
}

/** Names of members in a note. */
const MOST_NAMES = 8;
const MOST_CHARACTERS = 40;

/** The members of a file, with those beside a body that the kind has; the others are not looked at, and the notes say so. */
export function fileOf({ kind, file, beside = {}, notes = [] }: Reading): {
  readonly file: JsonObject;
  readonly notes: readonly string[];
} {
  const { members } = INSPECTORS[kind];
  const entries = Object.entries(beside);
  const taken = entries.filter(([name]) => members.includes(name));
  const left = entries.map(([name]) => name).filter((name) => !members.includes(name));
  const twice = taken.find(([name]) => Object.hasOwn(file, name));
  if (twice !== undefined) throw unusable(twice[0], 'is in the body already', 'Leave it out.');
  const names = left.slice(0, MOST_NAMES).map((name) => JSON.stringify(name.slice(0, MOST_CHARACTERS)));
  const unknown =
    left.length === 0 ? [] : [`Not looked at: ${names.join(', ')}${left.length > MOST_NAMES ? ', …' : ''}.`];
  return { file: { ...Object.fromEntries(taken), ...file }, notes: [...notes, ...unknown] };
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
 * The kind of a piece of evidence, as `inspectEvidence` takes it.
 *
 * @throws EvidenceError if it is not of a known kind
 */
export function kindOf(evidence: unknown, options: Pick<InspectOptions, 'kind'> = {}): EvidenceKindName {
  return recognize(evidence, options.kind).kind;
}

/** Whether the evidence brings the key that it is to be verified with; if it does not, `inspectEvidence` needs one beside it. */
export function hasKey(evidence: unknown, options: Pick<InspectOptions, 'kind'> = {}): boolean {
  const { file, beside } = recognize(evidence, options.kind);
  const all: JsonObject = { ...beside, ...file };
  return [...KEY_MEMBERS, ...SESSION_KEY_MEMBERS].some((member) => all[member] !== undefined);
}

/** Whether evidence says as of when it is inspected. */
export function saysTime(evidence: unknown, options: Pick<InspectOptions, 'kind'> = {}): boolean {
  const { file, beside } = recognize(evidence, options.kind);
  return typeof ({ ...beside, ...file } as JsonObject)['at'] === 'string';
}
