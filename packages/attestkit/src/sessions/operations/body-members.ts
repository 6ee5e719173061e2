import { AttestationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import type { EnrollmentEvidence, SentField } from '../../ports/enrollment.js';
import { isDeviceId } from '../tokens/challenge.js';
import { BODY_CHECKS as CHECKS } from '../enrollment/enrollment-checks.js';

/**
 * A member that has to be there, as text that is not empty.
 *
 * @throws AttestationError ERR_ENROLLMENT_MEMBERS_MALFORMED
 */
export function textMember(body: JsonObject, name: string): string {
  const value = optionalText(body, name);
  if (value === undefined || value === '') throw new AttestationError(CHECKS.members);
  return value;
}

/**
 * A member that may be absent, but not of another type.
 *
 * @throws AttestationError ERR_ENROLLMENT_MEMBERS_MALFORMED
 */
export function optionalText(body: JsonObject, name: string): string | undefined {
  // Own members only: what a polluted prototype says was not sent.
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new AttestationError(CHECKS.members);
}

/** @throws AttestationError ERR_ENROLLMENT_DEVICE_ID_MALFORMED */
export function deviceIdOf(value: unknown): string {
  if (!isDeviceId(value)) throw new AttestationError(CHECKS.deviceId);
  return value;
}

/** A member that may be absent, but not of another type than a list of strings. */
function optionalTexts(body: JsonObject, name: string): readonly string[] | undefined {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string')))
    return value;
  throw new AttestationError(CHECKS.members);
}

/** Evidence that a body has, and its fields. */
export interface SentEvidence {
  readonly evidence: EnrollmentEvidence<string, SentField>;
  readonly fields: Readonly<Record<string, SentField | undefined>>;
  /** What came beside it. */
  readonly beside: SentEvidence | undefined;
}

/**
 * Finds the evidence: of exactly one kind, so that an attacker cannot put a weak one beside a strong one, and its companion.
 *
 * @throws AttestationError
 */
export function sentEvidence(body: JsonObject, enrollment: readonly EnrollmentEvidence[]): SentEvidence {
  const present = enrollment.filter((each) => isIn(body, each));
  const main = present.find(({ companion }) => companion !== undefined);
  const companion = main?.companion?.evidence;
  const others = present.filter((each) => each !== main && each.kind !== companion?.kind);
  const [evidence = main] = others;
  if (evidence === undefined || others.length > (main === undefined ? 1 : 0))
    throw new AttestationError(CHECKS.evidence);
  const isBeside = companion !== undefined && isIn(body, companion);
  return { ...sent(body, evidence), beside: isBeside ? sent(body, companion) : undefined };
}

function isIn(body: JsonObject, { fields }: EnrollmentEvidence): boolean {
  return fields.some((field) => Object.hasOwn(body, field));
}

function sent(body: JsonObject, evidence: EnrollmentEvidence): SentEvidence {
  const { fields: names, lists = [] } = evidence;
  const fields = names.map((name) => [
    name,
    (lists.includes(name) ? optionalTexts : optionalText)(body, name),
  ]);
  return { evidence, fields: Object.fromEntries(fields) as SentEvidence['fields'], beside: undefined };
}
