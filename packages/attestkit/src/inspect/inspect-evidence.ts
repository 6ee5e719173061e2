import { ConfigurationError } from '../kernel/errors.js';
import { isJsonObject, type JsonObject } from '../kernel/json.js';
import { KEY_MEMBERS } from './approov-key.js';
import {
  inspectApproovEvidence,
  readApproovToken,
  type ApproovTokenInspection,
  type ApproovTokenMembers,
} from './approov-token.js';
import { EvidenceError, unusable } from './evidence-error.js';

/** What stands beside the evidence, for members that it does not have itself. */
export interface InspectOptions extends ApproovTokenMembers {
  /** Milliseconds since the epoch, for evidence that does not say `at`. Default: now. */
  readonly now?: number;
}

/** Every check of the evidence, in the order of verification. */
export type EvidenceReport = ApproovTokenInspection & {
  readonly kind: 'approov-token';
  /** The time as of which it was inspected, ISO 8601. */
  readonly at: string;
};

/**
 * Inspects evidence with the verifiers' own code.
 *
 * @param evidence an evidence file as parsed JSON (`ApproovTokenEvidence`), or a bare token
 * @throws EvidenceError where there is nothing to inspect: an unknown kind, a member that is missing, unknown, given
 *   twice or of another type, a key that cannot be read
 */
export function inspectEvidence(evidence: unknown, options: InspectOptions = {}): EvidenceReport {
  const file = readFile(evidence);
  const { now = Date.now(), ...beside } = options;
  const twice = Object.entries(beside).find(
    ([name, value]) => value !== undefined && Object.hasOwn(file, name),
  );
  if (twice !== undefined)
    throw unusable(twice[0], 'is given in the evidence and beside it', 'Leave one of them out.');
  const { kind, token, at, ...members } = readApproovToken({ ...beside, ...file });
  const time = typeof at === 'string' ? Date.parse(at) : now;
  try {
    return { kind, at: new Date(time).toISOString(), ...inspectApproovEvidence(token, members, time) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new EvidenceError(error.variable, error.message, error.remedy, { cause: error });
  }
}

function readFile(evidence: unknown): JsonObject {
  if (typeof evidence === 'string') {
    if (evidence !== '') return { kind: 'approov-token', token: evidence };
    throw unusable('evidence', 'is empty', 'Give a token, or an evidence file.');
  }
  if (!isJsonObject(evidence))
    throw unusable('evidence', 'is neither a token nor a JSON object', 'Give one of them.');
  if (evidence['kind'] === 'approov-token') return evidence;
  throw unusable(
    'kind',
    evidence['kind'] === undefined ? 'is missing' : 'is not a kind of evidence that is known here',
    'Kinds are: approov-token.',
  );
}

/** Whether the evidence brings the key that it is to be verified with; where it does not, `inspectEvidence` needs one beside it. */
export function hasKey(evidence: unknown): boolean {
  return isJsonObject(evidence) && KEY_MEMBERS.some((member) => evidence[member] !== undefined);
}
